"""What becomes of a message becomes its sender's facts, and events if the sender wants them."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.messaging.model import MessageType, Party, compose
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.relay import acknowledged

RETENTION = timedelta(days=90)


def table(pair):
    return MessagesTable(pair.dynamodb, "AgentMessagesTable")


def wanted(pair, sender="nova", recipient="boots", **fields):
    """A message whose sender wants receipts as events, as a send that asks for them stores it."""
    parties = (Party(id=each, name=each.title()) for each in (sender, recipient))
    message = compose(MessageType.CHAT_MESSAGE, *parties, clock.now(), body="Hello.", **fields)
    put = table(pair).transact_put(message)["Put"]
    put["Item"]["display"]["M"]["wants_receipts"] = {"BOOL": True}
    pair.dynamodb.put_item(TableName=put["TableName"], Item=put["Item"])
    return message


def names(events):
    return [event["type"] for event in events]


def test_a_sender_that_wants_it_is_told_of_each_step(pair, streams, feed_of, acknowledge):
    message = wanted(pair)
    streams.pump()
    acknowledge("boots", feed_of("boots")[-1]["position"])
    streams.pump()
    table(pair).mark_read(message, clock.now())
    streams.pump()
    reply = pair.send("boots", "nova", reply_to_id=message.message_id)["message_id"]
    streams.pump()

    told = feed_of("nova")
    assert names(told) == [
        "message.delivered",
        "message.read",
        "message.received",
        "message.acted",
    ]
    delivered, read, _, acted = (event["data"] for event in told)
    assert {each["message_id"] for each in (delivered, read, acted)} == {message.message_id}
    assert {each["to_agent_id"] for each in (delivered, read, acted)} == {"boots"}
    assert delivered["receipt"]["status"] == "delivered"
    assert delivered["receipt"]["delivered_via"] == "feed"
    assert read["receipt"]["status"] == "read"
    assert read["receipt"]["read_at"] == told[1]["occurred_at"]
    assert (acted["receipt"]["status"], acted["receipt"]["acted_by"]) == ("acted", reply)
    assert [*acted["receipt"]] == [
        "status",
        "queued_at",
        "delivered_at",
        "delivered_via",
        "read_at",
        "acted_at",
        "acted_by",
        "failed_at",
        "reason",
        "delivery_error",
    ]


def test_a_sender_that_does_not_want_it_is_told_nothing(pair, streams, feed_of, acknowledge):
    sent = pair.send("nova", "boots")["message_id"]
    streams.pump()
    acknowledge("boots", feed_of("boots")[-1]["position"])
    pair.post("/messaging/messages/mark-read", {"agent_id": "boots"}, {"message_ids": [sent]})
    streams.pump()
    assert feed_of("nova") == []
    assert pair.read("AgentOutboxTable", agent_id="nova", entry=f"receipt#{sent}")


def test_a_second_reply_changes_nothing(pair, streams, feed_of):
    message = wanted(pair)
    first = pair.send("boots", "nova", reply_to_id=message.message_id)["message_id"]
    pair.send("boots", "nova", reply_to_id=message.message_id)
    streams.pump()
    assert names(feed_of("nova")).count("message.acted") == 1
    receipt = pair.read("AgentOutboxTable", agent_id="nova", entry=f"receipt#{message.message_id}")
    assert receipt["acted_by"] == first


def test_a_message_that_expires_unread_has_failed(pair, streams, feed_of):
    past = clock.now() - RETENTION - timedelta(hours=1)
    parties = (Party(id=each, name=each.title()) for each in ("nova", "boots"))
    message = compose(MessageType.CHAT_MESSAGE, *parties, past, body="Hello.")
    put = table(pair).transact_put(message)["Put"]
    put["Item"]["display"]["M"]["wants_receipts"] = {"BOOL": True}
    pair.dynamodb.put_item(TableName=put["TableName"], Item=put["Item"])
    streams.skip()
    key = {name: put["Item"][name] for name in ("recipient_id", "message_id")}
    pair.dynamodb.delete_item(TableName=put["TableName"], Key=key)
    streams.pump()
    (event,) = feed_of("nova")
    assert event["type"] == "message.failed"
    assert event["data"]["receipt"]["status"] == "failed"
    assert event["data"]["receipt"]["reason"] == "retention"
    assert event["occurred_at"][:16] == clock.to_text(past + RETENTION)[:16]


@pytest.mark.parametrize("is_read", [True, False])
def test_a_message_that_is_deleted_before_its_end_or_read_has_not_failed(
    pair, streams, feed_of, is_read
):
    message = wanted(pair)
    if is_read:
        table(pair).mark_read(message, clock.now())
    streams.skip()
    key = {"recipient_id": {"S": "boots"}, "message_id": {"S": message.message_id}}
    pair.dynamodb.delete_item(TableName="AgentMessagesTable", Key=key)
    streams.pump()
    assert feed_of("nova") == []


def test_a_released_request_is_told_to_both(pair, streams, feed_of):
    message = wanted(pair)
    streams.skip()
    at = clock.now()
    pair.change(
        "AgentMessagesTable",
        {"recipient_id": "boots", "message_id": message.message_id},
        released_at=clock.to_text(at),
    )
    item = pair.read("AgentMessagesTable", recipient_id="boots", message_id=message.message_id)
    table(pair).table.delete({"recipient_id": "boots", "message_id": message.message_id})
    table(pair).table.put(item)
    streams.pump()
    assert names(feed_of("boots")) == ["message.received"]
    (allowed,) = feed_of("nova")
    assert allowed["type"] == "contact.allowed"
    assert allowed["data"] == {"contact_id": "boots", "message_id": message.message_id}
    assert allowed["occurred_at"] == clock.to_text(at)


def test_an_acknowledgement_of_many_events_is_expanded_in_three_parts(
    pair, streams, feed_of, acknowledge, monkeypatch
):
    assert acknowledged.EVENTS_AT_ONCE == 200
    monkeypatch.setattr(acknowledged, "EVENTS_AT_ONCE", 20)
    for number in range(50):
        parties = (Party(id=each, name=each.title()) for each in ("nova", "boots"))
        table(pair).put(compose(MessageType.CHAT_MESSAGE, *parties, clock.now(), body=f"{number}"))
    streams.pump()
    acknowledge("boots", feed_of("boots")[44]["position"])
    streams.pump()
    outbox = [item["entry"] for item in pair.items("AgentOutboxTable")]
    assert len([entry for entry in outbox if entry.startswith("receipt#")]) == 45
    assert sorted(entry for entry in outbox if entry.startswith("acked#")) == [
        "acked#e#00001.000000000020-e#00001.000000000045",
        "acked#e#00001.000000000040-e#00001.000000000045",
    ]
