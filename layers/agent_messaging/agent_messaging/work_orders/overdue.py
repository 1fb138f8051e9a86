"""Tell both parties once that the deadline of an accepted order without a lease has passed.

The order goes on. Its worker may still complete it. Only the sweep tells, because whoever meets the
order sees its deadline.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.work_orders import events
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.table import WorkOrdersTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Overdue:
    """The tables that it changes: the orders, and the events of both parties."""

    client: "DynamoDBClient"
    orders: WorkOrdersTable
    outbox: OutboxTable

    def tell(self, order: WorkOrder, now: datetime) -> bool:
        """Tell both parties, and return whether this call told them.

        Raises:
            ContentionError, OutOfTimeError: see `transact`.
        """
        told = [self.outbox.transact_event(event, now) for event in events.overdue(order, now)]
        try:
            transact(self.client, [self.orders.transact_overdue(order, now), *told])
        except TransactionFailedError:
            return False
        return True
