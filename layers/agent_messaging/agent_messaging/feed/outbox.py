"""The outbox's table, whose stream is the relay's second source.

    (agent, position)                how far the agent has acknowledged its feed
    (agent, acked#<after>-<up to>)   the rest of an acknowledgement of many events: its positions
    (agent, receipt#<message id>)    what became of a message that the agent sent
    (agent, event#<event id>)        an event for the agent that comes with no message

Only the relay appends to a feed. What an API call appended itself after its write would be lost if
it crashed in between. So the call writes an item here, if possible in the transaction of its
effect.
"""

import contextlib
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from agent_messaging import clock
from agent_messaging.feed import position as positions
from agent_messaging.feed.model import DeliveredVia, NewEvent
from agent_messaging.feed.outbox_item import ACKED, EVENT_KEPT_FOR, POSITION, RECEIPT, to_item
from agent_messaging.feed.position import Position
from agent_messaging.storage.table import (
    ConditionFailedError,
    Table,
    TableKey,
    TransactItem,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["RECEIPT", "Acknowledged", "DeliveredVia", "OutboxTable"]

IS_NEW = "attribute_not_exists(agent_id)"
IS_FURTHER = "attribute_not_exists(agent_id) OR #position < :position"


class Acknowledged(NamedTuple):
    """That an agent has acknowledged the events after one position, up to another."""

    agent_id: str
    after: Position
    up_to: Position
    at: datetime
    via: DeliveredVia


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
            # Only an existing item fails the condition.
            return positions.of_key((error.item or {})["position"])
        return position

    def put_rest(self, rest: "Acknowledged", now: datetime) -> None:
        """Write what is left of an acknowledgement. A repeated call changes nothing."""
        self.table.put(
            {
                "agent_id": rest.agent_id,
                "entry": f"{ACKED}{rest.after.key}-{rest.up_to.key}",
                "position": rest.up_to.key,
                "acked_at": clock.to_text(rest.at),
                "via": rest.via,
                "purge_at": clock.to_epoch(now + EVENT_KEPT_FOR),
            }
        )

    def put_event(self, event: NewEvent, now: datetime) -> None:
        """Write an event. A repeated call changes nothing.

        The item stays the same, so its stream has no second record.
        """
        with contextlib.suppress(ConditionFailedError):
            self.table.put(to_item(event, now), IS_NEW)
