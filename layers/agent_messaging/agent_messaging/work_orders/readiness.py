"""Make a work order ready when all orders that it depends on are completed.

Whoever meets it first makes it ready: the end of its last dependency, the sweep, or an attempt to
take it. The condition of the write is that the order is pending and not ready yet, so its worker is
told once. An order that is ready stays so. One for candidates has nobody to tell: the same write
puts it into the index `pool`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.tally import TALLY
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.work_orders import narrowing, notification
from agent_messaging.work_orders.children_table import ChildrenTable
from agent_messaging.work_orders.model import WorkOrder, not_ready
from agent_messaging.work_orders.states import Status
from agent_messaging.work_orders.transition_write import update_ready

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Readiness:
    """The tables that an order which becomes ready changes."""

    client: "DynamoDBClient"
    messages: MessagesTable
    children: ChildrenTable

    def settle(self, order: WorkOrder, now: datetime) -> bool:
        """Make an order ready if it can be, and return whether this call did.

        Raises:
            ContentionError, OutOfTimeError: see `transact`.
        """
        if order.is_ready is not False or order.status is not Status.PENDING:
            return False
        if self._waits_for(order, now):
            return False
        expression, condition, values = update_ready(order, now)
        key = self.children.orders.key(order.work_order_id)[1]
        head = self.children.orders.table.transact_update(key, expression, condition, **values)
        told = [] if order.worker is None else [order.worker]
        notes = [notification.compose_ready(order, each, now) for each in told]
        try:
            with TALLY.unpaid():
                transact(self.client, [head, *map(self.messages.transact_put, notes)])
        except TransactionFailedError:
            return False
        return True

    def require(self, work_order_id: str, now: datetime) -> None:
        """Make an order ready if it can be. Raise if it depends on orders that are not completed.

        Raises:
            NotReadyError: see above.
        """
        order = self.children.orders.fetch(work_order_id, now)
        if order is None or order.is_ready is not False:
            return
        self.settle(order, now)
        if waits_for := self._waits_for(order, now):
            raise not_ready(order, waits_for)

    def _waits_for(self, order: WorkOrder, now: datetime) -> list[str]:
        """Return the ids of the dependencies that are not completed."""
        ids = order.depends_on or ()
        heads = zip(ids, self.children.read_heads(ids, now), strict=True)
        return [each for each, head in heads if head is not None and not narrowing.is_ready([head])]
