"""Mailboxes full of the largest messages: no list, total or batch reads more than a page holds."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.messaging.item import long_id
from agent_messaging.paging import PAGE_BYTES
from agent_messaging.storage.table import encode
from local.in_process.functions import app
from local.in_process.units import size_of
from tests import poisoned
from tests.integration.cloud import Cloud
from tests.integration.recorder import RECORDER

NUMBER = 9  # of 128 KB: 1.2 MB, so two pages
# Heads are read beside what is long; of those that a page does not show, their sizes alone.
MOST_BYTES = PAGE_BYTES + 200_000


@pytest.fixture
def boxes(pair: Cloud) -> Cloud:
    """Nova has sent Boots so many, half of them read; as many strangers have asked."""
    messaging, since = app("messaging"), clock.now() - timedelta(hours=1)
    parties = {"sender": "nova", "recipient": "boots"}
    made = poisoned.messages(messaging.messages, messaging.sent_log, NUMBER, **parties, since=since)
    pair.thread_id = made[0].thread_id
    pair.message_ids = [message.message_id for message in made]
    later = since + timedelta(minutes=30)
    asked = poisoned.requests(
        messaging.contacts, messaging.messages, NUMBER, owner="boots", since=later
    )
    pair.request_id = asked[0].message_id
    return pair


def fetched() -> int:
    """Bytes of all items that DynamoDB handed over since this was last asked."""
    items = []
    for call in RECORDER.calls:
        items += call.answer.get("Items", [])
        items += [call.answer["Item"]] if "Item" in call.answer else []
        for found in call.answer.get("Responses", {}).values():
            items += found
    RECORDER.calls.clear()
    return sum(map(size_of, items))


LISTS = [
    ("boots", "/messaging/inbox", {"status": "pending"}),
    ("boots", "/messaging/inbox", {"type": "chat_message"}),
    ("boots", "/messaging/inbox", {}),
    ("nova", "/messaging/sent", {}),
    ("nova", "/messaging/threads/{thread_id}", {}),
    ("boots", "/messaging/threads/{thread_id}", {}),
    ("boots", "/messaging/contacts", {"state": "held"}),
    ("boots", "/messaging/contacts", {}),
    ("boots", "/messaging/inbox", {"status": "read"}),
]


def test_a_page_reads_a_megabyte_at_most(boxes: Cloud):
    """One mailbox for all lists, for it takes long to fill."""
    for agent_id, path, query in LISTS:
        if query.get("status") == "read":
            body = {"message_ids": boxes.message_ids}
            assert boxes.post("/messaging/mark-read", {"agent_id": "boots"}, body).status == 200
        place = path.format(thread_id=boxes.thread_id)
        entries = "contacts" if path.endswith("contacts") else "messages"
        RECORDER.calls.clear()
        sizes, found = [], []
        for page in boxes.pages(place, {"agent_id": agent_id, "limit": 100, **query}):
            sizes.append(fetched())
            # Without a state Nova is among the contacts, which asked for nothing.
            found += [each.get("request", each) for each in page[entries]]
        messages = [message for message in found if message]
        assert len({message["message_id"] for message in messages}) == NUMBER, path
        assert all(message["body"] == poisoned.BODY for message in messages)
        assert len(sizes) == 2, path
        assert max(sizes) <= MOST_BYTES, path


def test_what_touches_heads_alone_reads_no_long_part(boxes: Cloud):
    last = boxes.message_ids[-1]
    reply = {"to_agent_id": "nova", "body": "x", "reply_to_id": last}
    for method, path, body in (
        ("POST", "/messaging/heartbeat", None),
        ("GET", "/messaging/stats", None),
        ("POST", f"/messaging/mark-read/{last}", None),
        ("POST", "/messaging/mark-read", {"message_ids": boxes.message_ids}),
        ("POST", "/messaging/send", reply),
        ("PUT", "/messaging/contacts/stranger-0001", {"state": "blocked"}),
    ):
        name = "from_agent_id" if path.endswith("send") else "agent_id"
        RECORDER.calls.clear()
        if "stranger" in path:
            boxes.register("stranger-0001")
            RECORDER.calls.clear()
        answer = boxes.call(method, path, {name: "boots"}, body)
        assert answer.status == 200, answer.text
        assert fetched() < 50_000, path


def test_a_held_request_keeps_its_long_part_apart_until_it_is_released(boxes: Cloud):
    agent_id = "stranger-0003"
    boxes.register(agent_id)
    held = boxes.read("ContactsTable", owner_id="boots", contact_id=agent_id)
    assert size_of(encode(held)) < 2048
    path = f"/messaging/contacts/{agent_id}"
    shown = boxes.get(path, {"agent_id": "boots"}).json["request"]
    assert shown["body"] == poisoned.BODY
    RECORDER.calls.clear()
    assert boxes.call("PUT", path, {"agent_id": "boots"}, {"state": "allowed"}).status == 200
    assert fetched() < 50_000
    released = boxes.get(f"/messaging/messages/{shown['message_id']}", {"agent_id": "boots"}).json
    assert released == shown | {"status": "pending"}

    # A request that has lost its long part has expired.
    part = {"recipient_id": "boots", "message_id": long_id(boxes.request_id)}
    boxes.dynamodb.delete_item(TableName="AgentMessagesTable", Key=encode(part))
    assert boxes.get("/messaging/contacts/stranger-0000", {"agent_id": "boots"}).status == 404
    query = {"agent_id": "boots", "state": "held", "limit": 100}
    pages = boxes.pages("/messaging/contacts", query)
    listed = [entry["contact"]["id"] for page in pages for entry in page["contacts"]]
    assert listed == [f"stranger-{n:04}" for n in range(NUMBER) if n not in (0, 3)]
