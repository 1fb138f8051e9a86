"""Leave the orders of blocked agents out of a worker's counts of pending orders.

The worker's item lists these agents, so a heartbeat needs no extra read. A block adds an agent that
has pending orders with the worker. The list holds `MAX_MUTED` agents. When it is full, agents
without pending orders are removed, and then the oldest. An agent that is allowed or removed leaves
the list.

The index may miss an order that is created in the milliseconds before a block takes effect. Such an
order counts until it ends, or until the agent is blocked again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.errors import ContentionError
from agent_messaging.work_orders.table import WorkOrdersTable

MAX_MUTED = 20
ATTEMPTS = 4


@dataclass(frozen=True)
class Muting:
    """The tables that muting reads and writes."""

    agents: AgentsTable
    orders: WorkOrdersTable

    def mute(self, caller: Caller, owner: Agent, client_id: str, now: datetime) -> None:
        """Leave a blocked agent's pending orders out of the owner's counts."""
        if not self.orders.pending(owner.agent_id, client_id):
            return

        def with_client(muted: list[str]) -> list[str]:
            kept = [each for each in muted if each != client_id]
            if len(kept) >= MAX_MUTED:
                waiting = {item["client_id"] for item in self.orders.pending(owner.agent_id)}
                kept = [each for each in kept if each in waiting]
            return [*kept, client_id][-MAX_MUTED:]

        self._change(caller, owner, with_client, now)

    def unmute(self, caller: Caller, owner: Agent, client_id: str, now: datetime) -> None:
        """Count the orders of an agent again, because it is no longer blocked."""
        self._change(caller, owner, lambda muted: [m for m in muted if m != client_id], now)

    def _change(
        self,
        caller: Caller,
        owner: Agent,
        change: Callable[[list[str]], list[str]],
        now: datetime,
    ) -> None:
        """Write the list that `change` returns, unless the list stays the same.

        Raises:
            KeyRevokedError, AgentSuspendedError: see `require_active`.
            ContentionError: the list changed each time it was read.
        """
        for _ in range(ATTEMPTS):
            before = owner.muted_clients or []
            after = change(before)
            if after == before or self.agents.set_muted(caller, owner, after, now):
                return
            owner = self.agents.read(caller, now)
        raise ContentionError("Your list of blocked agents kept changing.")
