"""What follows from a record: a table of records, and one event written out."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging.feed import item as items
from agent_messaging.feed.model import ITEM_BYTES, EventType, Source
from agent_messaging.feed.outbox_item import to_item as outbox_item
from agent_messaging.feed.position import Position
from agent_messaging.feed.tail import STREAMS_AT_MOST, Tail, seen_from_text, seen_to_text
from agent_messaging.fields import Party
from agent_messaging.messaging.item import head, to_item, to_long_item
from agent_messaging.messaging.model import MessageType, compose
from agent_messaging.relay.events import effects_of
from agent_messaging.relay.record import (
    Change,
    StreamRecord,
    UnknownStatusError,
    UnreadableRecordError,
)
from agent_messaging.storage.table import decode, encode

NOW = datetime(2036, 1, 1, 12, tzinfo=UTC)
RETENTION = timedelta(days=90)
NOVA, BOOTS = Party(id="nova", name="Nova"), Party(id="boots", name="Boots")
SYSTEM = Party(id="system", name="System")
SOURCE = Source(stream="abcdef", number=10**26)


def stored(message, **more):
    return decode(encode({**to_item(head(message), RETENTION), **more}))


def message(kind=MessageType.CHAT_MESSAGE, sender=NOVA, recipient=BOOTS, **fields):
    return compose(kind, sender, recipient, NOW, **{"body": "Hello.", **fields})


def notification(status, sender=BOOTS, **metadata):
    text = json.dumps({"status": status, **metadata})
    kind = MessageType.NOTIFICATION
    return message(kind, sender, NOVA, metadata=text, work_order_id="wo_1")


def record(new=None, old=None, at=NOW):
    change = Change.INSERT if not old else Change.MODIFY if new else Change.REMOVE
    item = new or old
    names = ("agent_id", "entry") if "entry" in item else ("recipient_id", "message_id")
    key = {name: item[name] for name in names}
    return StreamRecord(change, "1", SOURCE, at, key, new or {}, old or {})


def wants(item):
    return {**item, "display": {**item["display"], "wants_receipts": True}}


def read(item):
    item = {**item, "status": "read", "read_at": "2036-01-01T12:00:01.000Z"}
    del item["pending_for"]
    return item


def told(effects):
    own = [f"{event.agent_id} {event.type}" for event in effects.own]
    others = [f"-> {event.agent_id} {event.type}" for event in effects.others]
    acted = [f"acted {each.recipient_id} {each.by}" for each in effects.acted]
    told = [f"{'-> ' if each.stored else ''}{each.sender_id} {each.kind}" for each in effects.told]
    return [*own, *others, *acted, *told]


HEAD = stored(message())
LATE = NOW + RETENTION + timedelta(days=1)
RECEIPT = {
    "agent_id": "nova",
    "entry": f"receipt#{HEAD['message_id']}",
    "to_agent_id": "boots",
    "wants_events": True,
}
DELIVERED = {**RECEIPT, "delivered_at": "2036-01-01T12:00:01.000Z", "delivered_via": "feed"}
ACTED = {**DELIVERED, "acted_at": "2036-01-01T12:00:02.000Z", "acted_by": "msg_2"}
HELD = {**RECEIPT, "message": "{}", "purge_at": int((NOW + RETENTION).timestamp())}
REPLY = stored(message(reply_to_id="msg_01jd5m4s2c3d4e5f6g7h8j9k0m"))
SELF = stored(message(recipient=NOVA, reply_to_id="msg_01jd5m4s2c3d4e5f6g7h8j9k0m"))
ACCEPTED = stored(notification("accepted"))

TABLE = {
    "a message": (record(HEAD), ["boots message.received"]),
    "a ping": (record(stored(message(MessageType.PING))), ["boots message.received"]),
    "a request": (record(stored(message(MessageType.CONTACT_REQUEST))), ["boots message.received"]),
    "an order": (
        record(stored(message(MessageType.WORK_ORDER, work_order_id="wo_1"))),
        ["boots work_order.created"],
    ),
    "a message to oneself": (record(stored(message(recipient=NOVA))), []),
    "a reply to oneself": (record(SELF), [f"acted nova {SELF['message_id']}"]),
    "a long part": (
        record(decode(encode(to_long_item(message(body="x" * 3000), RETENTION)))),
        [],
    ),
    "a reply": (
        record(REPLY),
        ["boots message.received", f"acted nova {REPLY['message_id']}"],
    ),
    "a released request": (
        record(stored(message(), released_at="2036-01-01T12:00:01.000Z")),
        ["boots message.received", "-> nova contact.allowed"],
    ),
    "a notification": (
        record(ACCEPTED),
        ["nova work_order.accepted", f"acted boots {ACCEPTED['message_id']}"],
    ),
    "a completion": (record(stored(notification("completed"))), ["nova work_order.completed"]),
    "a failure": (record(stored(notification("failed"))), ["nova work_order.failed"]),
    "an expiry": (record(stored(notification("expired", SYSTEM))), ["nova work_order.expired"]),
    "a worker that left": (
        record(stored(notification("rejected", SYSTEM, reason_code="worker_left"))),
        ["nova work_order.rejected"],
    ),
    "a notification of another kind": (
        record(stored(message(MessageType.NOTIFICATION, metadata="{}"))),
        [],
    ),
    "read, unwanted": (record(read(HEAD), HEAD), []),
    "read, wanted": (record(read(wants(HEAD)), wants(HEAD)), ["-> nova message.read"]),
    "changed after it was read": (record(read(wants(HEAD)), read(wants(HEAD))), []),
    "expired, unwanted": (record(old=HEAD, at=LATE), []),
    "expired, wanted": (record(old=wants(HEAD), at=LATE), ["-> nova message.failed"]),
    "expired, read": (record(old=read(wants(HEAD)), at=LATE), []),
    "deleted before its end": (record(old=wants(HEAD)), []),
    "delivered": (record(DELIVERED), ["nova message.delivered"]),
    "acted": (record(ACTED, DELIVERED), ["nova message.acted"]),
    "both at once": (record(ACTED), ["nova message.delivered", "nova message.acted"]),
    "a webhook that gave up": (record({**ACTED, "delivery_error": "410"}, ACTED), []),
    "a receipt that nobody wants": (record({**DELIVERED, "wants_events": False}), []),
    "an expired receipt": (record(old={**DELIVERED, "purge_at": 1}), []),
    "a held message that expires": (record(old=HELD, at=LATE), ["nova message.failed"]),
    "a held message that is deleted before": (record(old=HELD), []),
    "a held message that nobody wants": (record(old={**HELD, "wants_events": False}, at=LATE), []),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_follows_from_a_record(name):
    given, expected = TABLE[name]
    assert told(effects_of(given)) == expected


def test_an_event_of_the_outbox_is_taken_as_it_is():
    (event,) = effects_of(record(stored(message(), released_at="2036-01-01T12:00:01.000Z"))).others
    assert effects_of(record(outbox_item(event, NOW))).own == (event,)


def test_a_repeated_record_has_the_same_event_id():
    first, again = (effects_of(record(HEAD)).own[0] for _ in range(2))
    assert first == again
    assert first.event_id != effects_of(record(stored(message()))).own[0].event_id


@pytest.mark.parametrize(
    "broken",
    [
        {**HEAD, "display": {}},
        {**HEAD, "display": {**HEAD["display"], "type": "telegram"}},
        {"agent_id": "nova", "entry": "receipt#1", "wants_events": True, "acted_at": "?"},
    ],
)
def test_a_record_that_cannot_be_read_says_nothing_of_itself(broken):
    with pytest.raises(UnreadableRecordError, match=r"^the record cannot be read$"):
        effects_of(record(broken))


def test_a_notification_of_a_newer_version_is_known_as_such():
    with pytest.raises(UnknownStatusError, match=r"^paused$"):
        effects_of(record(stored(notification("paused"))))


LONGEST = Party(id="i" * 64, name="\U0001f600" * 100)


@pytest.mark.parametrize("size", [0, 100, 300, 400, 450, 500, 599, 600])
@pytest.mark.parametrize("letter", ["x", "\U0001f600", '"', "\\"])
@pytest.mark.parametrize("sender", [NOVA, LONGEST])
def test_a_stored_event_has_at_most_1000_bytes(size, letter, sender):
    body = letter * (size // len(letter.encode()))
    sent = message(sender=sender, body=body, subject=letter * 100)
    event = effects_of(record(wants(stored(sent)))).own[0]
    item = to_stored(event)
    assert dynamodb_size(item) <= items.size_of(item) <= ITEM_BYTES
    found = items.parse(item)
    assert found.message_id == sent.message_id
    assert (found.receipt_for, found.wants_events) == (sender.id, True)
    assert found.occurred_at == event.occurred_at
    shown = json.loads(found.data)["untrusted"]
    assert shown["body"] in (body, None)
    assert shown["subject"] is not None or shown["body"] is None


@pytest.mark.parametrize("title", ["t" * 500, "\U0001f600" * 500])
def test_a_long_title_and_reason_are_left_out_too(title):
    told = notification("rejected").model_copy(
        update={"untrusted": {"title": title, "reason": "r" * 2000}}
    )
    head_of = stored(notification("rejected"))
    head_of["display"]["untrusted"] = told.untrusted
    assert items.size_of(to_stored(effects_of(record(head_of)).own[0])) <= ITEM_BYTES


def to_stored(event):
    number = 3 * 10**39
    return items.to_item(
        event,
        position=Position(99999, 1),
        follows=Position(99998, 10**11),
        seen={"aaaaaa": number, "bbbbbb": number},
        now=NOW,
    )


def dynamodb_size(item):
    """The size of an item by DynamoDB's rules."""
    total = 0
    for name, value in item.items():
        total += len(name.encode())
        if isinstance(value, bool):
            total += 1
        elif isinstance(value, int):
            total += len(str(value)) // 2 + 2
        else:
            total += len(value.encode())
    return total


