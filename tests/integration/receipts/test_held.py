"""A held message stays held for its sender until the owner allows it, whatever else happens."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.feed.outbox_item import parse_event
from agent_messaging.receipts.model import FAILS_AFTER
from local.in_process.functions import app
from local.in_process.units import kilobytes, size_of
from tests.integration.calls.operations import TRANSACT
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import contacts, decide, ping, set_policy, write

BODY = "Want to collaborate?"


@pytest.fixture
def asked(pair: Cloud) -> Cloud:
    """Boots asks strangers to wait."""
    set_policy(pair, "boots", "approved")
    return pair


def hold(cloud: Cloud, **message) -> dict:
    answer = write(cloud, "nova", "boots", **message)
    assert answer.json["status"] == "held", answer.text
    return answer.json


def seen(cloud: Cloud, message_id: str) -> dict:
    """What Nova reads of its message, which its list also shows."""
    answer = cloud.get(f"/messaging/messages/{message_id}", {"agent_id": "nova"})
    assert answer.status == 200, answer.text
    listed = cloud.get("/messaging/sent", {"agent_id": "nova"}).json
    (entry,) = (each for each in listed["messages"] if each["message_id"] == message_id)
    assert entry == answer.json
    assert listed["total_messages"] == len(listed["messages"])
    return answer.json


@pytest.mark.parametrize("size", [20, 400, 700, 3000])
def test_the_sender_reads_its_held_message(asked: Cloud, size: int):
    held = hold(asked, body="x" * size, subject="For you", metadata={"n": 1}, priority=3)
    message = seen(asked, held["message_id"])
    assert (message["status"], message["body"]) == ("held", "x" * size)
    assert (message["subject"], message["metadata"], message["priority"]) == (
        "For you",
        {"n": 1},
        3,
    )
    assert message["created_at"] == held["created_at"]
    receipt = message["receipt"]
    assert {name for name in receipt if receipt[name] is not None} == {"status"}
    assert receipt["status"] == "held"
    assert contacts(asked, "boots")["nova"]["request"]["body"] == "x" * size


def test_the_owner_reads_it_among_its_contacts_alone(asked: Cloud):
    held = hold(asked)
    path = f"/messaging/messages/{held['message_id']}"
    for agent_id in ("boots", "third"):
        assert asked.get(path, {"agent_id": agent_id}).status == 404
    assert asked.inbox("boots")["messages"] == []
    assert contacts(asked, "boots")["nova"]["request"]["receipt"] is None


@pytest.mark.parametrize("decisions", [["blocked"], ["stranger"], ["blocked", "stranger"]])
@pytest.mark.parametrize("size", [20, 3000])
def test_the_sender_does_not_learn_of_a_block(asked: Cloud, decisions: list[str], size: int):
    held = hold(asked, body="x" * size)
    before = seen(asked, held["message_id"])
    for decision in decisions:
        assert decide(asked, "boots", "nova", decision).status == 200
        assert seen(asked, held["message_id"]) == before
    # The owner may allow the sender later. The request is gone by then, and is not delivered.
    assert decide(asked, "boots", "nova", "allowed").status == 200
    assert seen(asked, held["message_id"]) == before
    assert asked.inbox("boots")["messages"] == []


@pytest.mark.parametrize("how", ["allow", "answer"])
@pytest.mark.parametrize("size", [20, 700, 3000])
def test_a_release_queues_the_message(asked: Cloud, how: str, size: int):
    held = hold(asked, body="x" * size, wants_receipts=True)
    if how == "allow":
        assert decide(asked, "boots", "nova", "allowed").status == 200
    else:
        write(asked, "boots", "nova")
    message = seen(asked, held["message_id"])
    assert (message["status"], message["body"]) == ("pending", "x" * size)
    receipt = message["receipt"]
    assert (receipt["status"], receipt["delivered_at"]) == ("queued", None)
    key = {"recipient_id": "boots", "message_id": held["message_id"]}
    item = asked.read("AgentMessagesTable", **key)
    assert item["released_at"] == receipt["queued_at"] >= held["created_at"]
    assert item["display"]["wants_receipts"] is True
    answer = asked.post(f"/messaging/mark-read/{held['message_id']}", {"agent_id": "boots"})
    assert answer.status == 200
    receipt = seen(asked, held["message_id"])["receipt"]
    assert (receipt["status"], receipt["delivered_via"]) == ("read", "inbox")


def test_accepting_an_order_releases_it_too(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    set_policy(pair, "boots", "approved")
    held = hold(pair)
    assert pair.move("boots", order_id, "accept").status == 200
    assert seen(pair, held["message_id"])["receipt"]["status"] == "queued"


@pytest.mark.parametrize("decision", [None, "blocked"])
def test_it_fails_a_day_after_its_retention(asked: Cloud, decision: str | None):
    held = hold(asked)
    if decision:
        decide(asked, "boots", "nova", decision)
    mailbox = app("messaging").mailbox
    retention = timedelta(days=90)
    end = clock.to_epoch(clock.from_text(held["created_at"]) + retention + FAILS_AFTER)
    for moment, status in ((end - 1, "held"), (end, "failed")):
        now = clock.from_text("1970-01-01T00:00:00.000Z") + timedelta(seconds=moment)
        view = mailbox.read("nova", held["message_id"], now)
        assert (view.status, view.receipt.status) == ("held", status)
    assert view.receipt.reason == "retention"


def test_the_owner_gets_an_event_in_the_same_transaction(asked: Cloud):
    asked.cost()
    held = hold(asked)
    (transaction,) = (call for call in asked.cost() if call.operation == TRANSACT)
    items = [entry["Put"]["Item"] for entry in transaction.request["TransactItems"]]
    assert [kilobytes(item) for item in items] == [1, 1, 1]
    (event,) = (
        parse_event(item)
        for item in asked.items("AgentOutboxTable")
        if item["entry"].startswith("event#")
    )
    assert (event.agent_id, event.type) == ("boots", "contact.requested")
    assert event.data == f'{{"contact_id":"nova","message_id":"{held["message_id"]}"}}'
    assert event.receipt_for is None
    assert clock.to_text(event.occurred_at) == held["created_at"]


@pytest.mark.parametrize("size", [0, 100, 250, 700, 2048, 60_000])
@pytest.mark.parametrize("name", ["B", "é" * 100])
def test_holding_costs_at_most_four_write_units_more(asked: Cloud, size: int, name: str):
    """The contact's item costs at most as much as it did before: what is long lies apart."""
    for agent_id in ("nova", "boots"):
        asked.change("AgentsTable", {"agent_id": agent_id}, name=name)
    asked.cost()
    if size:
        hold(asked, body="x" * size, subject="s" * 100)
    else:
        ping(asked, "nova", "boots")
    (transaction,) = (call for call in asked.cost() if call.operation == TRANSACT)
    contact, receipt, event = (e["Put"]["Item"] for e in transaction.request["TransactItems"])
    assert kilobytes(contact) <= 2
    assert size_of(receipt) <= 1000 or name != "B"
    assert kilobytes(event) == 1


def test_a_repeated_request_with_a_key_holds_once(asked: Cloud):
    body = {"to_agent_id": "boots", "body": BODY}
    answers = [
        asked.post("/messaging/send", {"from_agent_id": "nova"}, body, key="one") for _ in range(3)
    ]
    assert len({answer.json["message_id"] for answer in answers}) == 1
    assert len(asked.items("AgentOutboxTable")) == 2
    assert seen(asked, answers[0].json["message_id"])["status"] == "held"


def test_a_refused_request_leaves_no_receipt_and_no_event(asked: Cloud):
    hold(asked)
    before = asked.items("AgentOutboxTable")
    assert write(asked, "nova", "boots").status == 429
    assert asked.items("AgentOutboxTable") == before
