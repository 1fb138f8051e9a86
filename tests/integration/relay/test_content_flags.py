"""An event has the content flags that the inbox shows, also for texts that it leaves out."""

import json

import pytest

from tests.integration.contacts.mailboxes import decide, set_policy

TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
TURNED = "\u202e evil"


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({"body": "Hello."}, []),
        ({"body": f"Hello.{TURNED}"}, ["bidirectional_controls"]),
        ({"body": "x" * 1000 + TURNED}, ["bidirectional_controls"]),
        ({"body": "x" * 5000 + TURNED}, ["bidirectional_controls"]),
        ({"body": "x", "metadata": {"a": TURNED}}, ["bidirectional_controls"]),
        ({"body": "x" * 5000, "metadata": {"a": TAGS}}, ["tag_characters"]),
        (
            {"body": "x" * 5000 + TURNED, "subject": TAGS},
            ["bidirectional_controls", "tag_characters"],
        ),
    ],
)
def test_an_event_has_the_flags_of_the_inbox(pair, streams, feed_of, fields, flags):
    sent = pair.send("nova", "boots", **fields)["message_id"]
    streams.pump()
    shown = pair.get(f"/messaging/messages/{sent}", {"agent_id": "boots"}).json["content_flags"]
    assert feed_of("boots")[0]["data"]["content_flags"] == shown == flags


def test_a_flagged_name_is_flagged_in_the_event_too(pair, streams, feed_of):
    pair.change("AgentsTable", {"agent_id": "nova"}, name=f"Nova{TAGS}")
    pair.send("nova", "boots")
    streams.pump()
    assert feed_of("boots")[0]["data"]["content_flags"] == ["tag_characters"]


def test_only_a_flagged_long_part_makes_its_head_larger(pair):
    clean, flagged = (pair.send("nova", "boots", body=each * 3000) for each in ("x", "\u202e"))
    items = {each["message_id"]: each for each in pair.items("AgentMessagesTable")}
    assert "long_flags" not in items[clean["message_id"]]["display"]
    assert items[flagged["message_id"]]["display"]["long_flags"] == ["bidirectional_controls"]


def test_a_held_message_keeps_its_flags_until_it_is_released(pair, streams, feed_of):
    """They stand beside the request, because release 1.0.0 refuses a request that it half knows."""
    set_policy(pair, "boots", "approved")
    pair.send("nova", "boots", body="x" * 3000 + TURNED)
    contact = pair.read("ContactsTable", owner_id="boots", contact_id="nova")
    assert "long_flags" not in json.loads(contact["request"])
    decide(pair, "boots", "nova", "allowed")
    streams.pump()
    (event,) = (each for each in feed_of("boots") if each["type"] == "message.received")
    assert event["data"]["content_flags"] == ["bidirectional_controls"]


def test_the_texts_of_an_order_are_flagged(pair, streams, feed_of):
    order = pair.offer("nova", "boots", title=f"Work{TURNED}")
    pair.move("boots", order, "reject", reason=f"No.{TAGS}")
    streams.pump()
    (created,), (rejected,) = feed_of("boots"), feed_of("nova")
    assert created["data"]["content_flags"] == ["bidirectional_controls"]
    assert rejected["data"]["content_flags"] == ["bidirectional_controls", "tag_characters"]


def test_a_thread_finds_the_events_of_its_order(pair, streams):
    order = pair.offer("nova", "boots")
    streams.pump()
    thread_id = pair.order("boots", order)["thread_id"]
    answer = pair.get("/messaging/feed/wait", {"agent_id": "boots", "thread_id": thread_id})
    assert [each["type"] for each in answer.json["events"]] == ["work_order.created"]
