"""An event as an item of the feed's table, at most 1,000 bytes so that it costs one write unit.

agent_id      the agent                      entry       e#<epoch>.<number>
event_id      type      data
seen          the highest sequence number of each stream that the feed contains up to here. The
              stream that the event comes from is the last one
receipt_for   wants_events      for the receipt of the message whose `message_id` is in `data`
follows       the key of the previous event, only for the first event of an epoch
kept_until    seven days after the event was appended
purge_at      30 days later (`feed.tail`)

When the event occurred is in its `event_id`. Texts of agents are left out of `data`, the longest
kind first, until the item is small enough. The message or the order has them. At last the sender's
name is cut.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging import clock, ids
from agent_messaging.feed import position as positions
from agent_messaging.feed import tail as tails
from agent_messaging.feed.model import ITEM_BYTES, Event, NewEvent, data_text
from agent_messaging.feed.position import Position

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

# The texts of `untrusted`, in the order in which they are left out.
LEFT_OUT = ("body", "answer", "question", "note", "reason", "subject", "title")
ELLIPSIS = "\u2026"
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
NUMBER_BYTES = 8  # a number of ten digits takes six, a boolean one


def to_item(
    event: NewEvent,
    *,
    position: Position,
    follows: Position | None,
    seen: Mapping[str, int],
    now: datetime,
) -> "Item":
    """Return the item of an event that the relay appends at `now`. Its stream is last in `seen`."""
    item = {
        "agent_id": event.agent_id,
        "entry": position.key,
        "event_id": event.event_id,
        "type": event.type,
        "data": event.data,
        "receipt_for": event.receipt_for,
        "wants_events": event.wants_events or None,
        "seen": tails.seen_to_text(seen),
        "follows": follows.key if follows and position.number == 1 else None,
        "kept_until": clock.to_epoch(now + tails.KEPT_FOR),
        "purge_at": clock.to_epoch(now + tails.STORED_FOR),
    }
    return _shortened({name: value for name, value in item.items() if value is not None})


def _shortened(item: "Item") -> "Item":
    """Return the item without the texts for which it has no room."""
    if size_of(item) <= ITEM_BYTES:
        return item
    data = json.loads(item["data"])
    untrusted = data.get("untrusted") or {}
    for name in LEFT_OUT:
        if untrusted.get(name) is not None:
            untrusted[name] = None
            item = {**item, "data": data_text(data)}
            if size_of(item) <= ITEM_BYTES:
                return item
    if "from_agent" in data:
        agent, excess = data["from_agent"], size_of(item) - ITEM_BYTES
        data["from_agent"] = {**agent, "name": _cut(agent["name"], excess)}
    return {**item, "data": data_text(data)}


def _cut(name: str, excess: int) -> str:
    """Return a name that is shorter by some bytes, with a sign that it is cut."""
    kept = len(name.encode()) - excess - len(ELLIPSIS.encode())
    return name.encode()[: max(kept, 0)].decode(errors="ignore") + ELLIPSIS


def size_of(item: "Item") -> int:
    """Return the bytes of an event's item, as DynamoDB counts them, or a few more."""
    return sum(len(name) + _size_of_value(value) for name, value in item.items())


def _size_of_value(value: object) -> int:
    return len(value.encode()) if isinstance(value, str) else NUMBER_BYTES


def parse(item: "Item") -> Event:
    """Return an event from its item."""
    position, receipt_for = positions.of_key(item["entry"]), item.get("receipt_for")
    follows = item.get("follows")
    if position.number > 1:
        previous: Position | None = position.previous
    else:
        previous = positions.of_key(follows) if follows else None
    return Event(
        agent_id=item["agent_id"],
        event_id=item["event_id"],
        type=item["type"],
        occurred_at=ids.time_of(item["event_id"]),
        data=item["data"],
        message_id=json.loads(item["data"]).get("message_id") if receipt_for else None,
        receipt_for=receipt_for,
        wants_events=bool(item.get("wants_events")),
        position=position,
        previous=previous,
    )


def is_kept(item: "Item", now: datetime) -> bool:
    """Return whether an event has not expired. Its item is deleted much later."""
    return tails.kept_until(item) > clock.to_epoch(now)
