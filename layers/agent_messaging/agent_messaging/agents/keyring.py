"""The keys of one agent: a map in its own item, and an item for each in the keys' table.

The two are changed in one transaction, and under conditions that say which keys were there when
it was decided: of two keys that are revoked at once one stays, and no key's item is left behind
when all are taken away.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.agents.admission import IS_THERE, holds_key
from agent_messaging.agents.model import MAX_LIVE_KEYS, Agent, Key
from agent_messaging.batches import TransactionFailedError, transact
from agent_messaging.dynamodb import Entry, Item, Table
from agent_messaging.errors import (
    ContentionError,
    KeyNotFoundError,
    LastKeyError,
    TooManyKeysError,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from agent_messaging.agents.key_table import AgentKeysTable

# How often the keys may change between reading and writing before the caller is sent away.
ATTEMPTS = 4

Condition = tuple[str, dict[str, Any]]

# The operator needs no key; what it read is a condition anyway.
BY_OPERATOR: Condition = (IS_THERE, {})


@dataclass(frozen=True)
class Keyring:
    """The two tables that a key stands in.

    Every change takes `read`, which reads the agent consistently and refuses who may not change
    it, and `allowed`, the same as a condition: an agent's own rights, or none for the operator.
    """

    client: "DynamoDBClient"
    agents: Table
    keys: "AgentKeysTable"

    def add(self, read: Callable[[], Agent], allowed: Condition, key: Key, now: datetime) -> Agent:
        """One more key; expired ones go.

        Raises:
            TooManyKeysError: the agent has as many live keys as one may have.
        """

        def write(agent: Agent) -> list[Entry]:
            live = agent.live_keys(now)
            if len(live) >= MAX_LIVE_KEYS:
                raise TooManyKeysError(f"The agent has {len(live)} live keys.")
            expired = [each for each in agent.keys.values() if each not in live]
            gone = "".join(f", #keys.#{each.key_id}" for each in expired).removeprefix(", ")
            expression = f"SET #keys.#{key.key_id} = :new" + (f" REMOVE {gone}" if gone else "")
            entry = self._update(agent, allowed, expression, new=_item(key))
            deleted = [self.keys.delete_entry(each) for each in expired]
            return [entry, self.keys.put_entry(agent, key), *deleted]

        return self._change(read, write)

    def replace(self, read: Callable[[], Agent], allowed: Condition, key: Key) -> Agent:
        """A new epoch with this one key: every other key is revoked with the same write."""

        def write(agent: Agent) -> list[Entry]:
            renewed = agent.model_copy(update={"epoch": agent.epoch + 1})
            entry = self._update(
                agent,
                allowed,
                "SET #keys = :only, epoch = :next",
                only={key.key_id: _item(key)},
                next=renewed.epoch,
            )
            deleted = [self.keys.delete_entry(each) for each in agent.keys.values()]
            return [entry, self.keys.put_entry(renewed, key), *deleted]

        return self._change(read, write)

    def revoke(
        self, read: Callable[[], Agent], allowed: Condition, key_id: str, now: datetime
    ) -> Agent:
        """One key less.

        Raises:
            KeyNotFoundError: the agent has no such key.
            LastKeyError: it has no other live one.
        """

        def write(agent: Agent) -> list[Entry]:
            key = agent.keys.get(key_id)
            if key is None:
                raise KeyNotFoundError(f"You have no key `{key_id}`.")
            if key.is_live(now) and agent.live_keys(now) == [key]:
                raise LastKeyError("Without it nothing could speak for the agent any more.")
            entry = self._update(agent, allowed, f"REMOVE #keys.#{key_id}")
            return [entry, self.keys.delete_entry(key)]

        return self._change(read, write)

    def _change(
        self, read: Callable[[], Agent], write: Callable[[Agent], Sequence[Entry]]
    ) -> Agent:
        """Read, decide and write, again when the agent changed in between; the agent as read."""
        for _ in range(ATTEMPTS):
            agent = read()
            try:
                transact(self.client, write(agent))
            except TransactionFailedError:
                continue
            return agent
        raise ContentionError("The agent's keys kept changing.")

    def _update(self, agent: Agent, allowed: Condition, expression: str, **values: Any) -> Entry:
        """A change of the agent's item that holds only while its keys are those that were read."""
        condition, given = allowed
        same_keys, count = has_these_keys(agent)
        same_penalty, until = has_this_penalty(agent)
        return self.agents.update_entry(
            {"agent_id": agent.agent_id},
            expression,
            f"{condition} AND {same_keys} AND {same_penalty}",
            **given,
            **count,
            **until,
            **values,
        )


def has_these_keys(agent: Agent) -> Condition:
    """The condition that the agent has exactly the keys that were read."""
    clauses = ["size(#keys) = :count", *(holds_key(key_id) for key_id in agent.keys)]
    return " AND ".join(clauses), {"count": len(agent.keys)}


def has_this_penalty(agent: Agent) -> Condition:
    """The condition that no penalty came since the agent was read: a new key would escape it."""
    if agent.penalty is None:
        return "attribute_not_exists(penalty)", {}
    return "penalty.#until = :until", {"until": clock.to_text(agent.penalty.until)}


def _item(key: Key) -> Item:
    return key.model_dump(mode="json", exclude_none=True)
