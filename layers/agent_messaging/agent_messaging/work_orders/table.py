"""The work orders' table: one item per order, and five indexes that hold keys.

    worker_all, client_all      agent id, work_order_id     every order; no transition touches them
    worker_open, client_open    agent id, work_order_id     only while pending or accepted
    due                         due_shard, deadline_at#id   only while pending with a deadline

A transition is an update under the condition that the order still is what was read, and that its
deadline allows it at that moment; whoever comes second fails there, whatever it read before.
"""

import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging import clock
from agent_messaging.agents.model import Agent
from agent_messaging.batches import batch_get
from agent_messaging.dynamodb import Entry, Found, Item, Table, TableKey
from agent_messaging.errors import WorkOrderNotFoundError
from agent_messaging.fields import Party
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import OPEN, Action, Role, Status, after

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DUE = "due"
DUE_SHARDS = 4

# The index of a role's orders and the attribute that it is under: all of them, and the open ones.
ALL_ORDERS = {Role.WORKER: ("worker_all", "worker_id"), Role.CLIENT: ("client_all", "client_id")}
OPEN_ORDERS = {
    Role.WORKER: ("worker_open", "open_worker_id"),
    Role.CLIENT: ("client_open", "open_client_id"),
}

# `~` sorts behind every letter of an id.
LAST = "wo_~"

IS_STILL = "#status = :was"
IS_IN_TIME = "(attribute_not_exists(deadline_at) OR deadline_at > :now)"
IS_OVERDUE = "deadline_at <= :now"


class WorkOrdersTable:
    """The work orders."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)

    def key(self, work_order_id: str) -> TableKey:
        """Where an order lies, for a batch read."""
        return self.table.name, {"work_order_id": work_order_id}

    def fetch(self, work_order_id: str) -> WorkOrder | None:
        """The order as it is this moment, None if there is none."""
        item = self.table.get({"work_order_id": work_order_id}, consistent=True)
        return None if item is None else parse(item)

    def put_entry(self, order: WorkOrder) -> Entry:
        """A new order, as part of a transaction."""
        return self.table.put_entry(_item(order), "attribute_not_exists(work_order_id)")

    def move_entry(
        self, order: WorkOrder, action: Action, now: datetime, changes: Mapping[str, Any]
    ) -> Entry:
        """The order moved by `action`, as part of a transaction.

        `changes` are further attributes to set; what is None among them is left as it is.

        Raises:
            IllegalTransitionError: `action` does not lead out of the order's status.
        """
        status = after(order.status, action)
        # What the clock has ended, it ended at the deadline, whenever the sweep comes by.
        at = order.deadline_at if action is Action.EXPIRE else now
        values = {"status": status, f"{status}_at": at, **changes}
        given = {name: _plain(value) for name, value in values.items() if value is not None}
        expression = f"SET {', '.join(f'#{name} = :{name}' for name in given)}"
        if gone := _attributes_gone(order.status, status):
            expression += f" REMOVE {', '.join(gone)}"
        condition = IS_STILL
        if order.status is Status.PENDING:
            condition += f" AND {IS_OVERDUE if action is Action.EXPIRE else IS_IN_TIME}"
            given["now"] = clock.to_text(now)
        return self.table.update_entry(
            self.key(order.work_order_id)[1], expression, condition, was=order.status, **given
        )

    def query(
        self,
        role: Role,
        agent_id: str,
        before: str | None,
        limit: int,
        *,
        is_open: bool,
        count: bool = False,
    ) -> Found:
        """Keys of an agent's orders, newest first, from behind `before`."""
        index, owner = (OPEN_ORDERS if is_open else ALL_ORDERS)[role]
        return self.table.query(
            f"{owner} = :agent AND work_order_id < :before",
            index=index,
            limit=limit,
            count=count,
            agent=agent_id,
            before=before or LAST,
        )

    def read_keys(self, found: Found) -> list[WorkOrder]:
        """The orders behind the keys of an index, in their order."""
        keys = [self.key(item["work_order_id"]) for item in found.items]
        return [parse(item) for item in batch_get(self.client, keys) if item is not None]

    def count_pending(self, agent: Agent, limit: int) -> int:
        """How many orders wait for the worker's answer, counted no further than `limit`.

        Open orders are pending or accepted, and the agent's own item knows the accepted ones, so
        keys suffice. The index may lag a moment behind that item.
        """
        examined = limit + agent.active_jobs
        found = self.query(Role.WORKER, agent.agent_id, None, examined, is_open=True, count=True)
        return max(0, min(limit, found.count - agent.active_jobs))

    def overdue(self, now: datetime) -> Iterator[str]:
        """The ids of orders that are pending past their deadline, as the index knows them."""
        for shard in range(DUE_SHARDS):
            after_key = " "
            while after_key:
                found = self.table.query(
                    "due_shard = :shard AND due_at BETWEEN :after AND :until",
                    index=DUE,
                    newest_first=False,
                    shard=shard,
                    after=after_key,
                    until=f"{clock.to_text(now)}~",
                )
                yield from (item["work_order_id"] for item in found.items)
                after_key = f"{found.last_key['due_at']}~" if found.last_key else ""


def parse(item: Item) -> WorkOrder:
    """An order from its item."""
    fields = {name: value for name, value in item.items() if name in WorkOrder.model_fields}
    client = Party(id=item["client_id"], name=item["client_name"])
    worker = Party(id=item["worker_id"], name=item["worker_name"])
    return WorkOrder.model_validate({**fields, "client": client, "worker": worker})


def unknown(work_order_id: str) -> WorkOrderNotFoundError:
    """The refusal for an order that is absent or not the caller's."""
    return WorkOrderNotFoundError(f"You have no work order `{work_order_id}`.")


def _attributes_gone(before: Status, now: Status) -> list[str]:
    """The attributes of sparse indexes that a transition takes away."""
    waiting = ["due_shard", "due_at"] if before is Status.PENDING else []
    ended = [] if now in OPEN else ["open_worker_id", "open_client_id"]
    return waiting + ended


def _plain(value: object) -> object:
    return clock.to_text(value) if isinstance(value, datetime) else value


def _item(order: WorkOrder) -> Item:
    item: Item = {
        "work_order_id": order.work_order_id,
        "client_id": order.client.id,
        "client_name": order.client.name,
        "worker_id": order.worker.id,
        "worker_name": order.worker.name,
        "title": order.title,
        "description": order.description,
        "requirements": order.requirements,
        "deliverables": order.deliverables,
        "budget_usd": order.budget_usd,
        "status": order.status,
        "message_id": order.message_id,
        "thread_id": order.thread_id,
        "relationship": order.relationship,
        "is_verified": order.is_verified,
        "created_at": clock.to_text(order.created_at),
        "open_worker_id": order.worker.id,
        "open_client_id": order.client.id,
    }
    if order.deadline_at is not None:
        deadline = clock.to_text(order.deadline_at)
        item["deadline_at"] = deadline
        item["due_shard"] = zlib.crc32(order.work_order_id.encode()) % DUE_SHARDS
        item["due_at"] = f"{deadline}#{order.work_order_id}"
    return item
