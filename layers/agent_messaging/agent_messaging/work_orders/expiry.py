"""End an order whose time has passed: a pending one expires, an accepted one lapses.

    pending           its deadline passed, and the worker did not answer   expired
    accepted          its lease ended, and the worker did not renew it     failed or pending
    input_required    the client did not answer in time                    failed

Clocks differ by seconds, and requests can be slow. So a time can have passed for one function and
not yet for another. The table decides, and not a clock. The first call that finds an order too late
stores its end: an action of a party, a read, or the sweep. This transaction competes with every
other transition and every renewal, and the call shows the end only after it. So nobody sees an
order end and then in another state. The end of an accepted order frees its worker in the same
transaction.

This costs nothing extra, because otherwise the sweep makes the same write. The client pays for it
when it creates the order (`units.ORDER_END`). So it costs the worker no units.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.agents.table import AgentsTable
from agent_messaging.errors import ContentionError
from agent_messaging.messaging.model import SYSTEM
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import TransactItem
from agent_messaging.storage.tally import TALLY
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.work_orders import notification
from agent_messaging.work_orders.item import parse
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import ACTIVE
from agent_messaging.work_orders.table import WorkOrdersTable
from agent_messaging.work_orders.transition_write import TransitionWrite

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


# How often an order may change between the read and the write before the call fails.
ATTEMPTS = 4


@dataclass(frozen=True)
class Expiry:
    """The tables that it changes: the orders, their workers, and the inboxes of both parties."""

    client: "DynamoDBClient"
    agents: AgentsTable
    messages: MessagesTable
    orders: WorkOrdersTable

    def settle(self, order: WorkOrder, now: datetime) -> WorkOrder:
        """Return the current order. If its time has passed at `now`, first store that it ended.

        Another request with a slower clock may change the order first. Then the result is the order
        after that change. An order that is reopened after its deadline expires at once.

        Raises:
            ContentionError, OutOfTimeError: see `transact`.
        """
        return self.end(order, now)[0]

    def end(self, order: WorkOrder, now: datetime) -> tuple[WorkOrder, bool]:
        """Return the same as `settle`, and whether this call stored the end or the reopening.

        Raises:
            ContentionError, OutOfTimeError: see `transact`.
        """
        is_ended = False
        for _ in range(ATTEMPTS):
            action = order.clock_action(now)
            if action is None:
                return order, is_ended
            expiry = self.orders.transact_transition(order, action, now, {})
            try:
                with TALLY.unpaid():
                    transact(self.client, self._entries(order, expiry, now))
            except TransactionFailedError as error:
                found = error.items[0]
                standing = None if found is None else parse(found, now)
                if standing is None:
                    raise
                order = standing
            else:
                order, is_ended = expiry.order, True
                if not order.is_due(now):
                    return order, is_ended
        raise ContentionError(f"The work order `{order.work_order_id}` kept changing.")

    def _entries(
        self, before: WorkOrder, ended: TransitionWrite, now: datetime
    ) -> list[TransactItem]:
        """Return the writes of an end or a reopening. A pending order may have no worker."""
        order, worker = ended.order, before.worker
        notes = [
            notification.compose_for(
                order, ended.step, SYSTEM, to, now, relationship=None, is_verified=True
            )
            for to in (order.client, worker)
            if to is not None
        ]
        entries = [ended.head, *(self.messages.transact_put(note) for note in notes), *ended.parts]
        if ended.step.source in ACTIVE and worker is not None:
            entries.append(self.agents.transact_drop_job(worker.id))
        return entries
