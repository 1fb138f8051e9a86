"""A work order as items of the table: a short head, and what is long in parts of its own.

    head      parties, status, times, `display` (what lists show and nobody changes), history
    offer     description, requirements, deliverables
    result    result_data, result_url, summary

A small offer or result stands in the head. A head of an ordinary order stays within 1 KB all its
life, which is what a write of it costs. A long offer or result is written once, under the same
`work_order_id`, and no transition touches it. `offer_bytes` and `result_bytes` in the head say that
such a part exists, and how large it is.
"""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agent_messaging import clock
from agent_messaging.fields import Party
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import OPEN, Status

Item = dict[str, Any]

HEAD = "head"
OFFER = "offer"
RESULT = "result"
PARTS = {
    OFFER: ("description", "requirements", "deliverables"),
    RESULT: ("result_data", "result_url", "summary"),
}

# A new head of this size has room for an accept, an end, its history and a short result within
# HEAD_BYTES. The keys of the index `due` do not count: they are gone before that room is needed.
NEW_HEAD_BYTES = 700
HEAD_BYTES = 1024

DUE_SHARDS = 4
DUE_KEYS = ("due_shard", "due_at")

# What the index `client_ended` lists. An order is also expired before anything has stored that, so
# no index can list the expired ones.
LISTED_ENDS = frozenset({Status.REJECTED, Status.CANCELLED, Status.COMPLETED, Status.FAILED})

TIMES = (
    "accepted_at",
    "rejected_at",
    "completed_at",
    "failed_at",
    "cancelled_at",
    "expired_at",
    "estimated_completion",
)


def offered(order: WorkOrder) -> WorkOrder:
    """The new order with `offer_bytes`, if its offer is a part of its own."""
    lasting = {name: value for name, value in head(order).items() if name not in DUE_KEYS}
    return _placed(order, OFFER, has_room=size_of(lasting) <= NEW_HEAD_BYTES)


def resulted(order: WorkOrder) -> WorkOrder:
    """The completed order with `result_bytes`, if its result is a part of its own."""
    return _placed(order, RESULT, has_room=size_of(head(order)) <= HEAD_BYTES)


def _placed(order: WorkOrder, part: str, *, has_room: bool) -> WorkOrder:
    content = _content(order, part)
    if has_room or not content:
        return order
    return order.model_copy(update={f"{part}_bytes": size_of(content)})


def head(order: WorkOrder) -> Item:
    """The head of an order in any state, without what is None."""
    item: Item = {
        "work_order_id": order.work_order_id,
        "part": HEAD,
        "client_id": order.client.id,
        "worker_id": order.worker.id,
        "status": str(order.status),
        "message_id": order.message_id,
        "thread_id": order.thread_id,
        "display": _display(order),
        **_due(order),
        **{name: _text(getattr(order, name)) for name in TIMES},
        "reason": order.reason,
        "history": list(order.history),
        "offer_bytes": order.offer_bytes,
        "result_bytes": order.result_bytes,
        "purge_at": order.purge_at,
        **({} if order.offer_bytes else _content(order, OFFER)),
        **({} if order.result_bytes else _content(order, RESULT)),
        **_index_keys(order),
    }
    return {name: value for name, value in item.items() if value is not None}


def part_item(order: WorkOrder, part: str) -> Item | None:
    """The item of a part, None if the head holds its content."""
    if not getattr(order, f"{part}_bytes"):
        return None
    item = {"work_order_id": order.work_order_id, "part": part, **_content(order, part)}
    return item if order.purge_at is None else {**item, "purge_at": order.purge_at}


def parse(item: Item, now: datetime) -> WorkOrder | None:
    """An order from its head; what lies in other parts is None. None past its retention."""
    if "purge_at" in item and item["purge_at"] <= clock.to_epoch(now):
        return None
    display = item["display"]
    given = {**item, **display}
    fields = {name: value for name, value in given.items() if name in WorkOrder.model_fields}
    client = Party(id=item["client_id"], name=display["client_name"])
    worker = Party(id=item["worker_id"], name=display["worker_name"])
    return WorkOrder.model_validate({**fields, "client": client, "worker": worker})


def completed(order: WorkOrder, parts: Mapping[str, Item]) -> WorkOrder:
    """The order with the content of its other parts."""
    update = {name: part.get(name) for key, part in parts.items() for name in PARTS[key]}
    return order.model_copy(update=update) if update else order


def parts_of(order: WorkOrder) -> list[str]:
    """The parts that hold what the order's head does not."""
    return [part for part in PARTS if getattr(order, f"{part}_bytes")]


def head_bytes(order: WorkOrder) -> int:
    """How large an order's head is at most; a character has four bytes or fewer."""
    texts = (order.title, order.client.name, order.worker.name, order.reason or "")
    return HEAD_BYTES + 4 * sum(map(len, texts))


def weight(order: WorkOrder) -> int:
    """How many bytes are read of an order that is shown, at most; its head tells."""
    return head_bytes(order) + (order.offer_bytes or 0) + (order.result_bytes or 0)


def size_of(item: Mapping[str, Any]) -> int:
    """Bytes of an item as DynamoDB counts them, at most a few too many for numbers.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _size_of_value(value) for name, value in item.items())


def _size_of_value(value: Any) -> int:
    if isinstance(value, str | bytes):
        return len(value if isinstance(value, bytes) else value.encode())
    if isinstance(value, Mapping):
        return 3 + len(value) + size_of(value)
    if isinstance(value, Sequence):
        return 3 + len(value) + sum(map(_size_of_value, value))
    return 1 if isinstance(value, bool) else len(str(value)) // 2 + 2


def _display(order: WorkOrder) -> Item:
    display = {
        "title": order.title,
        "client_name": order.client.name,
        "worker_name": order.worker.name,
        "budget_usd": order.budget_usd,
        "relationship": order.relationship,
        "is_verified": order.is_verified,
        "created_at": clock.to_text(order.created_at),
    }
    return {name: value for name, value in display.items() if value is not None}


def _due(order: WorkOrder) -> Item:
    """The deadline, and the keys of the index `due` while the order is pending."""
    if order.deadline_at is None:
        return {}
    deadline = clock.to_text(order.deadline_at)
    if order.status is not Status.PENDING:
        return {"deadline_at": deadline}
    return {
        "deadline_at": deadline,
        "due_shard": zlib.crc32(order.work_order_id.encode()) % DUE_SHARDS,
        "due_at": f"{deadline}#{order.work_order_id}",
    }


def _index_keys(order: WorkOrder) -> Item:
    """The keys of the indexes of open orders, or of the client's ended ones."""
    if order.status in OPEN:
        return {"open_worker_id": order.worker.id, "open_client_id": order.client.id}
    if order.status in LISTED_ENDS:
        return {"ended_for": ended_for(order.client.id, order.status)}
    return {}


def ended_for(client_id: str, status: Status | None) -> str:
    """Under what a client's ended orders of one status are listed; ids have no `#`."""
    return f"{client_id}#{status}"


def _content(order: WorkOrder, part: str) -> Item:
    values = {name: getattr(order, name) for name in PARTS[part]}
    return {name: value for name, value in values.items() if value is not None}


def _text(value: datetime | None) -> str | None:
    return None if value is None else clock.to_text(value)
