"""One run of the sweep: read what is due, and hand it to threads.

one thread       reads the index and the heads of orders, what is due first at first
other threads    end orders. Those that one worker works on go to the same thread, because each
                 end changes the worker's item
two more         read what follows from marks. That can take as long as a whole run, and must
                 not keep other orders waiting
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice

from agent_messaging.errors import ContentionError
from agent_messaging.observability.log import logger
from agent_messaging.storage.table import Item
from agent_messaging.storage.transactions import BATCH_KEYS
from agent_messaging.work_orders.endings import Endings
from agent_messaging.work_orders.item import ENDED, LEAVING, parse
from agent_messaging.work_orders.lanes import Lanes
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.overdue import Overdue
from agent_messaging.work_orders.settling import Settling
from agent_messaging.work_orders.states import ACTIVE, Action, Role
from agent_messaging.work_orders.sweep_totals import Totals

_NAMES = {Action.EXPIRE: "expired", Action.LAPSE: "lapsed", Action.REOPEN: "lapsed"}


@dataclass(frozen=True)
class SweepRun:
    """One run: it handles all orders and marks that are due at `now`."""

    leaving: Leaving
    overdue: Overdue
    settling: Settling
    now: datetime
    totals: Totals

    def start(self, lanes: Lanes, mark_lanes: Lanes) -> None:
        """Hand all that is due to the threads. Stop when no time is left."""
        due = self.leaving.orders.due(self.now)
        while not self.totals.is_stopped and (batch := [*islice(due, BATCH_KEYS)]):
            for key in batch:
                if key["part"] == LEAVING:
                    job = partial(self._end_left, key, lanes)
                    mark_lanes.add(key["work_order_id"], job, waits=False)
                elif key["part"] == ENDED:
                    job = partial(self._follow, key)
                    mark_lanes.add(key["work_order_id"], job, waits=False)
            for item in self._read([key["work_order_id"] for key in batch if _is_order(key)]):
                if item is not None:
                    lanes.add(_lane_of(item), partial(self._look_at, item))

    def _read(self, ids: Sequence[str]) -> Sequence[Item | None]:
        """Return the heads of orders, None for each that is gone or cannot be read now."""
        try:
            return self.leaving.orders.read_items(ids)
        except ContentionError:
            logger.info("left for the next sweep", work_order_ids=ids)
            return [None] * len(ids)

    def _look_at(self, item: Item) -> None:
        """Do what is due to one order."""

        def attempt(endings: Endings) -> None:
            endings.attempt(item["work_order_id"], lambda: self._settle(item))

        self.totals.attempt(attempt)

    def _settle(self, item: Item) -> bool:
        """Do what is due to one order, and return whether this call ended or told it."""
        order = parse(item, self.now)
        name = None if order is None else self._settled(order)
        if order is not None and name is not None:
            self.totals.count(name, order.due)
        return name is not None

    def _settled(self, order: WorkOrder) -> str | None:
        """Return what this call did to the order, None if there was nothing to do."""
        action = order.clock_action(self.now)
        if action is not None:
            _, is_ended = self.leaving.expiry.end(order, self.now)
            return _NAMES[action] if is_ended else None
        if order.is_overdue(self.now):
            return "overdue" if self.overdue.tell(order, self.now) else None
        self.leaving.orders.postpone(order, self.now)
        return None

    def _follow(self, mark: Item) -> None:
        """Settle all that follows from the ended order of a mark."""
        attempt = partial(self.settling.sweep, mark, self.now)
        self.totals.attempt(attempt, "settled")

    def _end_left(self, mark: Item, lanes: Lanes) -> None:
        """Hand all open orders of the agent of a mark to the threads for orders."""

        def attempt(_: Endings) -> None:
            left, is_empty = self.leaving.open_orders(mark["work_order_id"]), True
            while not self.totals.is_stopped and (batch := [*islice(left, BATCH_KEYS)]):
                is_empty = False
                items = self._read([work_order_id for _, work_order_id in batch])
                for (role, _id), item in zip(batch, items, strict=True):
                    if item is not None:
                        lanes.add(_lane_of(item), partial(self._end, item, role))
            if is_empty and not self.totals.is_stopped:
                self.leaving.remove_old(mark, self.now)

        self.totals.attempt(attempt)

    def _end(self, item: Item, role: Role) -> None:
        """End one order of an agent that left."""

        def attempt(endings: Endings) -> None:
            end = lambda: self.leaving.end(parse(item, self.now), role, self.now)  # noqa: E731
            endings.attempt(item["work_order_id"], end)

        self.totals.attempt(attempt, "ended")


def _is_order(key: Item) -> bool:
    """Return whether a key of the index is that of an order, and not of a mark."""
    return key["part"] not in (LEAVING, ENDED)


def _lane_of(item: Item) -> str:
    """Return the id of the worker whose item the end of the order changes, else the order's."""
    is_active = item.get("status") in ACTIVE
    return str(item.get("worker_id", "") if is_active else item["work_order_id"])
