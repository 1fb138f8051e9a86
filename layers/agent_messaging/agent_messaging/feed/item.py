"""An event as an item of the feed's table, at most 1,000 bytes so that it costs one write unit.

agent_id      the agent                      entry       e#<epoch>.<number>
event_id      type      occurred_at      data
seen          the highest sequence number of each stream that the feed contains up to here
stream        the stream that the event comes from, and `sequence` its number there
receipt_for   message_id   wants_events      for the receipt of the message
follows       the key of the previous event, only for the first event of an epoch
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.feed import position as positions
from agent_messaging.feed.model import Event, NewEvent, Source
from agent_messaging.feed.position import Position

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

KEPT_FOR = timedelta(days=7)


def to_item(
    event: NewEvent,
    source: Source,
    *,
    position: Position,
    follows: Position | None,
    seen: Mapping[str, int],
    now: datetime,
) -> "Item":
    """Return the item of an event that the relay appends at `now`."""
    return {
        "agent_id": event.agent_id,
        "entry": position.key,
        "event_id": event.event_id,
        "type": event.type,
        "occurred_at": clock.to_text(event.occurred_at),
        "data": event.data,
        "message_id": event.message_id,
        "receipt_for": event.receipt_for,
        "wants_events": event.wants_events or None,
        "stream": source.stream,
        "sequence": str(source.number),
        "seen": {stream: str(number) for stream, number in seen.items()},
        "appended_at": clock.to_text(now),
        "follows": follows.key if follows and position.number == 1 else None,
        "purge_at": clock.to_epoch(now + KEPT_FOR),
    }


def parse(item: "Item") -> Event:
    """Return an event from its item."""
    position = positions.of_key(item["entry"])
    follows = item.get("follows")
    if position.number > 1:
        previous: Position | None = position.previous
    else:
        previous = positions.of_key(follows) if follows else None
    return Event(
        agent_id=item["agent_id"],
        event_id=item["event_id"],
        type=item["type"],
        occurred_at=clock.from_text(item["occurred_at"]),
        data=item["data"],
        message_id=item.get("message_id"),
        receipt_for=item.get("receipt_for"),
        wants_events=bool(item.get("wants_events")),
        position=position,
        previous=previous,
    )


def is_kept(item: "Item", now: datetime) -> bool:
    """Return whether an item has not expired. DynamoDB deletes expired items up to days late."""
    return int(item["purge_at"]) > clock.to_epoch(now)
