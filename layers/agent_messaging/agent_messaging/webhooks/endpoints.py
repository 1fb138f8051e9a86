"""What the sender needs of the endpoints: it fetches one, and notes what it observes.

Each note is one transaction with the listener, so the relay knows it too. A write has conditions on
what it assumes of the endpoint, so a read before it decides nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.feed.model import EventType, NewEvent, data_text, event_id
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.table import FeedTable
from agent_messaging.storage.table import Item, Table, TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.webhooks.item import (
    HAS_URL,
    IS_SAME,
    IS_UNCHANGED,
    entry_of,
    parse,
    unchanged,
)
from agent_messaging.webhooks.model import DisabledReason, Endpoint, EndpointStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IS_WORKING = "attribute_not_exists(failing_since)"


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

    def mark_failing(self, endpoint: Endpoint, now: datetime) -> bool:
        """Note that deliveries to this URL fail, and return whether this call noted it first.

        Then the relay leaves new events to the sweep.
        """
        if endpoint.failing_since is not None:
            return False
        return self._mark(
            endpoint,
            "SET failing_since = :now",
            f"{HAS_URL} AND {IS_WORKING}",
            is_failing=True,
            now=clock.to_text(now),
        )

    def mark_working(self, endpoint: Endpoint) -> bool:
        """Note that a delivery to this URL succeeded, and return whether it failed before."""
        if endpoint.failing_since is None:
            return False
        return self._mark(endpoint, "REMOVE failing_since", HAS_URL, is_failing=False)

    def disable(self, endpoint: Endpoint, reason: DisabledReason, now: datetime) -> bool:
        """Disable an active endpoint, and tell its owner with an event in the same transaction.

        Return False if it was changed, deleted or disabled meanwhile, or if it works again.
        """
        condition, values = IS_UNCHANGED, unchanged(endpoint)
        if reason is DisabledReason.FAILING and endpoint.failing_since is not None:
            condition += " AND failing_since = :since"
            values["since"] = clock.to_text(endpoint.failing_since)
        entry = self.table.transact_update_quietly(
            self._key_of(endpoint),
            "SET #status = :disabled, disabled_reason = :reason REMOVE failing_since",
            condition,
            disabled=EndpointStatus.DISABLED,
            reason=reason,
            **values,
        )
        event = self.outbox.transact_event(_disabled(endpoint, reason, now), now)
        listener = self.feed.transact_delete(self._listener_of(endpoint))
        return self._attempt([entry, listener, event])

    def _mark(
        self,
        endpoint: Endpoint,
        expression: str,
        condition: str,
        *,
        is_failing: bool,
        **values: Any,
    ) -> bool:
        entry = self.table.transact_update_quietly(
            self._key_of(endpoint),
            expression,
            f"{condition} AND #status = :status",
            **unchanged(endpoint),
            **values,
        )
        listener = self.feed.transact_update_quietly(
            self._listener_of(endpoint),
            "SET is_failing = :is_failing",
            IS_SAME,
            is_failing=is_failing,
            webhook_id=endpoint.webhook_id,
        )
        return self._attempt([entry, listener])

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
