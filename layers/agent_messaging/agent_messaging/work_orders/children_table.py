"""The items that link a work order to its children, and the writes of a new child.

    head of the parent      children          how many children it has ever had
                            committed_cents   the budgets of its children, at least those that count
    child#id                under the parent: the child's budget, and what it depends on
    head of a dependency    has_dependents    true

Each new child increases `children` and `committed_cents` in its own transaction. The condition is
that the budget has room, so children that are created at the same time never exceed it. A child
that ends without completion returns its budget, but writes nothing to the parent. So the counter
may be too high, never too low. Whoever finds too little room counts again, and then writes the
correct sum. The condition of that write is that no child was created meanwhile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from agent_messaging.observability.log import logger
from agent_messaging.storage.table import Item, TransactItem
from agent_messaging.storage.transactions import BATCH_KEYS, batch_get
from agent_messaging.work_orders.item import CHILD, parse
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.narrowing import MOST_CHILDREN
from agent_messaging.work_orders.states import OPEN, Status
from agent_messaging.work_orders.table import WorkOrdersTable
from agent_messaging.work_orders.transition_write import conditions

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IS_OF_WORKER = "worker_id = :worker"
HAS_PLACE = "(attribute_not_exists(children) OR children < :most)"
HAS_ROOM = "(attribute_not_exists(committed_cents) OR committed_cents <= :room)"
IS_COUNTED = "children = :children_seen"


class Child(NamedTuple):
    """A child as its parent knows it."""

    work_order_id: str
    budget_cents: int
    depends_on: tuple[str, ...]


class Joined(NamedTuple):
    """A child with its head, None if the retention has removed it or if it cannot be read."""

    child: Child
    order: WorkOrder | None
    is_readable: bool = True

    @property
    def committed_cents(self) -> int:
        """How much of the parent's budget it takes. It returns what it was not completed for."""
        order = self.order
        returns = order is not None and order.is_final and order.status is not Status.COMPLETED
        return 0 if returns else self.child.budget_cents


@dataclass(frozen=True)
class ChildrenTable:
    """The orders' table, as far as it links orders."""

    client: "DynamoDBClient"
    orders: WorkOrdersTable

    def query(self, parent_id: str, after: str = "", limit: int | None = None) -> Iterator[Child]:
        """Yield the children of an order, oldest first, read consistently.

        They begin after the id `after`. `limit` is the size of a query.
        """
        start = f"{CHILD}#{after}~" if after else f"{CHILD}#"
        while start:
            found = self.orders.table.query(
                "work_order_id = :parent AND part BETWEEN :start AND :last",
                newest_first=False,
                limit=limit,
                consistent=True,
                parent=parent_id,
                start=start,
                last=f"{CHILD}#~",
            )
            yield from map(_child, found.items)
            start = f"{found.last_key['part']}~" if found.last_key else ""

    def parts(self, parent_id: str) -> list[str]:
        """Return the names of the items that link an order to its children."""
        return [part_of(each.work_order_id) for each in self.query(parent_id)]

    def read(self, children: Sequence[Child], now: datetime) -> list[Joined]:
        """Return children with their heads, read consistently."""
        keys = [self.orders.key(each.work_order_id) for each in children]
        found = batch_get(self.client, keys, consistent=True) if keys else []
        return [_joined(child, item, now) for child, item in zip(children, found, strict=True)]

    def read_heads(self, work_order_ids: Sequence[str], now: datetime) -> list[WorkOrder | None]:
        """Return the orders with these ids, read consistently; None if there is none."""
        keys = [self.orders.key(each) for each in work_order_ids]
        found = batch_get(self.client, keys, consistent=True) if keys else []
        return [None if item is None else parse(item, now) for item in found]

    def batches(
        self, parent_id: str, now: datetime, after: str = "", size: int = BATCH_KEYS
    ) -> Iterator[list[Joined]]:
        """Yield the children after an id with their heads, in batches of up to `size`."""
        yield from self.batches_of(self.query(parent_id, after, size), now, size)

    def batches_of(
        self, children: Iterator[Child], now: datetime, size: int = BATCH_KEYS
    ) -> Iterator[list[Joined]]:
        """Yield these children with their heads, in batches of up to `size`."""
        while batch := [*islice(children, size)]:
            yield self.read(batch, now)

    def transact_new(self, parent: WorkOrder, order: WorkOrder) -> TransactItem:
        """Return the write of the item that links a new child to its parent."""
        cents = cents_of(order)
        item: Item = {
            "work_order_id": parent.work_order_id,
            "part": part_of(order.work_order_id),
            "budget_cents": cents or None,
            "depends_on": list(order.depends_on or ()) or None,
        }
        return self.orders.table.transact_put(item, "attribute_not_exists(work_order_id)")

    def transact_commit(
        self, parent: WorkOrder, order: WorkOrder, now: datetime, counted: int | None
    ) -> TransactItem:
        """Return the write that counts a new child, and takes its budget from the parent's.

        Its condition is that the client of the child is the worker of the parent and in time.
        `counted` is the correct sum without the new child, if it was counted again.
        """
        cents = cents_of(order)
        clauses, values = conditions(parent, now)
        clauses += [IS_OF_WORKER, HAS_PLACE]
        values |= {"worker": order.client.id, "most": MOST_CHILDREN, "one": 1}
        expression = "ADD children :one"
        if counted is not None:
            expression = "SET committed_cents = :committed ADD children :one"
            clauses.append(IS_COUNTED)
            values |= {"committed": counted + cents, "children_seen": parent.children}
        elif cents and parent.budget_cents is not None:
            expression += ", committed_cents :cents"
            clauses.append(HAS_ROOM)
            values |= {"cents": cents, "room": parent.budget_cents - cents}
        key = self.orders.key(parent.work_order_id)[1]
        return self.orders.table.transact_update(key, expression, " AND ".join(clauses), **values)

    def transact_depend(self, dependency: WorkOrder) -> TransactItem:
        """Return the write that an open order has dependents. It fails if the order has ended."""
        states = {f"open{number}": status for number, status in enumerate(sorted(OPEN))}
        return self.orders.table.transact_update(
            self.orders.key(dependency.work_order_id)[1],
            "SET has_dependents = :yes",
            f"#status IN ({', '.join(f':{name}' for name in states)})",
            yes=True,
            **states,
        )


def cents_of(order: WorkOrder) -> int:
    """Return the budget of an order in cents, 0 if it has none."""
    return 0 if order.budget_usd is None else int(order.budget_usd * 100)


def part_of(work_order_id: str) -> str:
    """Return the name of the item that links this child to its parent."""
    return f"{CHILD}#{work_order_id}"


def _joined(child: Child, item: Item | None, now: datetime) -> Joined:
    try:
        return Joined(child, None if item is None else parse(item, now))
    except (KeyError, ValueError):
        logger.exception("a stored order cannot be read", work_order_id=child.work_order_id)
        return Joined(child, None, is_readable=False)


def _child(item: Any) -> Child:
    return Child(
        work_order_id=item["part"].partition("#")[2],
        budget_cents=int(item.get("budget_cents", 0)),
        depends_on=tuple(item.get("depends_on", ())),
    )
