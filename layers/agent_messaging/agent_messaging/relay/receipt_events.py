"""What the sender of a message is told of what became of it, if it wants events. Pure.

a message is marked as read         message.read
it expires unread                   message.failed
its receipt has a new fact          message.delivered, message.acted
it expires while it is held         message.failed
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.feed.model import EventType
from agent_messaging.feed.outbox_item import RECEIPT
from agent_messaging.messaging.item import parse
from agent_messaging.messaging.receipts import stored_of
from agent_messaging.receipts.model import (
    FAILS_AFTER,
    Facts,
    Receipt,
    ReceiptStatus,
    Stored,
    compute,
)
from agent_messaging.relay.effects import NOTHING, Effects, Told
from agent_messaging.relay.record import StreamRecord


def was_read(record: StreamRecord) -> Effects:
    """Return that the sender is told of a message that its recipient marked as read."""
    head = record.new
    if not record.has_got("read_at") or not _is_wanted(head):
        return NOTHING
    return Effects(told=(_of_head(EventType.MESSAGE_READ, head, clock.from_text(head["read_at"])),))


def has_expired(record: StreamRecord) -> Effects:
    """Return that the sender is told of a message that nobody read before its retention ended."""
    head = record.old
    at = _end_of(record)
    if at is None or "pending_for" not in head or not _is_wanted(head):
        return NOTHING
    return Effects(told=(_of_head(EventType.MESSAGE_FAILED, head, at),))


def has_changed(record: StreamRecord) -> Effects:
    """Return that the sender is told of the facts that a receipt has got."""
    receipt = record.new
    if not receipt.get("wants_events"):
        return NOTHING
    names = ((EventType.MESSAGE_DELIVERED, "delivered_at"), (EventType.MESSAGE_ACTED, "acted_at"))
    return Effects(
        told=tuple(
            _of_receipt(kind, receipt, clock.from_text(receipt[name]))
            for kind, name in names
            if record.has_got(name)
        )
    )


def held_has_expired(record: StreamRecord) -> Effects:
    """Return that the sender is told of a message that was held until its retention ended.

    It is the same whether the recipient did not answer, or has blocked the sender.
    """
    receipt = record.old
    at = _end_of(record)
    if at is None or "message" not in receipt or not receipt.get("wants_events"):
        return NOTHING
    return Effects(told=(_of_receipt(EventType.MESSAGE_FAILED, receipt, at),))


def receipt_of(
    told: Told, head: dict[str, Any] | None, facts: Facts | None, retention: timedelta
) -> Receipt | None:
    """Return the receipt that the sender is told, or None if the event would not be true.

    `head` and `facts` are what there is now. So the receipt may show a later state than the event.
    """
    # What has expired is deleted. So nobody can do anything about it any more.
    now = told.at + FAILS_AFTER if told.kind is EventType.MESSAGE_FAILED else told.at
    if told.stored is None:
        receipt = compute(_stored(told, head, retention), told.facts, now)
    else:
        receipt = compute(told.stored, facts, now)
    has_failed = receipt.status is ReceiptStatus.FAILED
    return receipt if has_failed or told.kind is not EventType.MESSAGE_FAILED else None


def _stored(told: Told, head: dict[str, Any] | None, retention: timedelta) -> Stored:
    """Return what the message says. If it is gone, what its receipt and its id say."""
    created_at, facts = ids.time_of(told.message_id), told.facts or Facts()
    if head is not None:
        return stored_of(parse(head))
    is_held = facts.message is not None
    queued_at = None if is_held else facts.released_at or created_at
    # DynamoDB counts whole seconds.
    ends_at = datetime.fromtimestamp(clock.to_epoch(created_at + retention), UTC)
    return Stored(queued_at, None, ends_at)


def _end_of(record: StreamRecord) -> datetime | None:
    """Return the end of the retention of a deleted item, or None if it was deleted before."""
    ends_at = int(record.old["purge_at"])
    if clock.to_epoch(record.at) < ends_at:
        return None
    return datetime.fromtimestamp(ends_at, record.at.tzinfo)


def _of_head(kind: EventType, head: dict[str, Any], at: datetime) -> Told:
    message = parse(head)
    ids_of = (message.sender.id, message.recipient.id, message.message_id)
    return Told(kind, *ids_of, at, stored=stored_of(message))


def _of_receipt(kind: EventType, receipt: dict[str, Any], at: datetime) -> Told:
    message_id = receipt["entry"].removeprefix(RECEIPT)
    facts = Facts.model_validate(receipt)
    return Told(kind, receipt["agent_id"], receipt["to_agent_id"], message_id, at, facts=facts)


def _is_wanted(head: dict[str, Any]) -> bool:
    display = head["display"]
    return bool(display.get("wants_receipts")) and display["sender_id"] != head["recipient_id"]
