"""The agents' table: one item per agent, and who of them may act.

A registration writes the agent, its first key and its line in the directory in one transaction,
under the condition that the id was never used; leaving takes key and line away in one, and keeps
the id as a marker.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.agents.directory import DirectoryTable
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.model import Agent, Key
from agent_messaging.auth import Caller
from agent_messaging.batches import TransactionFailedError, transact
from agent_messaging.dynamodb import ConditionFailedError, Entry, Item, Table, TableKey
from agent_messaging.errors import (
    AgentBusyError,
    AgentIdTakenError,
    AgentNotFoundError,
    KeyRevokedError,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# An agent that left stays as a marker, so existence alone does not say that it is there.
IS_THERE = "attribute_exists(agent_id) AND attribute_not_exists(deleted_at)"
NEVER_USED = "attribute_not_exists(agent_id)"


class AgentsTable:
    """One item per agent, under its id."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)

    def key(self, agent_id: str) -> TableKey:
        """Where the agent lies, for a batch read."""
        return self.table.name, {"agent_id": agent_id}

    def is_registered(self, agent_id: str) -> bool:
        """Whether there is such an agent."""
        item = self.table.get({"agent_id": agent_id})
        return item is not None and "deleted_at" not in item

    def read(self, caller: Caller, now: datetime) -> Agent:
        """The caller's own item as it is this moment, admitted.

        Raises:
            AgentNotFoundError, KeyRevokedError: see `admit`.
        """
        item = self.table.get({"agent_id": caller.agent_id}, consistent=True)
        return admit(caller, item, now)

    def register(
        self, agent: Agent, key: Key, keys: AgentKeysTable, directory: DirectoryTable
    ) -> None:
        """Write a new agent with its first key.

        Raises:
            AgentIdTakenError: somebody has the id, or once had.
        """
        entries = [
            self.table.put_entry(_item(agent), NEVER_USED),
            keys.put_entry(agent, key),
            directory.put_entry(agent),
        ]
        try:
            transact(self.client, entries)
        except TransactionFailedError:
            raise AgentIdTakenError(f"`{agent.agent_id}` is taken.") from None

    def change(self, agent_id: str, attributes: Mapping[str, Any]) -> Agent:
        """Set the named attributes; None takes one away. Returns the agent as it is now.

        Raises:
            AgentNotFoundError: the agent left meanwhile.
        """
        try:
            item = self.table.update(
                {"agent_id": agent_id}, _assign(attributes), IS_THERE, **_present(attributes)
            )
        except ConditionFailedError:
            raise unknown(agent_id) from None
        return parse(item)

    def change_entry(self, agent_id: str, attributes: Mapping[str, Any]) -> Entry:
        """`change` as part of a transaction."""
        return self.table.update_entry(
            {"agent_id": agent_id}, _assign(attributes), IS_THERE, **_present(attributes)
        )

    def note_seen(self, agent: Agent, today: date) -> None:
        """Keep the day of the first heartbeat of a day; costs nothing for the others."""
        if agent.last_seen_on != today:
            self.change(agent.agent_id, {"last_seen_on": today.isoformat()})

    def take_job_entry(self, agent_id: str) -> Entry:
        """One more active job, unless the agent is at its capacity when the write happens."""
        return self.table.update_entry(
            {"agent_id": agent_id},
            "SET active_jobs = active_jobs + :one",
            f"{IS_THERE} AND active_jobs < max_concurrent_jobs",
            one=1,
        )

    def end_job_entry(self, agent_id: str, *, is_completed: bool) -> Entry:
        """One active job less; a completed one is counted."""
        return self.table.update_entry(
            {"agent_id": agent_id},
            "SET active_jobs = active_jobs - :one, completed_jobs = completed_jobs + :completed",
            "active_jobs >= :one",
            one=1,
            completed=int(is_completed),
        )

    def leave(self, agent: Agent, now: datetime, others: Sequence[Entry]) -> None:
        """Turn the agent into a marker and write `others` (its keys, its listing) with it.

        Raises:
            AgentBusyError: it has accepted work orders.
            AgentNotFoundError: it left already.
        """
        marker = self.table.update_entry(
            {"agent_id": agent.agent_id},
            "SET deleted_at = :now, epoch = epoch + :one REMOVE #keys, description, capabilities, "
            "status_message",
            f"{IS_THERE} AND active_jobs = :none",
            now=clock.to_text(now),
            one=1,
            none=0,
        )
        try:
            transact(self.client, [marker, *others])
        except TransactionFailedError as error:
            item = error.items[0]
            if item is None or "deleted_at" in item:
                raise unknown(agent.agent_id) from None
            raise AgentBusyError(f"{item['active_jobs']} work orders are accepted.") from None


def admit(caller: Caller, item: Item | None, now: datetime) -> Agent:
    """The caller's own item, if it may write.

    An authorizer's answer is cached for a minute; this check, on a consistent read, is not.

    Raises:
        AgentNotFoundError: in open mode, no such agent is registered.
        KeyRevokedError: the key, or the agent, has gone since the authorizer looked.
    """
    if caller.is_open:
        return found(caller.agent_id, item)
    if item is None or "deleted_at" in item:
        raise KeyRevokedError("The agent of this key has left.")
    agent = parse(item)
    if not agent.has_live_key(caller.key_id, caller.epoch, now):
        raise KeyRevokedError("The key was revoked.")
    return agent


def found(agent_id: str, item: Item | None) -> Agent:
    """The agent that was read under `agent_id`.

    Raises:
        AgentNotFoundError: there is none, or it left.
    """
    if item is None or "deleted_at" in item:
        raise unknown(agent_id)
    return parse(item)


def parse(item: Item) -> Agent:
    """An agent from its item."""
    return Agent.model_validate(item)


def unknown(agent_id: str) -> AgentNotFoundError:
    """The refusal for an id that nobody has."""
    return AgentNotFoundError(f"No agent `{agent_id}` is registered.")


def _item(agent: Agent) -> Item:
    return agent.model_dump(mode="json", exclude_none=True)


def _assign(attributes: Mapping[str, Any]) -> str:
    """`SET` for what has a value, `REMOVE` for what is None."""
    given = [f"#{name} = :{name}" for name, value in attributes.items() if value is not None]
    taken = [f"#{name}" for name, value in attributes.items() if value is None]
    parts = (("SET", given), ("REMOVE", taken))
    return " ".join(f"{verb} {', '.join(clauses)}" for verb, clauses in parts if clauses)


def _present(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}
