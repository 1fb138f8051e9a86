"""Settle what follows from the end of a work order, for its children and its dependents.

    what ended                                  who follows           becomes
    a parent, or it went back to the pool       its open children     cancelled, parent_cancelled
    a dependency, not completed                 its open dependents   cancelled, dependency_failed
    a dependency, completed, as the last one    its open dependents   ready

The order's end stands first. Its transaction also writes a mark, an item with the part `ended`
(`links`). After that no child can be created, because creating one requires an open parent. So:

1. The call that ended the order looks at the first `FIRST` of them at once. It raises no errors.
2. The sweep finds marks in the index `due`, and settles all that is left.

Both read the links consistently, end each order by a transaction of its own, and remove the mark
last. An order that they end may have links too. Its own mark was written with its end, so whoever
dies in the middle loses nothing: the next sweep finds every mark that is left.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.errors import OutOfTimeError
from agent_messaging.observability.log import logger
from agent_messaging.storage.tally import TALLY
from agent_messaging.work_orders.children_table import ChildrenTable, Joined
from agent_messaging.work_orders.endings import Endings
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.readiness import Readiness
from agent_messaging.work_orders.states import ACTIVE, Action, ReasonCode, Status
from agent_messaging.work_orders.system_end import SystemEnd, SystemEnding

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

# How many orders the call that ends an order looks at by itself, whether it can settle them or not.
# So it takes little longer than others.
FIRST = 25

CANCELLED = {
    code: SystemEnd(Action.CANCEL, code, told=lambda order: (order.client, order.worker))
    for code in (ReasonCode.PARENT_CANCELLED, ReasonCode.DEPENDENCY_FAILED)
}


class _EnoughError(Exception):
    """The call has looked at as many orders as it may."""


@dataclass(frozen=True)
class Settling:
    """What ends orders, and what makes them ready."""

    ending: SystemEnding
    children: ChildrenTable
    readiness: Readiness

    def follow(self, order: WorkOrder, now: datetime) -> None:
        """Settle the first orders that follow from the end of an order. It raises no errors.

        The end is written, so the call must not fail any more. The sweep settles the others.
        """
        if not order.has_followers or order.status in ACTIVE:
            return
        try:
            with TALLY.unpaid():
                self._settle_all(order.work_order_id, now, Endings(), FIRST)
        except (OutOfTimeError, _EnoughError):
            logger.info("followers are left for the sweep", work_order_id=order.work_order_id)
        except Exception:
            logger.exception("followers are left", work_order_id=order.work_order_id)

    def sweep(self, mark: "Item", now: datetime, endings: Endings) -> None:
        """Settle all that follows from the ended order of a mark.

        Raises:
            OutOfTimeError: too little time is left. The next sweep continues.
        """

        def settle() -> bool:
            self._settle_all(mark["work_order_id"], now, endings)
            return False  # each order that ends is counted by itself

        endings.attempt(mark["work_order_id"], settle)

    def _settle_all(
        self, work_order_id: str, now: datetime, endings: Endings, most: int | None = None
    ) -> None:
        """Settle an order, then the orders that were ended by that, and so on."""
        ended = deque([work_order_id])
        while ended:
            ended.extend(self._settle(ended.popleft(), now, endings, most))

    def _settle(
        self, work_order_id: str, now: datetime, endings: Endings, most: int | None
    ) -> Iterator[str]:
        """Settle what follows from one order, and yield the ended orders that others follow."""
        mark = self.ending.orders.find_mark(work_order_id)
        order = self.ending.orders.fetch(work_order_id, now)
        if mark is None:
            return
        left = endings.left
        if order is not None:
            for follower in self._followers(order, now, endings):
                if most is not None and endings.attempts >= most:
                    raise _EnoughError
                yield from self._move(order, follower, now, endings)
        if endings.left == left:
            self.ending.orders.remove_ended_mark(mark)

    def _followers(self, order: WorkOrder, now: datetime, endings: Endings) -> Iterator[WorkOrder]:
        """Yield the open orders that the order's end concerns."""
        if order.children and order.status is not Status.COMPLETED:
            for batch in self.children.batches(order.work_order_id, now):
                endings.left += sum(not each.is_readable for each in batch)
                # Read after its children: a client that has lost the parent never gets it back.
                parent = self.ending.orders.fetch(order.work_order_id, now)
                if parent is not None:
                    yield from (each for each in open_orders(batch) if is_orphan(each, parent))
        if order.has_dependents and order.parent_id is not None and order.is_final:
            found = self.children.query(order.parent_id)
            dependents = (each for each in found if order.work_order_id in each.depends_on)
            for batch in self.children.batches_of(dependents, now):
                yield from open_orders(batch)

    def _move(
        self, order: WorkOrder, follower: WorkOrder, now: datetime, endings: Endings
    ) -> Iterator[str]:
        """Cancel a follower or make it ready, and yield its id if others follow from that."""
        moved = follower

        def move() -> bool:
            nonlocal moved
            if follower.parent_id == order.work_order_id:
                moved = self._cancel(follower, ReasonCode.PARENT_CANCELLED, now)
            elif order.status is Status.COMPLETED:
                return self.readiness.settle(follower, now)
            else:
                moved = self._cancel(follower, ReasonCode.DEPENDENCY_FAILED, now)
            return moved.reason_code in CANCELLED

        endings.attempt(follower.work_order_id, move)
        if moved.is_final and moved.has_followers:
            yield moved.work_order_id

    def _cancel(self, order: WorkOrder, code: ReasonCode, now: datetime) -> WorkOrder:
        return self.ending.end(order, CANCELLED[code], now)


def is_orphan(child: WorkOrder, parent: WorkOrder) -> bool:
    """Return whether nobody waits for a child: its client is not the parent's worker any more."""
    return parent.status not in ACTIVE or parent.taken_by.id != child.client.id


def open_orders(batch: Iterable[Joined]) -> Iterator[WorkOrder]:
    """Yield the open orders of a batch of children."""
    for each in batch:
        if each.order is not None and not each.order.is_final:
            yield each.order
