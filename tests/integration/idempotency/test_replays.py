"""A retry with its key has one effect and gets the same answer, whatever happened in between."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import set_policy
from tests.integration.idempotency.requests import REQUESTS
from tests.integration.work_orders.orders import FUTURE, states

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
REPLAYED = "Idempotency-Replayed"


@pytest.mark.parametrize("name", REQUESTS)
def test_a_retry_changes_nothing_and_is_answered_the_same(pair: Cloud, name: str):
    request = REQUESTS[name](pair)
    first = request.send(pair, KEY)
    assert first.status == 200, first.text
    assert REPLAYED not in first.headers
    before = pair.digest("AgentSentTable")

    for _ in range(2):
        again = request.send(pair, KEY)
        assert (again.status, again.text) == (200, first.text)
        assert again.headers[REPLAYED] == "true"

    assert pair.digest("AgentSentTable") == before


def test_a_retry_of_a_message_written_out(pair: Cloud):
    body = {"to_agent_id": "boots", "body": "Want to collaborate?"}
    first = pair.post("/messaging/send", {"from_agent_id": "nova"}, body, key="a")
    again = pair.post("/messaging/send", {"from_agent_id": "nova"}, body, key="a")
    other = pair.post("/messaging/send", {"from_agent_id": "nova"}, body, key="b")

    assert again.json == first.json
    assert other.json["message_id"] != first.json["message_id"]
    assert pair.inbox("boots")["total_messages"] == 2


@pytest.mark.parametrize("name", REQUESTS)
def test_without_a_key_nothing_is_kept(pair: Cloud, name: str):
    request = REQUESTS[name](pair)
    assert REPLAYED not in request.send(pair, None).headers
    assert pair.items("IdempotencyTable") == []


@pytest.mark.parametrize("name", REQUESTS)
def test_a_key_belongs_to_one_agent_and_one_route(pair: Cloud, name: str):
    request = REQUESTS[name](pair)
    for other in ("ping", "send"):
        assert REQUESTS[other](pair).send(pair, KEY).status == 200
    body = {"to_agent_id": "nova", "body": "x"}
    assert pair.post("/messaging/send", {"from_agent_id": "third"}, body, key=KEY).status == 200
    answer = request.send(pair, KEY)
    assert answer.status == 200, answer.text
    assert (REPLAYED in answer.headers) == (name in ("ping", "send"))


def test_a_held_message_is_held_once(pair: Cloud):
    set_policy(pair, "boots", "approved")
    request = REQUESTS["send"](pair)
    first = request.send(pair, KEY)
    assert first.json["status"] == "held"
    before = pair.digest("AgentSentTable")

    # Without the key it would have to wait.
    assert request.send(pair, None).status == 429
    assert request.send(pair, KEY).text == first.text
    assert pair.digest("AgentSentTable") == before


@pytest.mark.parametrize("policy", ["approved", "closed"])
def test_a_retry_is_answered_though_the_recipient_has_since_closed_its_mailbox(
    pair: Cloud, policy: str
):
    request = REQUESTS["send"](pair)
    first = request.send(pair, KEY)
    set_policy(pair, "boots", policy)
    pair.call("PUT", "/messaging/contacts/nova", {"agent_id": "boots"}, {"state": "blocked"})
    assert request.send(pair, None).status == 403
    assert request.send(pair, KEY).text == first.text


def test_a_retry_is_answered_though_the_recipient_has_left(pair: Cloud):
    request = REQUESTS["ping"](pair)
    first = request.send(pair, KEY)
    assert pair.call("DELETE", "/agents/me", {"agent_id": "boots"}).status == 200
    assert request.send(pair, None).status == 404
    assert request.send(pair, KEY).text == first.text


def test_a_retry_is_answered_though_its_deadline_has_passed(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    now = clock.now()
    deadline = clock.to_text(now + timedelta(minutes=1))
    body = {"to_agent_id": "boots", "title": "t", "description": "d", "deadline_at": deadline}
    sent = {"from_agent_id": "nova"}
    first = pair.post("/messaging/work-order", sent, body, key=KEY)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=2))
    assert pair.post("/messaging/work-order", sent, body).status == 422
    assert pair.post("/messaging/work-order", sent, body, key=KEY).text == first.text


def test_a_retry_of_an_accept_is_answered_though_the_order_has_moved_on(pair: Cloud):
    request = REQUESTS["accept"](pair)
    first = request.send(pair, KEY)
    order_id = first.json["work_order_id"]
    assert pair.move("boots", order_id, "complete").status == 200
    again = request.send(pair, KEY)
    assert (again.status, again.text) == (200, first.text)
    assert states(pair, "boots") == (0, 1)
    # Without the key it is what it looks like: a second accept.
    assert request.send(pair, None).json["current_status"] == "completed"


def test_a_key_is_as_new_after_a_day(pair: Cloud, monkeypatch: pytest.MonkeyPatch):
    request, now = REQUESTS["send"](pair), clock.now()
    first = request.send(pair, KEY)
    for hours, is_replayed in ((23.999, True), (24.02, False), (24.03, True)):
        moment = now + timedelta(hours=hours)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        answer = request.send(pair, KEY)
        assert (REPLAYED in answer.headers) == is_replayed
        assert (answer.text == first.text) == (hours < 24)
    (record,) = pair.items("IdempotencyTable")
    assert record["request_key"] == f"nova#POST /api/v1/messaging/send#{KEY}"


def test_members_in_another_order_are_the_same_request(pair: Cloud):
    fields = {"title": "t", "description": "d", "to_agent_id": "boots", "deadline_at": FUTURE}
    sent = {"from_agent_id": "nova"}
    first = pair.post("/messaging/work-order", sent, fields, key=KEY)
    turned = dict(reversed(fields.items()))
    assert pair.post("/messaging/work-order", sent, turned, key=KEY).text == first.text


@pytest.mark.parametrize("name", ["ping", "send", "create"])
@pytest.mark.parametrize("is_same", [True, False])
def test_a_key_used_again_makes_no_contact(pair: Cloud, name: str, *, is_same: bool):
    request = REQUESTS[name](pair)
    assert request.send(pair, KEY).status == 200
    pair.call("DELETE", "/messaging/contacts/boots", {"agent_id": "nova"})
    before = pair.digest("AgentSentTable")

    again = request.send(pair, KEY, body=request.body if is_same else request.other_body)

    assert again.status == (200 if is_same else 422)
    assert pair.digest("AgentSentTable") == before
