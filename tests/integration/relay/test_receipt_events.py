"""The receipt in an event is the one that its sender reads, and no event tells what is not true."""

import copy
from datetime import timedelta

import pytest

from agent_messaging import clock
from local.in_process.functions import app
from local.in_process.runtime import Context
from tests.integration.contacts.mailboxes import decide, set_policy
from tests.integration.recorder import RECORDER
from tests.integration.relay.streams import MAPPINGS, is_delivered, records_of

RETENTION = timedelta(days=90)
AFTER = RETENTION + timedelta(hours=1)


@pytest.fixture
def later(monkeypatch):
    """Move the clock."""

    def move(delta):
        read = clock.read
        monkeypatch.setattr(clock, "read", lambda zone=None: read(zone) + delta)

    return move


def send(pair, sender="nova", recipient="boots", **fields):
    body = {"to_agent_id": recipient, "body": "Hello.", "wants_receipts": True, **fields}
    answer = pair.post("/messaging/send", {"from_agent_id": sender}, body)
    assert answer.status in (200, 202), answer.text
    return answer.json["message_id"]


def receipt_of(pair, message_id):
    return pair.get(f"/messaging/messages/{message_id}", {"agent_id": "nova"}).json["receipt"]


def told(feed_of, agent_id="nova"):
    """The receipts that the agent was told, by the type of the event."""
    events = [each for each in feed_of(agent_id) if "receipt" in each["data"]]
    return {each["type"]: each["data"]["receipt"] for each in events}


def expire(pair, streams, table, **key):
    """Delete an item as DynamoDB does after its time, and hand its record to the relay."""
    pair.dynamodb.delete_item(
        TableName=table, Key={name: {"S": value} for name, value in key.items()}
    )
    record = copy.deepcopy(records_of(table)[-1])
    record["dynamodb"]["ApproximateCreationDateTime"] += AFTER.total_seconds()
    assert any(is_delivered(each, record) for each in MAPPINGS if each.table == table)
    assert app("relay").handler({"Records": [record]}, Context()) == {"batchItemFailures": []}
    streams.done[table] = len(records_of(table))
    streams.pump()


def expire_message(pair, streams, message_id):
    expire(pair, streams, "AgentMessagesTable", recipient_id="boots", message_id=message_id)


def expire_receipt(pair, streams, message_id):
    expire(pair, streams, "AgentOutboxTable", agent_id="nova", entry=f"receipt#{message_id}")


def test_a_message_that_was_acted_on_and_never_read_has_not_failed(pair, streams, feed_of):
    sent = send(pair)
    pair.send("boots", "nova", reply_to_id=sent)
    streams.pump()
    expire_message(pair, streams, sent)
    assert list(told(feed_of)) == ["message.acted"]


def test_a_message_that_was_only_delivered_has_failed(pair, streams, feed_of, acknowledge):
    sent = send(pair)
    streams.pump()
    acknowledge("boots", feed_of("boots")[-1]["position"])
    streams.pump()
    expire_message(pair, streams, sent)
    failed = told(feed_of)["message.failed"]
    assert (failed["status"], failed["delivered_via"]) == ("failed", "feed")


def test_a_message_that_is_read_after_it_was_acted_on_is_acted(pair, streams, feed_of):
    sent = send(pair)
    pair.send("boots", "nova", reply_to_id=sent)
    streams.pump()
    pair.post(f"/messaging/mark-read/{sent}", {"agent_id": "boots"})
    streams.pump()
    receipts = told(feed_of)
    assert receipts["message.read"] == receipt_of(pair, sent)
    assert receipts["message.read"]["status"] == "acted"
    assert receipts["message.acted"]["delivered_via"] == "inbox"


def test_a_message_that_was_read_without_an_acknowledgement_was_delivered(pair, streams, feed_of):
    sent = send(pair)
    pair.post(f"/messaging/mark-read/{sent}", {"agent_id": "boots"})
    streams.pump()
    read = told(feed_of)["message.read"]
    assert read == receipt_of(pair, sent)
    assert (read["status"], read["delivered_via"]) == ("read", "inbox")


def test_a_record_that_comes_again_after_the_receipt_has_changed_tells_nothing_new(
    pair, streams, feed_of
):
    sent = send(pair)
    pair.post(f"/messaging/mark-read/{sent}", {"agent_id": "boots"})
    was_read = records_of("AgentMessagesTable")[-1:]
    streams.pump()
    pair.send("boots", "nova", reply_to_id=sent)
    streams.pump()
    before = feed_of("nova")
    assert app("relay").handler({"Records": was_read}, Context()) == {"batchItemFailures": []}
    streams.pump()
    assert feed_of("nova") == before


