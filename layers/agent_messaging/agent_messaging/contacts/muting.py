"""Which blocked agents a worker's counts of pending orders leave out.

A worker's own item lists them, so that a heartbeat needs no further read. The list holds blocked
agents that have pending orders with the worker, `MAX_MUTED` at most: a block adds its agent, and
drops all whose orders have gone since. Who is allowed or forgotten leaves the list.

An order that is created in the milliseconds before the block takes effect may be missing in the
index that this looks at. It is then counted until it ends, or until the block is repeated.
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
    """The tables that it reads and writes."""

    agents: AgentsTable
    orders: WorkOrdersTable

    def mute(self, caller: Caller, owner: Agent, client_id: str, now: datetime) -> None:
        """Leave a blocked agent's pending orders out of the owner's counts."""
        waiting = {item["client_id"] for item in self.orders.pending(owner.agent_id)}
        # The newest open orders may all be other agents': this one's are then looked for.
        if client_id not in waiting and self.orders.pending(owner.agent_id, client_id):
            waiting.add(client_id)

        def with_client(muted: list[str]) -> list[str]:
            kept = [each for each in muted if each in waiting and each != client_id]
            return [*kept, client_id][-MAX_MUTED:] if client_id in waiting else kept

        self._change(caller, owner, with_client, now)

    def unmute(self, caller: Caller, owner: Agent, client_id: str, now: datetime) -> None:
        """Count the orders of an agent again that is no longer blocked."""
        self._change(caller, owner, lambda muted: [m for m in muted if m != client_id], now)

    def _change(
        self,
        caller: Caller,
        owner: Agent,
        change: Callable[[list[str]], list[str]],
        now: datetime,
    ) -> None:
        """Write what `change` makes of the list, unless that is what it is.

        Raises:
            KeyRevokedError, AgentSuspendedError: see `admit`.
            ContentionError: the list changed each time it was read.
        """
        for _ in range(ATTEMPTS):
            before = owner.muted_clients or []
            after = change(before)
            if after == before or self.agents.set_muted(caller, owner, after, now):
                return
            owner = self.agents.read(caller, now)
        raise ContentionError("The agent's blocks kept changing.")
