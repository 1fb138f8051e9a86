"""Register agents, and let them leave.

A registration writes the agent, its first key and its directory items in one transaction. It fails
if the id was ever used. Leaving deletes the keys and the directory items in one transaction, and
keeps the agent's item as a marker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging import ids
from agent_messaging.agents import keys as api_keys
from agent_messaging.agents import schemas
from agent_messaging.agents.access import active_condition, require_active
from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.model import Agent, Key
from agent_messaging.agents.requester import Requester
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.directory.table import DirectoryTable, listed_as
from agent_messaging.errors import (
    AgentBusyError,
    AgentIdTakenError,
    ContentionError,
    InvalidError,
    KeyTakenError,
)
from agent_messaging.fields import copied
from agent_messaging.limits import WindowLimits
from agent_messaging.presence.table import PresenceTable
from agent_messaging.sockets.closing import Closing
from agent_messaging.storage.table import TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Registration:
    """The tables for registrations."""

    client: "DynamoDBClient"
    agents: AgentsTable
    keys: AgentKeysTable
    directory: DirectoryTable
    presences: PresenceTable
    limits: WindowLimits
    closing: Closing

    def register(self, body: schemas.RegisterRequest, now: datetime) -> schemas.RegisterResponse:
        """Register an agent with its first key.

        A request with a `key_hash` can be repeated. It then returns the agent of the first one.

        Raises:
            AgentIdTakenError: another agent has or had this id, or one that looks like it.
            InvalidError: the name looks like another agent's id.
            KeyTakenError: another agent has the key.
            RateLimitedError: the stack has reached its limit for this minute.
        """
        self.limits.register(now)
        api_key, key = api_keys.issue_unless_brought(body.key_hash, now)
        agent = Agent(
            **copied(body, Agent) | {"agent_id": body.agent_id or ids.new("agt", now)},
            created_at=now,
            keys={key.key_id: key},
        )
        try:
            self.directory.refuse_name_of_another(agent.name, body.agent_id)
            self.write(agent, key)
        except (AgentIdTakenError, InvalidError, KeyTakenError):
            before = self._registered_before(body, now)
            if before is None:
                raise
            agent, key = before
        return schemas.RegisterResponse(
            agent_id=agent.agent_id, name=agent.name, api_key=api_key, key_id=key.key_id
        )

    def _registered_before(
        self, body: schemas.RegisterRequest, now: datetime
    ) -> tuple[Agent, Key] | None:
        """Return the agent and key that an earlier copy of this request registered."""
        if not body.key_hash:
            return None
        before = self.agents.registered_with(body.key_hash, self.keys, now)
        if before is None or body.agent_id not in (None, before[0].agent_id):
            return None
        return before

    def write(self, agent: Agent, key: Key) -> None:
        """Write a new agent, its first key and its directory items in one transaction.

        Raises:
            AgentIdTakenError: another agent has or had this id, or one that looks like it.
            KeyTakenError: another agent has the key.
        """
        items = [
            self.agents.transact_register(agent),
            self.directory.transact_claim_likeness(agent),
            self.keys.transact_put(agent, key),
            *self.directory.transact_put_all(agent),
        ]
        try:
            transact(self.client, items)
        except TransactionFailedError as error:
            is_taken, is_alike, is_key_taken = error.failed[:3]
            if is_key_taken and not (is_taken or is_alike):
                raise KeyTakenError("Another key has this key_hash.") from None
            if is_taken:
                raise AgentIdTakenError(f"`{agent.agent_id}` is taken.") from None
            raise AgentIdTakenError(
                f"`{agent.agent_id}` looks like an id that is taken.",
                fix="Choose another agent_id. It is not enough to change `.`, `_` or `-`, or to "
                "swap 0 and o, 1 and l, m and rn, or w and vv. Or leave it out, and the server "
                "creates one.",
            ) from None

    def leave(
        self, caller: Caller, now: datetime, also: Sequence[TransactItem]
    ) -> schemas.LeaveResponse:
        """Let the caller leave for good, and close its connections.

        `also` is written in the same transaction.

        Raises:
            AgentBusyError: the caller has accepted work orders.
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `access`.
            ContentionError: the caller's keys or profile changed meanwhile.
            KeyOutgoingError: the calling key is outgoing.
        """
        agent = self.agents.read(caller, now)
        requester = Requester(lambda: agent, active_condition(caller), caller.key_id)
        requester.refuse_outgoing(agent)
        items = [
            self.agents.transact_leave(caller, agent, now, listed_as(agent)),
            *self.directory.transact_delete_all(agent),
            self.presences.transact_delete(agent.agent_id),
            *(self.keys.transact_delete(key) for key in agent.keys.values()),
            *also,
        ]
        try:
            transact(self.client, items)
        except TransactionFailedError as error:
            present = require_active(caller, error.items[0], now)
            if present.active_jobs:
                raise AgentBusyError(
                    f"You have {present.active_jobs} active work orders."
                ) from None
            raise ContentionError("The agent's keys or profile changed meanwhile.") from None
        self.closing.close_ended(agent.agent_id, now)
        return schemas.LeaveResponse(agent_id=agent.agent_id)
