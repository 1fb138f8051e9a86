"""Read agents, and change the caller's own profile with its directory entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging.agents.access import require_registered
from agent_messaging.agents.model import Agent, ContactPolicy
from agent_messaging.agents.schemas import UpdateRequest
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.directory import schemas
from agent_messaging.directory.table import DirectoryTable, listed_as
from agent_messaging.errors import ContentionError
from agent_messaging.presence.model import Presence
from agent_messaging.presence.table import PresenceTable, parse
from agent_messaging.storage.transactions import TransactionFailedError, batch_get, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The fields that determine an agent's keys in the directory.
LISTED = {"name", "capabilities"}

# How often a change is tried while others change these fields.
ATTEMPTS = 4


@dataclass(frozen=True)
class ProfileService:
    """The tables for profiles."""

    client: "DynamoDBClient"
    agents: AgentsTable
    directory: DirectoryTable
    presences: PresenceTable

    def read(self, agent_id: str, now: datetime) -> schemas.AgentCard:
        """Return an agent as others see it.

        Raises:
            AgentNotFoundError: there is no such agent.
        """
        return schemas.card(*self._load(agent_id, consistent=False), now)

    def read_own(self, agent_id: str, now: datetime) -> schemas.AgentProfile:
        """Return an agent as it sees itself.

        The read is consistent, so an agent sees each change as soon as it is acknowledged.

        Raises:
            AgentNotFoundError: there is no such agent.
        """
        return schemas.profile(*self._load(agent_id, consistent=True), now)

    def change(self, caller: Caller, body: UpdateRequest, now: datetime) -> schemas.AgentProfile:
        """Change the fields in the body, and return the caller's whole profile.

        An agent that sets its contact policy to `closed` leaves the lists of online agents.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
            InvalidError: the new name looks like the id of another agent.
            ContentionError: the name or the capabilities kept changing.
        """
        changes = {name: getattr(body, name) for name in body.model_fields_set}
        agent = self._write(caller, changes, now)
        if "contact_policy" in changes:
            is_closed = agent.contact_policy is ContactPolicy.CLOSED
            self.presences.hide(agent.agent_id, is_hidden=is_closed)
        (lease,) = batch_get(self.client, [self.presences.key(agent.agent_id)])
        return schemas.profile(agent, parse(lease), now)

    def _load(self, agent_id: str, *, consistent: bool) -> tuple[Agent, Presence | None]:
        wanted = [self.agents.key(agent_id), self.presences.key(agent_id)]
        item, lease = batch_get(self.client, wanted, consistent=consistent)
        return require_registered(agent_id, item), parse(lease)

    def _write(self, caller: Caller, changes: Mapping[str, Any], now: datetime) -> Agent:
        """Set the named attributes of the caller, and return the agent as it is now.

        The name and the capabilities change in one transaction with the directory. Its condition is
        that they have not changed since they were read. Other changes are a single write.
        """
        agent = self.agents.read(caller, now)
        if not changes:
            return agent
        if not LISTED & set(changes):
            return self.agents.change(caller, changes, now)
        if changes.get("name", agent.name) != agent.name:
            self.directory.refuse_name_of_another(changes["name"], agent.agent_id)
        for _ in range(ATTEMPTS):
            changed = agent.model_copy(update=dict(changes))
            item = self.agents.transact_change(caller, changes, listed_as(agent))
            try:
                transact(self.client, [item, *self.directory.transact_change_all(agent, changed)])
            except TransactionFailedError:
                agent = self.agents.read(caller, now)
            else:
                return changed
        raise ContentionError("The agent's name or capabilities kept changing.")
