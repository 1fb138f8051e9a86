"""The events that tell the sender of a message what became of it, if it wants them. Pure.

Each tells what its record knows. The message's own receipt is complete.
"""

from datetime import datetime
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.feed.model import EventType, NewEvent
from agent_messaging.feed.outbox_item import RECEIPT
from agent_messaging.relay.effects import NOTHING, Effects, new_event
from agent_messaging.relay.record import StreamRecord

RETENTION = "retention"

# The fields of a receipt, in the order in which a message passes through them.
FIELDS = (
    "queued_at",
    "delivered_at",
    "delivered_via",
    "read_at",
    "acted_at",
    "acted_by",
    "failed_at",
    "reason",
    "delivery_error",
)


def was_read(record: StreamRecord) -> Effects:
    """Return the event of a message that its recipient marked as read."""
    head = record.new
    if not record.has_got("read_at") or not _is_wanted(head):
        return NOTHING
    facts = {"queued_at": _queued_at(head), "read_at": head["read_at"]}
    return Effects(others=(_of_head(EventType.MESSAGE_READ, head, head["read_at"], "read", facts),))


def has_expired(record: StreamRecord) -> Effects:
    """Return the event of a message that was kept to the end of its retention, and never read."""
    head = record.old
    ends_at = int(head["purge_at"])
    is_unread = "pending_for" in head and clock.to_epoch(record.at) >= ends_at
    if not is_unread or not _is_wanted(head):
        return NOTHING
    at = clock.to_text(datetime.fromtimestamp(ends_at, record.at.tzinfo))
    facts = {"queued_at": _queued_at(head), "failed_at": at, "reason": RETENTION}
    return Effects(others=(_of_head(EventType.MESSAGE_FAILED, head, at, "failed", facts),))


def has_changed(record: StreamRecord) -> Effects:
    """Return the events of the facts that a receipt has got. They are for its own agent."""
    receipt = record.new
    if not receipt.get("wants_events"):
        return NOTHING
    message_id = receipt["entry"].removeprefix(RECEIPT)
    facts = {name: receipt[name] for name in FIELDS if name in receipt}
    facts["queued_at"] = clock.to_text(ids.time_of(message_id))
    status = "acted" if "acted_at" in receipt else "delivered"
    told = ((EventType.MESSAGE_DELIVERED, "delivered_at"), (EventType.MESSAGE_ACTED, "acted_at"))
    return Effects(
        own=tuple(
            new_event(
                kind,
                receipt["agent_id"],
                message_id,
                clock.from_text(receipt[name]),
                _data(message_id, receipt["to_agent_id"], status, facts),
            )
            for kind, name in told
            if record.has_got(name)
        )
    )


def _of_head(
    kind: EventType, head: dict[str, Any], at: str, status: str, facts: dict[str, str]
) -> NewEvent:
    message_id = head["message_id"]
    data = _data(message_id, head["recipient_id"], status, facts)
    sender_id = head["display"]["sender_id"]
    return new_event(kind, sender_id, message_id, clock.from_text(at), data)


def _data(message_id: str, to_agent_id: str, status: str, facts: dict[str, str]) -> dict[str, Any]:
    receipt = {"status": status} | {name: facts.get(name) for name in FIELDS}
    return {"message_id": message_id, "to_agent_id": to_agent_id, "receipt": receipt}


def _is_wanted(head: dict[str, Any]) -> bool:
    display = head["display"]
    return bool(display.get("wants_receipts")) and display["sender_id"] != head["recipient_id"]


def _queued_at(head: dict[str, Any]) -> str:
    queued_at: str = head.get("released_at", head["display"]["created_at"])
    return queued_at
