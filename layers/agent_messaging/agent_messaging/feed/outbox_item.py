"""The items of the outbox's table: the prefixes of their keys, and an event as an item. Pure."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.feed.model import NewEvent

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

POSITION = "position"
ACKED = "acked#"
RECEIPT = "receipt#"
EVENT = "event#"

# The relay reads a record within a day, or it becomes a dead letter.
EVENT_KEPT_FOR = timedelta(days=14)


def to_item(event: NewEvent, now: datetime) -> "Item":
    """Return the item of an event."""
    return {
        "agent_id": event.agent_id,
        "entry": f"{EVENT}{event.event_id}",
        "type": event.type,
        "occurred_at": clock.to_text(event.occurred_at),
        "data": event.data,
        "purge_at": clock.to_epoch(now + EVENT_KEPT_FOR),
    }


def parse_event(item: "Item") -> NewEvent:
    """Return an event from its item."""
    return NewEvent(
        agent_id=item["agent_id"],
        event_id=item["entry"].removeprefix(EVENT),
        type=item["type"],
        occurred_at=clock.from_text(item["occurred_at"]),
        data=item["data"],
    )
