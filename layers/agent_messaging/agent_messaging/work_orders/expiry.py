"""The end of an order that nobody answered by its deadline.

Clocks differ by seconds, and a request may be slow, so that a deadline has passed for one function
and not yet for another. What decides is therefore neither clock but the table: whoever first finds
an order overdue (a party that acts on it or looks at it, or the sweep) stores that it expired, in a
transaction that competes with every other transition, and says so only then. Nobody ever sees
`expired` and afterwards another state. It costs nothing more: one of them writes what otherwise the
sweep would have written. Its client has paid for that with the order (`units.DEADLINE`), so nobody
can make a worker spend its units by orders that expire.
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
    """The tables that an expiry touches: the order's, and both parties' inboxes."""

    client: "DynamoDBClient"
    messages: MessagesTable
    orders: WorkOrdersTable

    def settle(self, order: WorkOrder, now: datetime) -> WorkOrder:
        """Return the order as it stands. If it is overdue at `now`, store first that it expired.

        Somebody may have been quicker, whose clock is behind; then the order is what that made it.

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
        """Settle one order, and return whether this made it expire."""
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
