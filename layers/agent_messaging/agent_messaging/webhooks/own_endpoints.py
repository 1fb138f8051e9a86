"""What an owner does with its endpoints. Each change is one transaction with the listener.

A write has conditions on what it assumes of the endpoint. It raises TransactionFailedError if they
do not hold.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from agent_messaging.feed.table import FeedTable
from agent_messaging.storage.table import Item, Table, TableKey, TransactItem
from agent_messaging.storage.transactions import transact
from agent_messaging.webhooks.item import (
    HAS_URL,
    IS_SAME,
    NOTED,
    entry_of,
    parse,
    to_item,
    to_listener,
)
from agent_messaging.webhooks.model import SLOTS, Endpoint, Secret

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IS_FREE = "attribute_not_exists(agent_id)"
SETTINGS = ("url", "event_types", "description", "status", "disabled_reason")
FOR_THE_RELAY = ("url", "event_types", "status")  # what the listener follows
IS_ROTATION = f"{IS_SAME} AND rotations = :rotations"


class OwnEndpoints:
    """The endpoints of all agents, with their listeners."""

    def __init__(self, client: "DynamoDBClient", name: str, feed: FeedTable) -> None:
        self.client = client
        self.table = Table(client, name)
        self.feed = feed.table

    def key(self, agent_id: str, slot: str) -> TableKey:
        """Return the key of an endpoint, for a batch read."""
        return self.table.name, {"agent_id": agent_id, "slot": slot}

    def of_agent(self, agent_id: str) -> list[Endpoint]:
        """Return the agent's endpoints, by their slots, from a consistent read."""
        found = self.table.query(
            "agent_id = :agent_id", newest_first=False, consistent=True, agent_id=agent_id
        )
        return [parse(item) for item in found.items]

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
        """Write the settings that differ, while all of them are as they were read.

        `others` are checked if it has another URL.
        """
        entries = [self._transact_settings(old, new)]
        if new.is_active and any(_differs(name, old, new) for name in FOR_THE_RELAY):
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

    def _transact_settings(self, old: Endpoint, new: Endpoint) -> TransactItem:
        changed = {n: getattr(new, n) for n in SETTINGS if _differs(n, old, new)}
        given = {name: value for name, value in changed.items() if value is not None}
        taken = [name for name in changed if name not in given]
        if new.url != old.url or not old.is_active:  # It begins again.
            taken += NOTED
        sets = ", ".join(f"#{name} = :new_{name}" for name in given)
        removes = ", ".join(f"#{name}" for name in taken)
        before = {n: value for n in SETTINGS if (value := getattr(old, n)) is not None}
        clauses = [f"SET {sets}" if sets else "", f"REMOVE {removes}" if removes else ""]
        return self.table.transact_update_quietly(
            self._key_of(old),
            " ".join(filter(None, clauses)),
            " AND ".join([IS_SAME, *(_is_as_read(n, before.get(n)) for n in SETTINGS)]),
            **{f"new_{name}": value for name, value in given.items()},
            **before,
            webhook_id=old.webhook_id,
        )

    def _transact_listener(self, old: Endpoint, new: Endpoint) -> TransactItem:
        """Return the write of the listener. It keeps `is_failing` if the URL stays."""
        if new.url != old.url or not old.is_active:
            fresh = new.model_copy(update=dict.fromkeys(NOTED))
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


def _differs(name: str, old: Endpoint, new: Endpoint) -> bool:
    return bool(getattr(old, name) != getattr(new, name))


def _is_as_read(name: str, value: Any) -> str:
    """Return the condition that a setting has the value that was read."""
    return f"attribute_not_exists(#{name})" if value is None else f"#{name} = :{name}"
