"""List the children of a work order: a walk through its tree that pages can continue.

An order comes before its children, and children come in the order of their creation. So the path
from the first child down to the last order of a page is the position of the next page. A page reads
at most one batch of children for each order that it shows, and one for each level.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from agent_messaging import paging
from agent_messaging.ids import ULID_PATTERN
from agent_messaging.paging import Listing
from agent_messaging.storage.transactions import BATCH_KEYS
from agent_messaging.work_orders import item, schemas
from agent_messaging.work_orders.children_table import ChildrenTable
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.narrowing import MOST_LEVELS
from agent_messaging.work_orders.table import not_found

SEPARATOR = "/"
POSITION = f"wo_{ULID_PATTERN}(?:{SEPARATOR}wo_{ULID_PATTERN}){{0,{MOST_LEVELS - 1}}}"


class Node(NamedTuple):
    """An order in the tree, and the ids from the first level down to it."""

    path: tuple[str, ...]
    order: WorkOrder


@dataclass(frozen=True)
class Tree:
    """The query of one agent for what is below an order, at `now`."""

    table: ChildrenTable
    expiry: Expiry
    now: datetime

    def page(
        self, agent_id: str, work_order_id: str, query: schemas.ChildrenQuery
    ) -> schemas.ChildrenPage:
        """Return the page at the query's cursor.

        Raises:
            WorkOrderNotFoundError: there is no such order, or the caller is not a party to it.
            BadCursorError: the cursor belongs to another list.
        """
        root = self.table.orders.fetch(work_order_id, self.now)
        if root is None or not root.has_party(agent_id):
            raise not_found(work_order_id)
        filters = (work_order_id, str(query.depth))
        listing = Listing(agent_id, "children", filters, POSITION)
        after, _ = listing.open(query.cursor)
        nodes = self._take(root, after, query)
        paths = {node.order.work_order_id: SEPARATOR.join(node.path) for node in nodes}
        shown, resume = self._cut([node.order for node in nodes], query.limit, paths)
        cursor = None if resume is None else listing.cursor(resume, None)
        return schemas.ChildrenPage(
            work_order_id=work_order_id,
            work_orders=[schemas.view(order, agent_id) for order in shown],
            next_cursor=cursor,
        )

    def _take(self, root: WorkOrder, after: str | None, query: schemas.ChildrenQuery) -> list[Node]:
        """Return the next nodes: one more than the page shows, or as much as it may read."""
        nodes: list[Node] = []
        size = 0
        path = tuple(after.split(SEPARATOR)) if after else ()
        for node in self._walk(root.work_order_id, path, query.depth, query.limit + 1):
            nodes.append(node)
            size += item.weight(node.order)
            if len(nodes) > query.limit or size > paging.PAGE_BYTES:
                break
        return nodes

    def _walk(self, root_id: str, after: tuple[str, ...], depth: int, size: int) -> Iterator[Node]:
        """Yield what comes after a path: what is below its last order, then beside each order."""
        beside = (*after, "")
        for level in range(len(after), -1, -1):
            yield from self._below(root_id, after[:level], beside[level], depth, size)

    def _below(
        self, root_id: str, path: tuple[str, ...], after: str, depth: int, size: int
    ) -> Iterator[Node]:
        if len(path) >= depth:
            return
        parent_id = path[-1] if path else root_id
        for batch in self.table.batches(parent_id, self.now, after, min(size, BATCH_KEYS)):
            for order in (each.order for each in batch):
                if order is None:
                    continue
                node = Node((*path, order.work_order_id), order)
                yield node
                if order.children:
                    yield from self._below(root_id, node.path, "", depth, size)

    def _cut(
        self, orders: Sequence[WorkOrder], limit: int, paths: dict[str, str]
    ) -> tuple[list[WorkOrder], str | None]:
        """Return the orders that fit on the page, and where the next one begins."""

        def position(order: WorkOrder) -> str:
            return paths[order.work_order_id]

        # The walk stops early only after an order that does not fit, so none is left behind.
        kept, resume = paging.take_page(orders, limit, None, position=position, weigh=item.weight)
        settled = [self.expiry.settle(order, self.now) for order in kept]
        whole = self.table.orders.read_parts(settled)
        return paging.take_page(whole, limit, resume, position=position, weigh=schemas.answer_bytes)
