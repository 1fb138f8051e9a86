"""The agents' table: one item per agent.

An agent that leaves stays as a marker, so its id is never used again. When an agent changes its own
item, the write has a condition on its key (`access`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.agents.access import (
    IS_ACTIVE,
    IS_THERE,
    active_condition,
    not_found,
    parse,
    require_active,
    require_registered,
)
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.keyring import has_these_keys
from agent_messaging.agents.model import Agent, AgentStatus, Key
from agent_messaging.agents.penalty import Penalty
from agent_messaging.agents.requester import Condition
from agent_messaging.auth import Caller
from agent_messaging.storage.table import ConditionFailedError, Item, Table, TableKey, TransactItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NEVER_USED = "attribute_not_exists(agent_id)"
TAKES_ORDERS = "(attribute_not_exists(accepts_work_orders) OR accepts_work_orders = :yes)"
HAS_CAPABILITY = "contains(capabilities, :capability)"
IS_UNMUTED = "attribute_not_exists(muted_clients)"


class AgentsTable:
    """One item per agent, under its id."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)

    def key(self, agent_id: str) -> TableKey:
        """Return the table and key of the agent, for a batch read."""
        return self.table.name, {"agent_id": agent_id}

    def is_registered(self, agent_id: str) -> bool:
        """Return whether there is such an agent."""
        item = self.table.get({"agent_id": agent_id})
        return item is not None and "deleted_at" not in item

    def fetch(self, agent_id: str, *, consistent: bool = False) -> Agent:
        """Return an agent, without a check of the caller.

        Raises:
            AgentNotFoundError: there is no such agent, or it left.
        """
        item = self.table.get({"agent_id": agent_id}, consistent=consistent)
        return require_registered(agent_id, item)

    def read(self, caller: Caller, now: datetime) -> Agent:
        """Return the caller as an agent, from a consistent read, if it may write.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        item = self.table.get({"agent_id": caller.agent_id}, consistent=True)
        return require_active(caller, item, now)

    def transact_register(self, agent: Agent) -> TransactItem:
        """Return the write of a new agent, for a transaction. It fails if the id was ever used."""
        return self.table.transact_put(_item(agent), NEVER_USED)

    def registered_with(
        self, key_hash: str, keys: AgentKeysTable, now: datetime
    ) -> tuple[Agent, Key] | None:
        """Return the agent that registered with this key, and the key, while the key is live."""
        grant = keys.find_hashed(key_hash)
        if grant is None:
            return None
        item = self.table.get({"agent_id": grant.agent_id}, consistent=True)
        if item is None:
            return None
        agent = parse(item)
        key = agent.keys.get(grant.key_id)
        # A key that was created later belongs to another request.
        if key is None or not key.is_live(now) or key.created_at != agent.created_at:
            return None
        return agent, key

    def change(self, caller: Caller, attributes: Mapping[str, Any], now: datetime) -> Agent:
        """Set the named attributes, delete those that are None, and return the changed agent.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        condition, values = active_condition(caller)
        try:
            item = self.table.update(
                {"agent_id": caller.agent_id},
                _assign(attributes),
                condition,
                **values,
                **_present(attributes),
            )
        except ConditionFailedError as error:
            require_active(caller, error.item, now)
            raise not_found(caller.agent_id) from None
        return parse(item)

    def transact_change(
        self,
        caller: Caller,
        attributes: Mapping[str, Any],
        also: tuple[str, dict[str, Any]] = ("", {}),
    ) -> TransactItem:
        """Return `change` for a transaction. `also` is another condition with its values."""
        condition, values = active_condition(caller)
        return self.table.transact_update(
            {"agent_id": caller.agent_id},
            _assign(attributes),
            " AND ".join(filter(None, [condition, also[0]])),
            **values,
            **also[1],
            **_present(attributes),
        )

    def transact_check_active(self, caller: Caller) -> TransactItem:
        """Return `require_active` as a condition of a transaction that does not write the agent."""
        condition, values = active_condition(caller)
        return self.table.transact_check({"agent_id": caller.agent_id}, condition, **values)

    def set_muted(self, caller: Caller, agent: Agent, muted: list[str], now: datetime) -> bool:
        """Replace the list of muted clients. Return False if it has changed since `agent` was read.

        Raises:
            KeyRevokedError, AgentSuspendedError: see `require_active`.
        """
        known = "muted_clients = :known" if agent.muted_clients else IS_UNMUTED
        condition, values = active_condition(caller)
        values |= {"known": agent.muted_clients} if agent.muted_clients else {}
        attributes = {"muted_clients": muted or None}
        try:
            self.table.update(
                {"agent_id": caller.agent_id},
                _assign(attributes),
                f"{condition} AND {known}",
                **values,
                **_present(attributes),
            )
        except ConditionFailedError as error:
            require_active(caller, error.item, now)
            return False
        return True

    def set_status(self, agent_id: str, status: AgentStatus) -> Agent:
        """Suspend or reinstate an agent, for the operator alone.

        Raises:
            AgentNotFoundError: there is no such agent, or it left.
        """
        try:
            item = self.table.update(
                {"agent_id": agent_id}, "SET #status = :status", IS_THERE, status=status
            )
        except ConditionFailedError:
            raise not_found(agent_id) from None
        return parse(item)

    def penalize(self, agent_id: str, penalty: Penalty) -> Agent | None:
        """Write a penalty to an agent's item. Return the agent, None if it left."""
        try:
            self.table.update_quietly(
                {"agent_id": agent_id},
                "SET penalty = :penalty",
                IS_THERE,
                penalty=penalty.model_dump(),
            )
        except ConditionFailedError:
            return None
        item = self.table.get({"agent_id": agent_id}, consistent=True)
        return None if item is None or "deleted_at" in item else parse(item)

    def note_seen(self, caller: Caller, agent: Agent, now: datetime) -> None:
        """Store the day of a heartbeat. Only the first heartbeat of a day writes."""
        if agent.last_seen_on != now.date():
            self.change(caller, {"last_seen_on": now.date().isoformat()}, now)

    def transact_take_job(self, caller: Caller) -> TransactItem:
        """Return the write of one more active job, for a transaction. It fails at full capacity."""
        condition, values = active_condition(caller)
        return self.table.transact_update(
            {"agent_id": caller.agent_id},
            "SET active_jobs = active_jobs + :one",
            f"{condition} AND active_jobs < max_concurrent_jobs",
            one=1,
            **values,
        )

    def transact_claim_job(self, caller: Caller, capability: str) -> TransactItem:
        """Return `transact_take_job` for a candidate, which also needs a capability."""
        return self._transact_job_for(caller.agent_id, capability, active_condition(caller))

    def transact_award_job(self, worker_id: str, capability: str) -> TransactItem:
        """Return `transact_claim_job` of another agent, which the caller chose."""
        condition = f"{IS_THERE} AND {IS_ACTIVE}"
        return self._transact_job_for(
            worker_id, capability, (condition, {"active": AgentStatus.ACTIVE})
        )

    def _transact_job_for(
        self, agent_id: str, capability: str, is_active: Condition
    ) -> TransactItem:
        condition, values = is_active
        return self.table.transact_update(
            {"agent_id": agent_id},
            "SET active_jobs = active_jobs + :one",
            f"{condition} AND active_jobs < max_concurrent_jobs AND {TAKES_ORDERS} AND "
            f"{HAS_CAPABILITY}",
            one=1,
            yes=True,
            capability=capability,
            **values,
        )

    def transact_end_job(
        self, worker_id: str, caller: Caller, *, is_completed: bool
    ) -> TransactItem:
        """Return the write of one active job less, for a transaction. A completed one is counted.

        The worker may be the caller.
        """
        condition, values = active_condition(caller) if worker_id == caller.agent_id else ("", {})
        return self.table.transact_update(
            {"agent_id": worker_id},
            "SET active_jobs = active_jobs - :one, completed_jobs = completed_jobs + :completed",
            " AND ".join(filter(None, ["active_jobs >= :one", condition])),
            one=1,
            completed=int(is_completed),
            **values,
        )

    def transact_drop_job(self, worker_id: str) -> TransactItem:
        """Return `transact_end_job` of a job that the system ends, without an item in errors."""
        return self.table.transact_update_quietly(
            {"agent_id": worker_id},
            "SET active_jobs = active_jobs - :one",
            "active_jobs >= :one",
            one=1,
        )

    def transact_leave(
        self, caller: Caller, agent: Agent, now: datetime, also: Condition
    ) -> TransactItem:
        """Return the write that turns the agent into a marker, for a transaction.

        It fails if the agent has active jobs, if its keys have changed since they were read, or if
        the condition `also` does not hold.
        """
        condition, values = active_condition(caller)
        same_keys, count = has_these_keys(agent)
        other, given = also
        return self.table.transact_update(
            {"agent_id": agent.agent_id},
            "SET deleted_at = :now, epoch = epoch + :one REMOVE #keys, description, capabilities, "
            "status_message",
            f"{condition} AND {same_keys} AND {other} AND active_jobs = :none",
            now=clock.to_text(now),
            one=1,
            none=0,
            **values,
            **count,
            **given,
        )


def _item(agent: Agent) -> Item:
    return agent.model_dump(mode="json", exclude_none=True)


def _assign(attributes: Mapping[str, Any]) -> str:
    """Return an expression that sets attributes with a value and removes those with None."""
    given = [f"#{name} = :{name}" for name, value in attributes.items() if value is not None]
    taken = [f"#{name}" for name, value in attributes.items() if value is None]
    parts = (("SET", given), ("REMOVE", taken))
    return " ".join(f"{verb} {', '.join(clauses)}" for verb, clauses in parts if clauses)


def _present(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}
