"""The endpoints' table, which changes each endpoint and its listener in one transaction.

A write has conditions on what it assumes of the endpoint, so a read before it decides nothing. The
sender calls `fetch`, `mark_failing`, `mark_working` and `disable`. The routes call the rest.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.feed.model import EventType, NewEvent, data_text, event_id
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.table import FeedTable
from agent_messaging.storage.table import Item, Table, TableKey, TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.webhooks.item import entry_of, parse, to_item, to_listener
from agent_messaging.webhooks.model import SLOTS, DisabledReason, Endpoint, EndpointStatus, Secret

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IS_FREE = "attribute_not_exists(agent_id)"
IS_SAME = "webhook_id = :webhook_id"
IS_UNCHANGED = f"{IS_SAME} AND #status = :status AND #url = :url"
IS_WORKING = "attribute_not_exists(failing_since)"
HAS_URL = f"{IS_SAME} AND #url = :url"
IS_ROTATION = f"{IS_SAME} AND rotations = :rotations"


class EndpointsTable:
    """The endpoints of all agents, with their listeners, and the outbox for their events."""

    def __init__(
        self, client: "DynamoDBClient", name: str, feed: FeedTable, outbox: OutboxTable
    ) -> None:
        self.client = client
        self.table = Table(client, name)
        self.feed = feed.table
        self.outbox = outbox

    def key(self, agent_id: str, slot: str) -> TableKey:
        """Return the key of an endpoint, for a batch read."""
        return self.table.name, {"agent_id": agent_id, "slot": slot}

    # --- reading

    def of_agent(self, agent_id: str) -> list[Endpoint]:
        """Return the agent's endpoints, by their slots, from a consistent read."""
        found = self.table.query(
            "agent_id = :agent_id", newest_first=False, consistent=True, agent_id=agent_id
        )
        return [parse(item) for item in found.items]

    def fetch(self, agent_id: str, webhook_id: str, slot: str | None = None) -> Endpoint | None:
        """Return an endpoint of the agent from a consistent read, or None. A known slot is faster.

        An endpoint never changes its slot.
        """
        if slot is None:
            found = self.of_agent(agent_id)
        else:
            item = self.table.get(self.key(agent_id, slot)[1], consistent=True)
            found = [] if item is None else [parse(item)]
        return next((each for each in found if each.webhook_id == webhook_id), None)

    # --- what the owner does. Each raises TransactionFailedError if its condition does not hold.

    def create(self, endpoint: Endpoint, others: Sequence[Endpoint], may_act: TransactItem) -> None:
        """Write a new endpoint and its listener, while `may_act` and `others` are unchanged."""
        transact(
            self.client,
            [
                may_act,
                self.table.transact_put(to_item(endpoint), IS_FREE),
                self.feed.transact_put(to_listener(endpoint)),
                *self._checks(endpoint, others),
            ],
        )

    def change(self, old: Endpoint, new: Endpoint, others: Sequence[Endpoint] | None) -> None:
        """Replace the settings of an endpoint. `others` are checked if it has another URL."""
        entries = [self._transact_settings(old, new)]
        if new.is_active:
            entries.append(self._transact_listener(old, new))
        if others is not None:
            entries += self._checks(new, others)
        transact(self.client, entries)

    def rotate(self, endpoint: Endpoint, secrets: Sequence[Secret]) -> None:
        """Replace the secrets of an endpoint, while nobody else rotates them."""
        entry = self.table.transact_update_quietly(
            self._key_of(endpoint),
            "SET secrets = :secrets, rotations = rotations + :one",
            IS_ROTATION,
            secrets=[secret.model_dump(mode="json", exclude_none=True) for secret in secrets],
            one=1,
            webhook_id=endpoint.webhook_id,
            rotations=endpoint.rotations,
        )
        transact(self.client, [entry])

    def remove(self, endpoint: Endpoint) -> None:
        """Delete an endpoint and its listener."""
        webhook_id = endpoint.webhook_id
        transact(
            self.client,
            [
                self.table.transact_delete(self._key_of(endpoint), IS_SAME, webhook_id=webhook_id),
                self.feed.transact_delete(self._listener_of(endpoint)),
            ],
        )

    def transact_remove_all(self, agent_id: str) -> list[TransactItem]:
        """Return the deletion of all that an agent may have, for the transaction that it leaves in.

        Creating an endpoint has a condition on the agent, so none is created afterwards.
        """
        return [
            entry
            for slot in SLOTS
            for entry in (
                self.table.transact_delete(self.key(agent_id, slot)[1]),
                self.feed.transact_delete({"agent_id": agent_id, "entry": entry_of(slot)}),
            )
        ]

    # --- what the sender observes. None of it fails if the endpoint has changed meanwhile.

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
        condition, values = IS_UNCHANGED, self._unchanged(endpoint)
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
            **self._unchanged(endpoint),
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

    # --- parts of the transactions

    def _transact_settings(self, old: Endpoint, new: Endpoint) -> TransactItem:
        settings = ("url", "event_types", "description", "status", "disabled_reason")
        given = {name: value for name in settings if (value := getattr(new, name)) is not None}
        taken = [name for name in settings if name not in given]
        if new.url != old.url or not old.is_active:  # It begins again.
            taken.append("failing_since")
        sets = ", ".join(f"#{name} = :new_{name}" for name in given)
        removes = f" REMOVE {', '.join(f'#{name}' for name in taken)}" if taken else ""
        return self.table.transact_update_quietly(
            self._key_of(old),
            f"SET {sets}{removes}",
            IS_UNCHANGED,
            **{f"new_{name}": value for name, value in given.items()},
            **self._unchanged(old),
        )

    def _transact_listener(self, old: Endpoint, new: Endpoint) -> TransactItem:
        """Return the write of the listener. It keeps `is_failing` if the URL stays."""
        if new.url != old.url or not old.is_active:
            fresh = new.model_copy(update={"failing_since": None})
            return self.feed.transact_put(to_listener(fresh))
        values: Item = {"webhook_id": new.webhook_id}
        expression = "REMOVE event_types"
        if new.event_types is not None:
            expression, values["types"] = "SET event_types = :types", new.event_types
        return self.feed.transact_update_quietly(
            self._listener_of(new), expression, IS_SAME, **values
        )

    def _checks(self, endpoint: Endpoint, others: Sequence[Endpoint]) -> list[TransactItem]:
        """Return the conditions that the agent's other slots are as they were read.

        So two requests at once cannot give two endpoints the same URL.
        """
        found = {other.slot: other for other in others}
        checks = []
        for slot in SLOTS:
            if slot == endpoint.slot:
                continue
            key, other = self.key(endpoint.agent_id, slot)[1], found.get(slot)
            if other is None:
                checks.append(self.table.transact_check(key, IS_FREE))
            else:
                same = {"webhook_id": other.webhook_id, "url": other.url}
                checks.append(self.table.transact_check(key, HAS_URL, **same))
        return checks

    def _key_of(self, endpoint: Endpoint) -> Item:
        return self.key(endpoint.agent_id, endpoint.slot)[1]

    @staticmethod
    def _listener_of(endpoint: Endpoint) -> Item:
        return {"agent_id": endpoint.agent_id, "entry": entry_of(endpoint.slot)}

    @staticmethod
    def _unchanged(endpoint: Endpoint) -> Item:
        return {
            "webhook_id": endpoint.webhook_id,
            "status": endpoint.status,
            "url": endpoint.url,
        }


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
