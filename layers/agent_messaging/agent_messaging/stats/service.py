"""Show an agent's own counts and the platform's statistics."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.presence.model import Waiting
from agent_messaging.stats import schemas
from agent_messaging.stats.table import StatsTable


@dataclass(frozen=True)
class StatsService:
    """The tables that hold the statistics, and the function that counts what waits."""

    agents: AgentsTable
    stats: StatsTable
    count_waiting: Callable[[Agent, datetime], Waiting]

    def read(self, agent_id: str, now: datetime) -> schemas.StatsResponse:
        """Return the agent's counts at `now`, and the latest snapshot of the platform.

        Raises:
            AgentNotFoundError: there is no such agent.
        """
        agent = self.agents.fetch(agent_id)
        snapshot = self.stats.latest_snapshot()
        return schemas.counted(agent, self.count_waiting(agent, now), snapshot)
