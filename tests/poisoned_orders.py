"""Orders as large and as deeply nested as a stranger can make them, by the hundred.

They are made by the product's own models and written by its own table, as items in DynamoDB's typed
JSON; no request is needed, so three hundred of them take less than a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from agent_messaging import ids
from agent_messaging.fields import OBJECT_BYTES, Party
from agent_messaging.storage.table import encode
from agent_messaging.work_orders import item
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Action, Status
from agent_messaging.work_orders.table import WorkOrdersTable

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
DEPTH = 29
WAYS: dict[Status, tuple[Action, ...]] = {
    Status.PENDING: (),
    Status.ACCEPTED: (Action.ACCEPT,),
    Status.REJECTED: (Action.REJECT,),
    Status.CANCELLED: (Action.CANCEL,),
    Status.COMPLETED: (Action.ACCEPT, Action.COMPLETE),
    Status.FAILED: (Action.ACCEPT, Action.FAIL),
}


@cache
def nested(size: int = OBJECT_BYTES - 64, depth: int = DEPTH) -> str:
    """A JSON object of nearly `size` bytes: arrays in arrays, `depth` deep."""
    unit = "[" * depth + "]" * depth
    return '{"a":[' + ",".join([unit] * (size // (len(unit) + 1))) + "]}"


def orders(
    number: int,
    client: str = "nova",
    worker: str = "boots",
    *,
    statuses: tuple[Status, ...] = (Status.PENDING,),
    deadline_at: datetime | None = None,
    now: datetime = NOW,
) -> Iterator[dict[str, Any]]:
    """The items of so many orders, a head and its parts each; statuses take turns.

    Requirements and deliverables are 64 KB each, and so is the result of a completed one. They are
    checked and hashed once: the history of each order begins with the record of the first.
    """
    first = offered(now - timedelta(minutes=number), client, worker, deadline_at)
    for place in range(number):
        at = now - timedelta(minutes=number - place)
        own = {
            "work_order_id": ids.new("wo", at),
            "message_id": ids.new("msg", at),
            "thread_id": ids.new_thread(at, client, worker),
            "created_at": at,
        }
        yield from items(first.model_copy(update=own), WAYS[statuses[place % len(statuses)]])


def offered(at: datetime, client: str, worker: str, deadline_at: datetime | None) -> WorkOrder:
    """A pending order."""
    return WorkOrder.create(
        work_order_id=ids.new("wo", at),
        client=Party(id=client, name=client.title()),
        worker=Party(id=worker, name=worker.title()),
        title="Estimates",
        description="Fifty of them",
        requirements=nested(),
        deliverables=nested(),
        deadline_at=deadline_at,
        message_id=ids.new("msg", at),
        thread_id=ids.new_thread(at, client, worker),
        is_verified=True,
        created_at=at,
    )


def items(order: WorkOrder, way: tuple[Action, ...]) -> Iterator[dict[str, Any]]:
    """An order after some actions, as the table would leave it."""
    client: Any = None
    table = WorkOrdersTable(client, "WorkOrdersTable")
    order = item.place_offer(order)
    for action in way:
        changes = {"result_data": nested()} if action is Action.COMPLETE else {}
        order = table.transact_transition(order, action, order.created_at, changes).order
    yield encode(item.head(order))
    for part in item.PARTS:
        if stored := item.part_item(order, part):
            yield encode(stored)
