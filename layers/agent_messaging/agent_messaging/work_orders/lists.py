"""List an agent's work orders: read keys from an index, then heads, then the parts to show.

If an index lists exactly the wanted orders, a page reads only the heads that it shows. Otherwise it
examines up to `EXAMINED_BATCHES` batches of 100 heads, so a page may be short although more orders
follow. Separate offers and results are read only for the shown orders, in one batch. The heads hold
their sizes, so a page is limited before it reads or parses them.

An overdue order is settled before it is shown (`expiry`). A total counts orders by the clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from agent_messaging import paging
from agent_messaging.ids import ULID_PATTERN
from agent_messaging.paging import COUNT_LIMIT, PAGE_BYTES, Listing, Total
from agent_messaging.storage.transactions import BATCH_KEYS
from agent_messaging.work_orders import item, schemas
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.indexes import Filter
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Role
from agent_messaging.work_orders.table import WorkOrdersTable

POSITION = f"wo_{ULID_PATTERN}"

# How many batches of heads a filtered page examines. They cost at most 150 read units.
EXAMINED_BATCHES = 3


class Page(NamedTuple):
    """The parts of the answer."""

    total: Total
    orders: list[schemas.WorkOrderView]
    next_cursor: str | None

    @property
    def answer(self) -> dict[str, Any]:
        """The fields of the answer."""
        return {
            "total_orders": self.total.number,
            "total_is_minimum": self.total.is_minimum,
            "work_orders": self.orders,
            "next_cursor": self.next_cursor,
        }


class Examined(NamedTuple):
    """The heads that match, the position to go on from, and how many match so far."""

    heads: list[WorkOrder]
    resume: str | None
    total: Total | None


@dataclass(frozen=True)
class OrderList:
    """The query of one agent for its orders in one role, at `now`."""

    expiry: Expiry
    agent_id: str
    query: schemas.WorkOrdersQuery
    now: datetime

    @property
    def orders(self) -> WorkOrdersTable:
        """The orders' table."""
        return self.expiry.orders

    @property
    def wanted(self) -> Filter:
        """The filter of the query."""
        query = self.query
        return Filter(Role(query.role), self.now, query.status, query.client_id or query.worker_id)

    def page(self) -> Page:
        """Return the page at the query's cursor."""
        query = self.query
        filters = (query.role, query.status, query.client_id, query.worker_id)
        listing = Listing(self.agent_id, "work-orders", filters, POSITION)
        before, carried = listing.open(query.cursor)
        find = self._listed if self.wanted.is_of_keys else self._examine
        found = find(before, is_first=carried is None)
        heads, resume = self._take_page(found.heads, found.resume, item.weight)
        whole = self.orders.read_parts(self._settled(heads))
        shown, resume = self._take_page(whole, resume, schemas.answer_bytes)
        total = carried or found.total or Total(len(shown))
        cursor = None if resume is None else listing.cursor(resume, total)
        return Page(total, [schemas.view(order, self.agent_id) for order in shown], cursor)

    def _take_page(
        self, orders: Sequence[WorkOrder], resume: str | None, weigh: Any
    ) -> tuple[list[WorkOrder], str | None]:
        return paging.take_page(
            orders,
            self.query.limit,
            resume,
            position=lambda order: order.work_order_id,
            weigh=weigh,
        )

    def _listed(self, before: str | None, *, is_first: bool) -> Examined:
        """Return the next orders of an index that lists exactly these, and count its keys."""
        found = self.orders.query(self.agent_id, self.wanted, before, self.query.limit)
        resume = found.last_key.get("work_order_id")
        total = paging.count(found.count, resume, self._count_keys) if is_first else None
        return Examined(self.orders.read_heads(found, self.now), resume, total)

    def _count_keys(self, before: str, missing: int) -> tuple[int, str | None]:
        found = self.orders.query(self.agent_id, self.wanted, before, missing, count=True)
        return found.count, found.last_key.get("work_order_id")

    def _examine(self, before: str | None, *, is_first: bool) -> Examined:
        """Return the matches among the next heads. The first page reads on to count the total."""
        enough = COUNT_LIMIT if is_first else self.query.limit
        matching: list[WorkOrder] = []
        position, size = before, 0
        for _ in range(EXAMINED_BATCHES):
            found = self.orders.query(self.agent_id, self.wanted, position, BATCH_KEYS)
            heads = self.orders.read_heads(found, self.now)
            matching += filter(self.wanted.matches, heads)
            size += sum(map(item.head_bytes, heads))
            position = found.last_key.get("work_order_id")
            if position is None or len(matching) > enough or size > PAGE_BYTES:
                break
        number = min(len(matching), COUNT_LIMIT)
        is_minimum = position is not None or len(matching) > COUNT_LIMIT
        return Examined(matching, position, Total(number, is_minimum))

    def _settled(self, orders: Sequence[WorkOrder]) -> list[WorkOrder]:
        """Settle the orders, and return those that still match."""
        settled = [self.expiry.settle(order, self.now) for order in orders]
        return [order for order in settled if self.wanted.matches(order)]
