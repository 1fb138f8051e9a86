"""End an open work order in the place of an agent, for a reason of the system."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.agents.table import AgentsTable
from agent_messaging.errors import ContentionError
from agent_messaging.fields import Party
from agent_messaging.messaging.model import SYSTEM
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage.table import TransactItem
from agent_messaging.storage.tally import TALLY
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.work_orders import notification
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.item import parse
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import ACTIVE, Action, ReasonCode, is_possible
from agent_messaging.work_orders.table import WorkOrdersTable
from agent_messaging.work_orders.transition_write import TransitionWrite

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# How often an order may change between the read and the write before the call fails.
ATTEMPTS = 4


@dataclass(frozen=True)
class SystemEnd:
    """An end by the system: its action, its reason, and the parties to tell, if they exist."""

    action: Action
    reason_code: ReasonCode
    told: Callable[[WorkOrder], Sequence[Party | None]]


@dataclass(frozen=True)
class SystemEnding:
    """The tables that the end of an order changes."""

    client: "DynamoDBClient"
    agents: AgentsTable
    messages: MessagesTable
    orders: WorkOrdersTable
    expiry: Expiry

    def end(self, order: WorkOrder, how: SystemEnd, now: datetime) -> WorkOrder:
        """Return the order after its end. It costs its agents no units.

        Another request may end the order first. Then the result is the order after that.

        Raises:
            TransactionFailedError: the order is gone.
            ContentionError, OutOfTimeError: see `transact`.
        """
        for _ in range(ATTEMPTS):
            order = self.expiry.settle(order, now)
            if not is_possible(order.status, how.action):
                return order
            write = self.orders.transact_transition(
                order, how.action, now, {"reason_code": how.reason_code}, by_system=True
            )
            try:
                with TALLY.unpaid():
                    transact(self.client, self._entries(write, how.told(order), now))
            except TransactionFailedError as error:
                order = _standing(error, now)
            else:
                return write.order
        raise ContentionError(f"The work order `{order.work_order_id}` kept changing.")

    def _entries(
        self, write: TransitionWrite, told: Sequence[Party | None], now: datetime
    ) -> list[TransactItem]:
        """Return the end, the messages to the parties, and the end of the worker's job."""
        order = write.order
        notes = (
            notification.compose_for(
                order, write.step, SYSTEM, each, now, relationship=None, is_verified=True
            )
            for each in told
            if each is not None
        )
        entries = [write.head, *map(self.messages.transact_put, notes), *write.parts]
        if write.step.source in ACTIVE:
            entries.append(self.agents.transact_drop_job(order.taken_by.id))
        return entries


def _standing(error: TransactionFailedError, now: datetime) -> WorkOrder:
    """Return the order that another request has changed.

    Raises:
        TransactionFailedError: the order has not changed, or it is gone.
    """
    item = error.items[0] if error.failed[0] else None
    order = None if item is None else parse(item, now)
    if order is None:
        raise error
    return order
