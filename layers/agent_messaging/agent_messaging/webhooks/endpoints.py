"""What the sender needs of the endpoints: it fetches one, and notes what it observes.

Each note is one transaction with the listener, so the relay knows it too. A write has conditions on
what it assumes of the endpoint, so a read before it decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.feed.model import EventType, NewEvent, data_text, event_id
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.table import FeedTable
from agent_messaging.storage.table import Item, Table, TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.webhooks.item import (
    FAILURES,
    IS_SAME,
    IS_UNCHANGED,
    NOTED,
    entry_of,
    parse,
    unchanged,
)
from agent_messaging.webhooks.model import DisabledReason, Endpoint, EndpointStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class EndpointsTable:
    """The endpoints of all agents, with their listeners, and the outbox for their events."""

    def __init__(
        self, client: "DynamoDBClient", name: str, feed: FeedTable, outbox: OutboxTable
    ) -> None:
        self.client = client
        self.table = Table(client, name)
        self.feed = feed.table
        self.outbox = outbox

    def fetch(self, agent_id: str, webhook_id: str, slot: str) -> Endpoint | None:
        """Return an endpoint of the agent from a consistent read, or None.

        An endpoint never changes its slot.
        """
        item = self.table.get({"agent_id": agent_id, "slot": slot}, consistent=True)
        endpoint = None if item is None else parse(item)
        return endpoint if endpoint and endpoint.webhook_id == webhook_id else None

    def mark(self, endpoint: Endpoint, **seen: datetime | None) -> bool:
        """Note since when this URL fails, refuses events or is slow, and return whether it is new.

        `seen` has a time or None for each of NOTED that is to be noted. While the URL fails or is
        slow, the relay leaves new events to the sweep. Nothing is written if nothing has changed,
        or if another sender has noted something meanwhile.
        """
        seen = {name: getattr(endpoint, name) for name in NOTED} | seen
        after = endpoint.model_copy(update=seen)
        if after == endpoint:
            return False
        given = {name: clock.to_text(value) for name, value in seen.items() if value}
        before = {name: clock.to_text(v) for name in seen if (v := getattr(endpoint, name))}
        sets = ", ".join(f"{name} = :{name}" for name in given)
        removes = ", ".join(name for name in seen if name not in given)
        entry = self.table.transact_update_quietly(
            self._key_of(endpoint),
            f"{sets and f'SET {sets}'} {removes and f'REMOVE {removes}'}".strip(),
            " AND ".join([IS_UNCHANGED, *(_is_as_seen(name, name in before) for name in seen)]),
            **unchanged(endpoint),
            **given,
            **{f"old_{name}": value for name, value in before.items()},
        )
        listener = self.feed.transact_update_quietly(
            self._listener_of(endpoint),
            "SET is_failing = :is_failing",
            IS_SAME,
            is_failing=after.is_troubled,
            webhook_id=endpoint.webhook_id,
        )
        return self._attempt([entry, listener])

    def disable(self, endpoint: Endpoint, reason: DisabledReason, now: datetime) -> bool:
        """Disable an active endpoint, and tell its owner with an event in the same transaction.

        Return False if it was changed, deleted or disabled meanwhile, or if it works again.
        """
        condition, values = IS_UNCHANGED, unchanged(endpoint)
        if reason is DisabledReason.FAILING:
            since = {n: clock.to_text(v) for n in FAILURES if (v := getattr(endpoint, n))}
            condition = " AND ".join([condition, *(f"{name} = :{name}" for name in since)])
            values |= since
        entry = self.table.transact_update_quietly(
            self._key_of(endpoint),
            f"SET #status = :disabled, disabled_reason = :reason REMOVE {', '.join(NOTED)}",
            condition,
            disabled=EndpointStatus.DISABLED,
            reason=reason,
            **values,
        )
        event = self.outbox.transact_event(_disabled(endpoint, reason, now), now)
        listener = self.feed.transact_delete(self._listener_of(endpoint))
        return self._attempt([entry, listener, event])

    def _attempt(self, entries: Sequence[TransactItem]) -> bool:
        try:
            transact(self.client, entries)
        except TransactionFailedError:
            return False
        return True

    @staticmethod
    def _key_of(endpoint: Endpoint) -> Item:
        return {"agent_id": endpoint.agent_id, "slot": endpoint.slot}

    @staticmethod
    def _listener_of(endpoint: Endpoint) -> Item:
        return {"agent_id": endpoint.agent_id, "entry": entry_of(endpoint.slot)}


def _is_as_seen(name: str, exists: bool) -> str:  # noqa: FBT001 - it is read with its name
    return f"{name} = :old_{name}" if exists else f"attribute_not_exists({name})"


def _disabled(endpoint: Endpoint, reason: DisabledReason, now: datetime) -> NewEvent:
    """Return the event that tells the owner."""
    cause = f"{EventType.WEBHOOK_DISABLED} {endpoint.agent_id} {endpoint.webhook_id}"
    return NewEvent(
        agent_id=endpoint.agent_id,
        event_id=event_id(now, f"{cause} {clock.to_text(now)}"),
        type=EventType.WEBHOOK_DISABLED,
        occurred_at=now,
        data=data_text({"webhook_id": endpoint.webhook_id, "reason": reason}),
    )
