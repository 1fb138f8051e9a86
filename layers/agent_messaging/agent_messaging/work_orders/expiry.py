"""Expire an order that its worker did not answer by the deadline.

Clocks differ by seconds, and requests can be slow. So a deadline can have passed for one function
and not yet for another. The table decides, and not a clock. The first call that finds an order
overdue stores that it expired: an action of a party, a read, or the sweep. This transaction
competes with every other transition, and the call shows `expired` only after it. So nobody sees
`expired` and then another state.

This costs nothing extra, because otherwise the sweep makes the same write. The client pays for it
when it creates the order (`units.ORDER_END`). So expiring orders cost the worker no units.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.messaging.model import SYSTEM
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import TransactItem
from agent_messaging.storage.tally import TALLY
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.work_orders import notification
from agent_messaging.work_orders.item import parse
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Action, Status
from agent_messaging.work_orders.table import WorkOrdersTable
from agent_messaging.work_orders.transition_write import TransitionWrite

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True)
class Expiry:
    """The tables that an expiry changes: the orders, and the inboxes of both parties."""

    client: "DynamoDBClient"
    messages: MessagesTable
    orders: WorkOrdersTable

    def settle(self, order: WorkOrder, now: datetime) -> WorkOrder:
        """Return the current order. If it is overdue at `now`, first store that it expired.

        Another request with a slower clock may change the order first. Then the result is the order
        after that change.

        Raises:
            ContentionError, OutOfTimeError: see `transact`.
        """
        if not order.is_due(now):
            return order
        expiry = self.orders.transact_transition(order, Action.EXPIRE, now, {})
        try:
            with TALLY.unpaid():
                transact(self.client, self._entries(expiry, now))
        except TransactionFailedError as error:
            found = error.items[0]
            standing = None if found is None else parse(found, now)
            if standing is None:
                raise
            return standing
        return expiry.order

    def sweep(self, work_order_id: str, now: datetime) -> bool:
        """Settle one order, and return whether this call made it expire."""
        order = self.orders.fetch(work_order_id, now)
        if order is None or not order.is_due(now):
            return False
        return self.settle(order, now).status is Status.EXPIRED

    def _entries(self, expiry: TransitionWrite, now: datetime) -> list[TransactItem]:
        order = expiry.order
        notes = [
            notification.compose_for(
                order, expiry.step, SYSTEM, to, now, relationship=None, is_verified=True
            )
            for to in (order.client, order.worker)
        ]
        return [expiry.head, *(self.messages.transact_put(note) for note in notes)]
