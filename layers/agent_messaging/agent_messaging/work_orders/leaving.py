"""End the open orders of an agent that left.

    the agent was the    its orders that are     become       reason_code
    worker               pending                 rejected     worker_left
    client               pending, accepted,      cancelled    client_left
                         input_required

An agent with accepted orders as a worker cannot leave. The agent may have thousands of other open
orders, so leaving does not wait for all of them:

1. The transaction that makes the agent leave also writes a mark into the orders' table.
2. The same call then ends the `FIRST` open orders.
3. A party that acts on one of the other orders ends it first (`transitions`).
4. The sweep finds the mark, and ends all that are left. It looks again for `KEPT_FOR`, because a
   request that read the agents before one of them left may still create or accept an order. Then it
   removes the mark.

So creating and accepting an order need no condition on the other agent, which would cost a write.
Each end is one conditional transaction, so whoever comes second changes nothing. It costs the
agents no units, because the client paid for it when it created the order (`units.ORDER_END`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from agent_messaging.agents.table import AgentsTable
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.observability.log import logger
from agent_messaging.storage.table import Item
from agent_messaging.work_orders.endings import Endings
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.item import left_at
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import LEFT, Role, is_possible
from agent_messaging.work_orders.system_end import SystemEnd, SystemEnding
from agent_messaging.work_orders.table import WorkOrdersTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# How many open orders the call that leaves ends by itself. So it costs no more than other calls.
FIRST = 25

# No function runs longer than a minute, clocks differ by seconds, and indexes lag by less.
KEPT_FOR = timedelta(minutes=10)


@dataclass(frozen=True)
class Leaving:
    """The tables that the end of an order changes."""

    client: "DynamoDBClient"
    agents: AgentsTable
    messages: MessagesTable
    orders: WorkOrdersTable
    expiry: Expiry

    def end_first(self, agent_id: str, now: datetime) -> None:
        """End the first open orders of an agent that just left. It raises no errors.

        The agent has left, so the call must not fail any more. The sweep ends the others.
        """
        endings = Endings()
        try:
            for role, work_order_id in islice(self.open_orders(agent_id), FIRST):
                self._end_stored(work_order_id, role, now, endings)
        except Exception:
            logger.exception("open orders are left for the sweep", agent_id=agent_id)

    def _end_stored(self, work_order_id: str, role: Role, now: datetime, endings: Endings) -> None:
        def end() -> bool:
            return self.end(self.orders.fetch(work_order_id, now), role, now)

        endings.attempt(work_order_id, end)

    def open_orders(self, agent_id: str) -> Iterator[tuple[Role, str]]:
        """Yield the agent's role in each of its open orders, with the order's id."""
        for role in Role:
            yield from ((role, each) for each in self.orders.open_ids(agent_id, role))

    def remove_old(self, mark: Item, now: datetime) -> None:
        """Remove a mark that found no open order, if it is old enough."""
        if left_at(mark) + KEPT_FOR <= now:
            self.orders.remove_mark(mark["work_order_id"])

    def end(self, order: WorkOrder | None, role: Role, now: datetime) -> bool:
        """End one order, if it is there and open, and return whether this call ended it."""
        if order is None or not self.ends(order, role):
            return False
        return self.settle(order, role, now).reason_code is not None

    @staticmethod
    def ends(order: WorkOrder, role: Role) -> bool:
        """Whether the system ends the order if the agent in this role has left."""
        return is_possible(order.status, LEFT[role][0])

    def settle(self, order: WorkOrder, role: Role, now: datetime) -> WorkOrder:
        """Return the order after its end, because the agent in this role has left.

        Another request may end the order first. Then the result is the order after that.

        Raises:
            ContentionError, OutOfTimeError: see `SystemEnding.end`.
        """
        action, code = LEFT[role]
        stays = Role.CLIENT if role is Role.WORKER else Role.WORKER
        how = SystemEnd(action, code, told=lambda order: (order.party_of(stays),))
        ending = SystemEnding(self.client, self.agents, self.messages, self.orders, self.expiry)
        return ending.end(order, how, now)
