"""A refusal says nothing of its reason, and writes nothing."""

import pytest

from local.in_process.host import Agent
from local.in_process.requests import Answer
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import (
    decide,
    offer,
    ping,
    refusal,
    set_policy,
    states,
    write,
)

POLICIES = ("open", "approved", "closed")


@pytest.fixture(params=["key", "open mode"])
def nova(cloud: Cloud, request: pytest.FixtureRequest) -> Agent | str:
    """Who is refused, with a key and without."""
    agents = [cloud.register(agent_id) for agent_id in ("nova", "boots")]
    return agents[0] if request.param == "key" else "nova"


def refused(cloud: Cloud, word, nova: Agent | str) -> tuple[dict[str, str], str]:
    """All that a refused caller sees, but for its request's id."""
    before = cloud.digest()
    answer: Answer = word(cloud, nova, "boots")
    assert cloud.digest() == before
    assert answer.status == 403
    headers = {name: value for name, value in answer.headers.items() if name != "X-Request-Id"}
    return headers, answer.but_for()


def test_a_closed_mailbox_and_a_blocked_sender_are_told_the_same(cloud: Cloud, nova: Agent | str):
    seen = []
    for word in (write, ping):
        decide(cloud, "boots", "nova", "blocked")
        for policy in POLICIES:
            set_policy(cloud, "boots", policy)
            seen.append(refused(cloud, word, nova))
        decide(cloud, "boots", "nova", "stranger")
        seen.append(refused(cloud, word, nova))
    assert len(seen) == 8
    assert all(each == seen[0] for each in seen)
    assert '"code": "contact_refused"' in seen[0][1]
    assert '"detail": "`boots` does not accept messages from you."' in seen[0][1]


def test_a_closed_mailbox_tells_who_asked_before_the_same(cloud: Cloud, nova: Agent | str):
    set_policy(cloud, "boots", "approved")
    assert write(cloud, nova, "boots").json["status"] == "held"
    set_policy(cloud, "boots", "closed")
    as_held = refused(cloud, write, nova)
    decide(cloud, "boots", "nova", "blocked")
    assert refused(cloud, write, nova) == as_held


def test_a_work_order_needs_a_contact_whatever_the_reason(cloud: Cloud, nova: Agent | str):
    seen = []
    set_policy(cloud, "boots", "approved")
    seen.append(refused(cloud, offer, nova))
    assert write(cloud, nova, "boots").json["status"] == "held"
    seen.append(refused(cloud, offer, nova))
    set_policy(cloud, "boots", "closed")
    seen.append(refused(cloud, offer, nova))
    decide(cloud, "boots", "nova", "stranger")
    seen.append(refused(cloud, offer, nova))
    decide(cloud, "boots", "nova", "blocked")
    for policy in POLICIES:
        set_policy(cloud, "boots", policy)
        seen.append(refused(cloud, offer, nova))
    assert len(seen) == 7
    assert all(each == seen[0] for each in seen)
    assert '"code": "contact_required"' in seen[0][1]


@pytest.mark.parametrize("policy", ["approved", "closed"])
def test_a_contact_gives_work_orders(cloud: Cloud, nova: Agent | str, policy: str):
    set_policy(cloud, "boots", policy)
    decide(cloud, "boots", "nova", "allowed")
    answer = offer(cloud, nova, "boots")
    assert answer.status == 200, answer.text
    order = cloud.order("boots", answer.json["work_order_id"])
    assert order["relationship"] == "contact"
    (message,) = cloud.inbox("boots")["messages"]
    assert (message["type"], message["relationship"]) == ("work_order", "contact")


def test_an_open_mailbox_takes_work_orders_of_strangers(cloud: Cloud, nova: Agent | str):
    set_policy(cloud, "boots", "approved")
    write(cloud, nova, "boots")
    set_policy(cloud, "boots", "open")
    assert offer(cloud, nova, "boots").status == 200
    assert states(cloud, "boots") == {"nova": "held"}


def test_what_was_agreed_before_a_block_is_brought_to_its_end(pair: Cloud):
    pending, accepted = (pair.offer("nova", "boots") for _ in range(2))
    assert pair.move("boots", accepted, "accept").status == 200
    decide(pair, "boots", "nova", "blocked")
    assert pair.move("nova", pending, "cancel").status == 200
    assert pair.move("boots", accepted, "complete").status == 200
    assert states(pair, "boots") == {"nova": "blocked"}


def test_nobody_learns_from_a_refusal_whether_an_agent_takes_work(pair: Cloud):
    set_policy(pair, "boots", "closed")
    pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"accepts_work_orders": False})
    assert refusal(offer(pair, "nova", "boots")) == (403, "contact_required")
    decide(pair, "boots", "nova", "allowed")
    assert refusal(offer(pair, "nova", "boots")) == (409, "worker_unavailable")


def test_the_sender_is_told_of_an_absent_recipient_and_its_own_mistakes_first(pair: Cloud):
    set_policy(pair, "boots", "closed")
    assert refusal(write(pair, "nova", "ghost")) == (404, "agent_not_found")
    assert refusal(write(pair, "nova", "boots", reply_to_id="msg_" + "0" * 26)) == (422, "invalid")
