"""The list of an agent's work orders: keys from an index, then the orders, then what still matches.

The indexes hold keys, so a status is only known after the batch read; a filtered page therefore
examines a bounded number of orders, may be short, and still goes on. What a page says of an order
is settled (`expiry`); a total counts what the clock says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent_messaging import paging
from agent_messaging.batches import BATCH_KEYS
from agent_messaging.dynamodb import Found
from agent_messaging.ids import ULID_PATTERN
from agent_messaging.paging import Listing, Total
from agent_messaging.work_orders import wire
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import OPEN
from agent_messaging.work_orders.table import WorkOrdersTable

POSITION = f"wo_{ULID_PATTERN}"

# Counting by status reads whole orders, a batch at a time, and so gives up early.
COUNT_BATCHES = 2


@dataclass(frozen=True)
class Page:
    """What the answer is made of."""

    total: Total
    orders: list[wire.WorkOrderView]
    next_cursor: str | None

    @property
    def answer(self) -> dict[str, Any]:
        """The members of the answer."""
        return {
            "total_orders": self.total.number,
            "total_is_minimum": self.total.is_minimum,
            "work_orders": self.orders,
            "next_cursor": self.next_cursor,
        }


@dataclass(frozen=True)
class OrderList:
    """One agent's orders in one role, at `now`, as the query wants them."""

    expiry: Expiry
    agent_id: str
    query: wire.WorkOrdersQuery
    now: datetime

    @property
    def orders(self) -> WorkOrdersTable:
        """The orders' table."""
        return self.expiry.orders

    def page(self) -> Page:
        """The page that the query's cursor leads to."""
        query = self.query
        listing = Listing(self.agent_id, "work-orders", (query.role, query.status), POSITION)
        before, carried = listing.open(query.cursor)
        found = self._find(before, query.limit if query.status is None else BATCH_KEYS)
        orders = self._matching(found, self._settled)
        behind = found.last_key.get("work_order_id")
        views, resume = paging.cut(
            [wire.view(order, self.agent_id) for order in orders],
            query.limit,
            behind,
            position=lambda view: view.work_order_id,
            weigh=lambda view: len(view.model_dump_json().encode()),
        )

        def count() -> Total:
            if query.status is None:
                return paging.count(len(orders), behind, self._count_keys)
            return paging.count(len(orders), behind, self._count_matching, COUNT_BATCHES)

        total, cursor = paging.finish(listing, resume, len(views), carried, count)
        return Page(total, views, cursor)

    def _find(self, before: str | None, limit: int, *, count: bool = False) -> Found:
        query = self.query
        return self.orders.query(
            query.role, self.agent_id, before, limit, is_open=query.status in OPEN, count=count
        )

    def _matching(
        self, found: Found, standing: Callable[[WorkOrder], WorkOrder]
    ) -> list[WorkOrder]:
        """The orders behind the keys as they stand, without those of another status."""
        orders = map(standing, self.orders.read_keys(found))
        return [order for order in orders if self.query.status in (None, order.status)]

    def _settled(self, order: WorkOrder) -> WorkOrder:
        return self.expiry.settle(order, self.now)

    def _as_of_now(self, order: WorkOrder) -> WorkOrder:
        return order.as_of(self.now)

    def _count_keys(self, before: str, missing: int) -> tuple[int, str | None]:
        found = self._find(before, missing, count=True)
        return found.count, found.last_key.get("work_order_id")

    def _count_matching(self, before: str, _missing: int) -> tuple[int, str | None]:
        found = self._find(before, BATCH_KEYS)
        return len(self._matching(found, self._as_of_now)), found.last_key.get("work_order_id")
