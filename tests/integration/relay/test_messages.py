"""Messages become events of their recipients, and facts of their senders."""

import pytest


def test_a_message_becomes_an_event_of_its_recipient(pair, streams, feed_of):
    sent = pair.send("nova", "boots", subject="Partnership", body="Want to collaborate?")
    streams.pump()

    (event,) = feed_of("boots")
    assert feed_of("nova") == []
    assert event["event_id"].startswith("evt_")
    assert (event["type"], event["previous"]) == ("message.received", None)
    assert event["occurred_at"] == pair.inbox("boots")["messages"][0]["created_at"]
    assert event["data"] == {
        "message_id": sent["message_id"],
        "message_type": "contact_request",
        "thread_id": sent["thread_id"],
        "channel_id": None,
        "work_order_id": None,
        "from_agent": {"id": "nova", "name": "Nova"},
        "relationship": "stranger",
        "verified": False,
        "content_flags": [],
        "body_bytes": 20,
        "untrusted": {"subject": "Partnership", "body": "Want to collaborate?"},
    }


@pytest.mark.parametrize(("length", "has_body"), [(400, True), (601, False), (5000, False)])
def test_a_body_of_more_than_600_bytes_is_left_out(pair, streams, feed_of, length, has_body):
    pair.send("nova", "boots", body="x" * length, metadata={"a": "b"})
    streams.pump()
    (event,) = feed_of("boots")
    assert event["data"]["body_bytes"] == length
    assert event["data"]["untrusted"] == {
        "subject": None,
        "body": "x" * length if has_body else None,
    }


def test_a_message_to_oneself_is_no_event(pair, streams, feed_of):
    pair.send("nova", "nova")
    streams.pump()
    assert feed_of("nova") == []


def test_an_acknowledgement_writes_the_receipts_of_the_messages(
    pair, streams, feed_of, acknowledge
):
    first, second, third = (pair.send("nova", "boots")["message_id"] for _ in range(3))
    streams.pump()
    acknowledge("boots", feed_of("boots")[1]["position"])
    streams.pump()
    receipts = {i["entry"]: i for i in pair.items("AgentOutboxTable") if i["agent_id"] == "nova"}
    assert receipts.keys() == {f"receipt#{first}", f"receipt#{second}"}
    assert receipts[f"receipt#{first}"]["delivered_via"] == "feed"
    acknowledge("boots", feed_of("boots")[2]["position"])
    streams.pump()
    assert pair.read("AgentOutboxTable", agent_id="nova", entry=f"receipt#{third}")
