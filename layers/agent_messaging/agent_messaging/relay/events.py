"""Which events follow from a record. Pure.

    a message is stored             message.received, or its order's event, for the recipient
      it is a reply                 the replied message is acted on
      it was held before            contact.allowed, for the sender
    a message is marked as read     message.read, for the sender
    a message expires unread        message.failed, for the sender
    a receipt has a new fact        message.delivered or message.acted, for the sender
    a held message expires          message.failed, for the sender
    an event is in the outbox       this event

A sender gets its receipts as events only if it wants them. All else causes nothing. The agent that
caused a record gets no event from it.
"""

from typing import Any

from agent_messaging import clock, ids
from agent_messaging.content import flagging
from agent_messaging.content.flags import ContentFlag
from agent_messaging.feed.model import BODY_BYTES, EventType, NewEvent
from agent_messaging.feed.outbox_item import EVENT, RECEIPT, parse_event
from agent_messaging.messaging.model import MessageType
from agent_messaging.relay import order_events, receipt_events
from agent_messaging.relay.effects import NOTHING, Acted, Effects, Released, new_event
from agent_messaging.relay.record import Change, StreamRecord, UnreadableRecordError

# A message's long part is a separate item, and changes nothing.
MESSAGE_HEAD = "msg_"


def effects_of(record: StreamRecord) -> Effects:
    """Return what follows from a record, often nothing.

    Raises:
        UnreadableRecordError: it is from another table, or lacks a needed field.
        UnknownStatusError: it is a notification of a newer version.
    """
    try:
        if "message_id" in record.key:
            return _of_message(record)
        return _of_outbox(record)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
        raise UnreadableRecordError("the record cannot be read") from None


def _of_message(record: StreamRecord) -> Effects:
    if not record.key["message_id"].startswith(MESSAGE_HEAD):
        return NOTHING
    if record.change is Change.INSERT:
        return _arrived(record.new)
    if record.change is Change.MODIFY:
        return receipt_events.was_read(record)
    return receipt_events.has_expired(record)


def _of_outbox(record: StreamRecord) -> Effects:
    entry = record.key["entry"]
    is_removed = record.change is Change.REMOVE
    if entry.startswith(RECEIPT):
        follows = receipt_events.held_has_expired if is_removed else receipt_events.has_changed
        return follows(record)
    if entry.startswith(EVENT) and record.change is Change.INSERT:
        return Effects(own=(parse_event(record.new),))
    return NOTHING


def _arrived(head: dict[str, Any]) -> Effects:
    """Return what follows from a new message."""
    kind = MessageType(head["display"]["type"])
    if kind is MessageType.NOTIFICATION:
        moved = order_events.moved(head)
        if moved is None:
            return NOTHING
        return Effects(own=(moved,), acted=order_events.answered(head))
    if head["display"]["sender_id"] == head["recipient_id"]:
        return Effects(acted=_replied(head))
    is_order = kind is MessageType.WORK_ORDER
    event = order_events.created(head) if is_order else _received(head)
    return Effects(
        own=(event,), others=_allowed(head), acted=_replied(head), released=_released(head)
    )


def _received(head: dict[str, Any]) -> NewEvent:
    """Return the event that brings a message. A longer body is left out."""
    display = head["display"]
    subject, body = display.get("subject"), display.get("body")
    size = _long_bytes(head) if body is None else len(body.encode())
    data = {
        "message_id": head["message_id"],
        "message_type": display["type"],
        "thread_id": display["thread_id"],
        "channel_id": None,
        "work_order_id": display.get("work_order_id"),
        "from_agent": {"id": display["sender_id"], "name": display["sender_name"]},
        "relationship": display.get("relationship"),
        "verified": display["is_verified"],
        "content_flags": _flags(head),
        "body_bytes": size,
        "untrusted": {"subject": subject, "body": body if size <= BODY_BYTES else None},
    }
    return new_event(
        EventType.MESSAGE_RECEIVED,
        head["recipient_id"],
        head["message_id"],
        clock.from_text(head.get("released_at", display["created_at"])),
        data,
        **order_events.for_receipt(head),
    )


def _flags(head: dict[str, Any]) -> list[str]:
    """Return the flags of all texts, as the inbox shows them, also of those that are left out."""
    display = head["display"]
    here = flagging.flags(
        display["sender_name"],
        display.get("subject"),
        display.get("body"),
        objects=(display.get("metadata"),),
    )
    found = {*here, *display.get("long_flags", ())}
    return [flag for flag in ContentFlag if flag in found]


def _long_bytes(head: dict[str, Any]) -> int:
    """Return the bytes of a body in the long part. Older messages count it with the metadata."""
    return int(head["display"].get("body_bytes", head.get("long_bytes", 0)))


def _allowed(head: dict[str, Any]) -> tuple[NewEvent, ...]:
    """Return the event for the sender of a message that was held, and is delivered now."""
    if "released_at" not in head:
        return ()
    at = clock.from_text(head["released_at"])
    data = {"contact_id": head["recipient_id"], "message_id": head["message_id"]}
    sender_id = head["display"]["sender_id"]
    return (new_event(EventType.CONTACT_ALLOWED, sender_id, head["message_id"], at, data),)


def _released(head: dict[str, Any]) -> tuple[Released, ...]:
    """Return that the sender's receipt of a message that was held must show it no more."""
    if "released_at" not in head:
        return ()
    at, sender_id = clock.from_text(head["released_at"]), head["display"]["sender_id"]
    return (Released(sender_id, head["recipient_id"], head["message_id"], at),)


def _replied(head: dict[str, Any]) -> tuple[Acted, ...]:
    """Return that the sender of this message has acted on the message that it replies to."""
    reply_to = head["display"].get("reply_to_id")
    if reply_to is None:
        return ()
    sender_id, message_id = head["display"]["sender_id"], head["message_id"]
    return (Acted(sender_id, reply_to, ids.time_of(message_id), message_id),)
