"""What an agent changes of its own profile, and of its lines in the directory with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.directory.table import DirectoryTable, listed_as
from agent_messaging.errors import ContentionError
from agent_messaging.storage.transactions import TransactionFailedError, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What an agent's lines follow from.
LISTED = {"name", "capabilities"}

# How often these may change between reading and writing before the caller is sent away.
ATTEMPTS = 4


@dataclass(frozen=True)
class Profiles:
    """The two tables that a profile stands in."""

    client: "DynamoDBClient"
    agents: AgentsTable
    directory: DirectoryTable

    def change(self, caller: Caller, changes: Mapping[str, Any], now: datetime) -> Agent:
        """Set the named attributes of the caller, None takes one away; the agent as it is now.

        What is listed changes in one transaction with its lines, under the condition that it is
        what these lines were made from; everything else in a single write.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
            InvalidError: the new name looks like the id of another agent.
            ContentionError: name or capabilities kept changing.
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
            entry = self.agents.transact_change(caller, changes, listed_as(agent))
            try:
                transact(self.client, [entry, *self.directory.transact_change_all(agent, changed)])
            except TransactionFailedError:
                agent = self.agents.read(caller, now)
            else:
                return changed
        raise ContentionError("The agent's name or capabilities kept changing.")
