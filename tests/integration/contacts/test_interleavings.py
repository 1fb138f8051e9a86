"""Whatever the order in which calls reach the tables: nothing is lost, doubled or let through.

Nova writes to Boots, whose mailbox asks first; Boots allows, blocks, forgets, writes back, accepts
Nova's order, all at once.
"""

from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from local.in_process.host import Agent
from local.in_process.memory import Memory
from local.in_process.requests import Answer
from tests.integration.cloud import Cloud
from tests.integration.contacts.interleaving import interleaved
from tests.integration.contacts.mailboxes import decide, ping, set_policy, write
from tests.scale import examples

NOVAS = ("send", "ping")
OWNERS = ("allow", "block", "forget", "answer", "accept")
ALLOWING = {"allow", "answer", "accept"}


@dataclass(frozen=True)
class Start:
    """The tables before, with an order of Nova's that waits, and who calls."""

    memory: Memory
    nova: Agent
    boots: Agent
    order_id: str
    held_id: str | None


@pytest.fixture(scope="module", params=["a stranger", "a stranger who asked"])
def start(request: pytest.FixtureRequest) -> Start:
    with mock_aws():
        cloud = Cloud()
        nova, boots = (cloud.register(agent_id) for agent_id in ("nova", "boots"))
        order_id = cloud.offer("nova", "boots")
        set_policy(cloud, "boots", "approved")
        held_id = None
        if request.param == "a stranger who asked":
            held_id = write(cloud, nova, "boots").json["message_id"]
        return Start(Memory(), nova, boots, order_id, held_id)


def work(cloud: Cloud, start: Start, name: str):
    nova, boots = start.nova, start.boots
    respond = f"/messaging/work-order/{start.order_id}/respond"
    return {
        "send": lambda: write(cloud, nova, "boots"),
        "ping": lambda: ping(cloud, nova, "boots"),
        "allow": lambda: decide(cloud, boots, "nova", "allowed"),
        "block": lambda: decide(cloud, boots, "nova", "blocked"),
        "forget": lambda: decide(cloud, boots, "nova", "stranger"),
        "answer": lambda: write(cloud, boots, "nova"),
        "accept": lambda: cloud.post(respond, body={"action": "accept"}, caller=boots.keyed),
    }[name]


# At least one of Nova's, or nothing can be lost.
plans = st.builds(
    lambda first, others: [first, *others],
    st.sampled_from(NOVAS),
    st.lists(st.sampled_from(NOVAS + OWNERS), min_size=1, max_size=4),
)


@settings(
    max_examples=examples(50),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(names=plans, turns=st.lists(st.integers(0, 11), max_size=30))
def test_what_was_acknowledged_is_in_one_place(start: Start, names: list[str], turns: list[int]):
    with mock_aws():
        cloud = Cloud()
        start.memory.put_back()
        answers = interleaved([work(cloud, start, name) for name in names], turns)
        found = cloud.read("ContactsTable", owner_id="boots", contact_id="nova")
        items = cloud.items("AgentMessagesTable")
    done = Counter(
        name for name, answer in zip(names, answers, strict=True) if answer.status == 200
    )
    arrived = {
        item["message_id"]: item["status"]
        for item in items
        if item["recipient_id"] == "boots" and item["display"]["type"] != "work_order"
    }
    acknowledged = _acknowledged(start, names, answers)
    waiting = (found or {}).get("request_id")

    assert all(answer.status in (200, 403, 404, 409, 429) for answer in answers)
    assert set(arrived) <= set(acknowledged), "what was refused is nowhere"
    assert set(arrived.values()) <= {"pending"}
    assert waiting is None or (waiting in acknowledged and waiting not in arrived)
    for message_id, status in acknowledged.items():
        is_somewhere = message_id in arrived or message_id == waiting
        assert is_somewhere or (status == "held" and done["block"] + done["forget"])
    held = Counter(acknowledged.values())["held"]
    assert held <= 1 + done["forget"]
    _check_contact(found or {}, done, is_asking=bool(held))


def _acknowledged(start: Start, names: list[str], answers: list[Answer]) -> dict[str, str]:
    """The messages that Nova was told are delivered or held."""
    known = {} if start.held_id is None else {start.held_id: "held"}
    for name, answer in zip(names, answers, strict=True):
        if name in NOVAS and answer.status == 200:
            known[answer.json["message_id"]] = answer.json["status"]
    return known


def _check_contact(found: dict, done: Counter[str], *, is_asking: bool) -> None:
    """What Nova is to Boots in the end."""
    state = found.get("state")
    is_allowed = any(done[name] for name in ALLOWING)
    assert (state == "held") == ("request" in found) == ("purge_at" in found)
    if not done["forget"]:
        if done["block"] and not done["allow"]:
            assert state == "blocked", "no other word of its owner ends a block"
        elif is_allowed and not done["block"]:
            assert state == "allowed", "nobody who was allowed is left waiting"
    if not is_allowed and not done["block"] and not done["forget"]:
        assert state == ("held" if is_asking else None)
