"""The outbox's table, whose stream is the relay's second source.

    (agent, position)                how far the agent has acknowledged its feed
    (agent, acked#<position>)        the rest of an acknowledgement of many events
    (agent, receipt#<message id>)    what became of a message that the agent sent
    (agent, event#<event id>)        an event for the agent that comes with no message

Only the relay appends to a feed. What an API call appended itself after its write would be lost if
it crashed in between. So the call writes an item here, if possible in the transaction of its
effect.
"""

import contextlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.feed import position as positions
from agent_messaging.feed.model import DeliveredVia, NewEvent
from agent_messaging.feed.position import Position
from agent_messaging.storage.table import (
    ConditionFailedError,
    Item,
    Table,
    TableKey,
    TransactItem,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["DeliveredVia", "OutboxTable"]

POSITION = "position"
ACKED = "acked#"
RECEIPT = "receipt#"
EVENT = "event#"

# The relay reads a record within a day, or it becomes a dead letter.
EVENT_KEPT_FOR = timedelta(days=14)
IS_NEW = "attribute_not_exists(agent_id)"
IS_FURTHER = "attribute_not_exists(agent_id) OR #position < :position"


class OutboxTable:
    """What waits for the relay."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)

    def key(self, agent_id: str, entry: str) -> TableKey:
        """Return the key of an entry, for a batch read."""
        return self.table.name, {"agent_id": agent_id, "entry": entry}

    def transact_event(self, event: NewEvent, now: datetime) -> TransactItem:
        """Return the write of an event, for the transaction of its cause."""
        return self.table.transact_put(to_item(event, now))

    def acknowledge(
        self, agent_id: str, position: Position, via: DeliveredVia, now: datetime
    ) -> Position:
        """Note that the agent has every event up to this position, and return how far it has.

        A lower position than before changes nothing. The relay finds the messages of the events and
        writes their receipts.
        """
        try:
            self.table.put(
                {
                    "agent_id": agent_id,
                    "entry": POSITION,
                    "position": position.key,
                    "acked_at": clock.to_text(now),
                    "via": via,
                },
                IS_FURTHER,
                position=position.key,
            )
        except ConditionFailedError as error:
            if error.item is None:  # pragma: no cover - only an existing item fails the condition
                raise
            return positions.of_key(error.item["position"])
        return position

    def put_event(self, event: NewEvent, now: datetime) -> None:
        """Write an event. A repeated call changes nothing.

        The item stays the same, so its stream has no second record.
        """
        with contextlib.suppress(ConditionFailedError):
            self.table.put(to_item(event, now), IS_NEW)


def to_item(event: NewEvent, now: datetime) -> Item:
    """Return the item of an event."""
    return {
        "agent_id": event.agent_id,
        "entry": f"{EVENT}{event.event_id}",
        "type": event.type,
        "occurred_at": clock.to_text(event.occurred_at),
        "data": event.data,
        "purge_at": clock.to_epoch(now + EVENT_KEPT_FOR),
    }


def parse_event(item: Item) -> NewEvent:
    """Return an event from its item."""
    return NewEvent(
        agent_id=item["agent_id"],
        event_id=item["entry"].removeprefix(EVENT),
        type=item["type"],
        occurred_at=clock.from_text(item["occurred_at"]),
        data=item["data"],
    )
