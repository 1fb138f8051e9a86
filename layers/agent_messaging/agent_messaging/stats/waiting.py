"""Count the unread messages of an agent, and the orders and questions that wait for its answer."""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging.agents.model import Agent
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.paging import COUNT_LIMIT
from agent_messaging.presence.model import Waiting
from agent_messaging.work_orders.table import WorkOrdersTable


@dataclass(frozen=True)
class WaitingCounter:
    """The tables of messages and work orders."""

    messages: MessagesTable
    orders: WorkOrdersTable

    def count(self, agent: Agent, now: datetime) -> Waiting:
        """Count messages and orders at `now`, each up to COUNT_LIMIT."""
        return Waiting(
            messages=self.messages.count_pending(agent.agent_id, COUNT_LIMIT),
            work_orders=self.orders.count_pending(agent, COUNT_LIMIT, now),
        )

    def count_all(self, agent: Agent, now: datetime) -> Waiting:
        """Count also the questions that wait for the agent as a client."""
        questions = self.orders.count_input_required(agent.agent_id, COUNT_LIMIT)
        return self.count(agent, now)._replace(questions=questions)
