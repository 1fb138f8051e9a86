"""An event of an agent's feed: that something happened which the agent has not done itself.

An event is no message. Everything that it says can be read again with another route, so an agent
that never reads its feed loses nothing. The same event reaches an agent in its feed, in a frame of
a WebSocket and in a webhook, always with the same `event_id`.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.feed.position import Position
from agent_messaging.fields import Model, StoredTime

# DynamoDB charges a write by the kilobyte, so an event fits one.
ITEM_BYTES = 1000
BODY_BYTES = 600

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EventType(StrEnum):
    """What happened. Later versions add types, so clients skip those that they do not know."""

    MESSAGE_RECEIVED = "message.received"
    MESSAGE_DELIVERED = "message.delivered"
    MESSAGE_READ = "message.read"
    MESSAGE_ACTED = "message.acted"
    MESSAGE_FAILED = "message.failed"
    CONTACT_REQUESTED = "contact.requested"
    CONTACT_ALLOWED = "contact.allowed"
    WORK_ORDER_CREATED = "work_order.created"
    WORK_ORDER_ACCEPTED = "work_order.accepted"
    WORK_ORDER_REJECTED = "work_order.rejected"
    WORK_ORDER_INPUT_REQUIRED = "work_order.input_required"
    WORK_ORDER_ANSWERED = "work_order.answered"
    WORK_ORDER_PROGRESS = "work_order.progress"
    WORK_ORDER_OVERDUE = "work_order.overdue"
    WORK_ORDER_COMPLETED = "work_order.completed"
    WORK_ORDER_FAILED = "work_order.failed"
    WORK_ORDER_CANCELLED = "work_order.cancelled"
    WORK_ORDER_LAPSED = "work_order.lapsed"
    WORK_ORDER_BID = "work_order.bid"
    WORK_ORDER_AWARDED = "work_order.awarded"
    WORK_ORDER_NOT_AWARDED = "work_order.not_awarded"
    WORK_ORDER_READY = "work_order.ready"
    WORK_ORDER_EXPIRED = "work_order.expired"
    WEBHOOK_DISABLED = "webhook.disabled"
    WEBHOOK_TEST = "webhook.test"  # only in a webhook, never in the feed


class DeliveredVia(StrEnum):
    """How a message reached its recipient: what acknowledged its event."""

    SOCKET = "socket"
    FEED = "feed"
    WEBHOOK = "webhook"
    INBOX = "inbox"  # never acknowledged, but marked as read


class Source(Model):
    """Where an event comes from: a record of a DynamoDB stream.

    `stream` names the stream. `number` is the record's sequence number. Numbers of one stream
    increase for one partition key, and all events of a feed from a stream have the agent as their
    partition key.
    """

    stream: str
    number: int


class _Occurrence(Model):
    """What a new event and a stored one have in common. `data` is a JSON object as text.

    `receipt_for` is the sender of the message that the event brings, if the sender may see a
    receipt. `wants_events` says whether the sender also wants the receipt as an event.
    """

    agent_id: str
    event_id: str
    occurred_at: StoredTime
    data: str
    receipt_for: str | None = None
    wants_events: bool = False
    message_id: str | None = None


class NewEvent(_Occurrence):
    """An event that has no position yet."""

    type: EventType


class Event(_Occurrence):
    """An event at its position. `previous` is the position that it follows.

    `previous` is None only for the first event of an epoch whose earlier events are unknown. A
    later version may have stored the event, so its `type` may be one that this version does not
    know.
    """

    type: str
    position: Position
    previous: Position | None

    def to_json(self) -> str:
        """Return the event as clients see it: in the feed, in a frame and in a webhook."""
        head = {
            "event_id": self.event_id,
            "position": self.position.to_text(self.agent_id),
            "previous": self.previous and self.previous.to_text(self.agent_id),
            "type": self.type,
            "occurred_at": clock.to_text(self.occurred_at),
        }
        return f'{json.dumps(head, separators=(",", ":"))[:-1]},"data":{self.data}}}'


def event_id(occurred_at: datetime, cause: str) -> str:
    """Return the id of the event that has this cause. It begins with the time, in milliseconds.

    A repetition has the same id.
    `cause` is the type, the agent and the ids of what happened, and belongs to one event only.
    """
    # `timestamp()` is a float, which sometimes loses a millisecond.
    milliseconds = (occurred_at - _EPOCH) // timedelta(milliseconds=1)
    digest = hashlib.sha256(cause.encode()).digest()
    number = milliseconds << 80 | int.from_bytes(digest[:10], "big")
    return f"evt_{ids.base32(number, ids.ULID_DIGITS)}"


def data_text(data: Mapping[str, Any]) -> str:
    """Return the data of an event as compact JSON."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