def test_a_released_request_is_queued_when_it_was_released(
    pair, streams, feed_of, acknowledge, later
):
    set_policy(pair, "boots", "approved")
    sent = send(pair)
    streams.pump()
    later(timedelta(hours=3))
    decide(pair, "boots", "nova", "allowed")
    streams.pump()
    acknowledge("boots", feed_of("boots")[-1]["position"])
    streams.pump()
    delivered = told(feed_of)["message.delivered"]
    assert delivered == receipt_of(pair, sent)
    released_at = pair.read("AgentMessagesTable", recipient_id="boots", message_id=sent)
    assert delivered["queued_at"] == released_at["released_at"]


def test_a_receipt_without_its_message_still_knows_the_release(
    pair, streams, feed_of, acknowledge, later
):
    set_policy(pair, "boots", "approved")
    sent = send(pair)
    streams.pump()
    later(timedelta(hours=3))
    decide(pair, "boots", "nova", "allowed")
    streams.pump()
    queued_at = receipt_of(pair, sent)["queued_at"]
    pair.dynamodb.delete_item(
        TableName="AgentMessagesTable",
        Key={"recipient_id": {"S": "boots"}, "message_id": {"S": sent}},
    )
    acknowledge("boots", feed_of("boots")[-1]["position"])
    streams.pump()
    assert told(feed_of)["message.delivered"]["queued_at"] == queued_at


@pytest.mark.parametrize("decision", [None, "blocked"])
def test_a_held_request_that_nobody_answered_has_failed(pair, streams, feed_of, decision):
    set_policy(pair, "boots", "approved")
    sent = send(pair)
    if decision:
        decide(pair, "boots", "nova", decision)
    streams.pump()
    expire_receipt(pair, streams, sent)
    assert list(told(feed_of)) == ["message.failed"]
    failed = told(feed_of)["message.failed"]
    is_set = {name: failed[name] for name in failed if failed[name] is not None}
    assert is_set.pop("failed_at")
    assert is_set == {"status": "failed", "reason": "retention"}


def test_a_request_that_was_released_at_last_has_not_failed(pair, streams, feed_of):
    """Its receipt is deleted before the relay has noted the release."""
    set_policy(pair, "boots", "approved")
    sent = send(pair)
    streams.pump()
    decide(pair, "boots", "nova", "allowed")
    expire_receipt(pair, streams, sent)
    assert told(feed_of) == {}
    assert not pair.read("AgentOutboxTable", agent_id="nova", entry=f"receipt#{sent}")


def test_a_released_request_is_held_no_more_when_its_message_is_deleted(pair, streams, later):
    set_policy(pair, "boots", "approved")
    sent = send(pair, wants_receipts=False)
    decide(pair, "boots", "nova", "allowed")
    streams.pump()
    later(AFTER)
    pair.dynamodb.delete_item(
        TableName="AgentMessagesTable",
        Key={"recipient_id": {"S": "boots"}, "message_id": {"S": sent}},
    )
    answer = pair.get(f"/messaging/messages/{sent}", {"agent_id": "nova"})
    assert answer.status == 404
    assert pair.get("/messaging/sent", {"agent_id": "nova"}).json["messages"] == []


def test_facts_outlive_their_message_by_a_week(pair, streams):
    sent = send(pair)
    pair.send("boots", "nova", reply_to_id=sent)
    streams.pump()
    message = pair.read("AgentMessagesTable", recipient_id="boots", message_id=sent)
    receipt = pair.read("AgentOutboxTable", agent_id="nova", entry=f"receipt#{sent}")
    assert receipt["purge_at"] - message["purge_at"] in range(7 * 86400 - 1, 7 * 86400 + 2)


def test_a_message_without_wanted_receipts_costs_no_read_more(pair, streams):
    sent = send(pair, wants_receipts=False)
    pair.send("nova", "boots")
    streams.pump()
    RECORDER.calls.clear()
    pair.post(f"/messaging/mark-read/{sent}", {"agent_id": "boots"})
    RECORDER.calls.clear()
    streams.pump()
    assert RECORDER.calls == []


def test_a_wanted_event_costs_one_read_more(pair, streams):
    sent = send(pair)
    pair.send("boots", "nova")
    streams.pump()
    pair.post(f"/messaging/mark-read/{sent}", {"agent_id": "boots"})
    RECORDER.calls.clear()
    streams.pump()
    operations = [each.operation for each in RECORDER.calls]
    assert operations == ["GetItem", "PutItem", "PutItem", "Query"]


def test_a_reply_to_oneself_is_no_news(pair, streams, feed_of):
    sent = send(pair, "nova", "nova")
    send(pair, "nova", "nova", reply_to_id=sent, wants_receipts=False)
    streams.pump()
    assert receipt_of(pair, sent)["status"] == "acted"
    assert feed_of("nova") == []