def test_what_a_feed_has_seen_is_written_and_read_back():
    seen = {"aaaaaa": 10**39, "bbbbbb": 0}
    assert seen_from_text(seen_to_text(seen)) == seen


def test_a_tail_remembers_the_latest_streams():
    tail = Tail(Position(1, 1), NOW, {})
    for number in range(6):
        tail = tail._replace(seen=tail.including(Source(stream=f"s{number}", number=number)))
    assert list(tail.seen) == ["s2", "s3", "s4", "s5"]
    assert len(tail.seen) == STREAMS_AT_MOST
    again = tail.including(Source(stream="s3", number=1))
    assert list(again.items()) == [("s2", 2), ("s4", 4), ("s5", 5), ("s3", 3)]


def test_every_type_of_an_orders_event_has_a_transition():
    kinds = {each for each in EventType if each.startswith("work_order.")}
    without_message = {
        EventType.WORK_ORDER_PROGRESS,
        EventType.WORK_ORDER_OVERDUE,
        EventType.WORK_ORDER_BID,
        EventType.WORK_ORDER_NOT_AWARDED,
    }
    for kind in kinds - {EventType.WORK_ORDER_CREATED} - without_message:
        told = {"status": kind.removeprefix("work_order.")}
        if kind is EventType.WORK_ORDER_ANSWERED:
            told = {"status": "accepted", "previous_status": "input_required"}
        if kind is EventType.WORK_ORDER_AWARDED:
            told = {"status": "accepted", "action": "award"}
        if kind is EventType.WORK_ORDER_LAPSED:
            told = {"status": "pending", "sender": SYSTEM}
        if kind is EventType.WORK_ORDER_READY:
            told = {"status": "pending", "previous_status": "pending", "event": "ready"}
        assert effects_of(record(stored(notification(**told)))).own[0].type == kind
