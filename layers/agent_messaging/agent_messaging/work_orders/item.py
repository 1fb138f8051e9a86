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
from agent_messaging.work_orders.model import Stored, WorkOrder
from agent_messaging.work_orders.states import ENDS, OPEN, Status

Item = dict[str, Any]

HEAD = "head"
OFFER = Stored.OFFER.value
RESULT = Stored.RESULT.value

_FIELDS = WorkOrder.model_fields
_PLACES = {
    place: tuple(name for name, field in _FIELDS.items() if place in field.metadata)
    for place in Stored
}
PARTS = {OFFER: _PLACES[Stored.OFFER], RESULT: _PLACES[Stored.RESULT]}
_DISPLAYED = _PLACES[Stored.DISPLAY]
# The parties are stored as an id in the head, which indexes need, and a name in `display`.
_ELSEWHERE = {"client", "worker"}.union(*_PLACES.values())
_IN_HEAD = tuple(name for name in _FIELDS if name not in _ELSEWHERE)

# A new head of this size has room for an accept, an end, its history and a short result within
# HEAD_BYTES. The keys of the index `due` do not count: they are gone before that room is needed.
NEW_HEAD_BYTES = 700
HEAD_BYTES = 1024

DUE_SHARDS = 4
DUE_KEYS = ("due_shard", "due_at")


def place_offer(order: WorkOrder) -> WorkOrder:
    """Return the new order, with `offer_bytes` if its offer is a part of its own."""
    lasting = {name: value for name, value in head(order).items() if name not in DUE_KEYS}
    return _place(order, OFFER, has_room=size_of(lasting) <= NEW_HEAD_BYTES)


def place_result(order: WorkOrder) -> WorkOrder:
    """Return the completed order, with `result_bytes` if its result is a part of its own."""
    return _place(order, RESULT, has_room=size_of(head(order)) <= HEAD_BYTES)


def _place(order: WorkOrder, part: str, *, has_room: bool) -> WorkOrder:
    content = _values(order, PARTS[part])
    if has_room or not content:
        return order
    return order.model_copy(update={f"{part}_bytes": size_of(content)})


def head(order: WorkOrder) -> Item:
    """Return the head of an order in any state, without what is None."""
    names = {"client_name": order.client.name, "worker_name": order.worker.name}
    return {
        "part": HEAD,
        "client_id": order.client.id,
        "worker_id": order.worker.id,
        **_values(order, _IN_HEAD),
        "display": {**_values(order, _DISPLAYED), **names},
        **({} if order.offer_bytes else _values(order, PARTS[OFFER])),
        **({} if order.result_bytes else _values(order, PARTS[RESULT])),
        **_due_keys(order),
        **_index_keys(order),
    }


def part_item(order: WorkOrder, part: str) -> Item | None:
    """Return the item of a part, None if the head holds its content."""
    if not getattr(order, f"{part}_bytes"):
        return None
    item = {"work_order_id": order.work_order_id, "part": part, **_values(order, PARTS[part])}
    return item if order.purge_at is None else {**item, "purge_at": order.purge_at}


def parse(item: Item, now: datetime) -> WorkOrder | None:
    """Return the order of a head; what lies in other parts is None. None past its retention."""
    if "purge_at" in item and item["purge_at"] <= clock.to_epoch(now):
        return None
    given = {**item, **item["display"]}
    fields = {name: given[name] for name in given.keys() & _FIELDS.keys()}
    fields["client"] = {"id": given["client_id"], "name": given["client_name"]}
    fields["worker"] = {"id": given["worker_id"], "name": given["worker_name"]}
    return WorkOrder.model_validate(fields)


def with_parts(order: WorkOrder, parts: Mapping[str, Item]) -> WorkOrder:
    """Return the order with the content of its other parts."""
    update = {name: part.get(name) for key, part in parts.items() for name in PARTS[key]}
    return order.model_copy(update=update) if update else order


def parts_of(order: WorkOrder) -> list[str]:
    """Return the parts that hold what the order's head does not."""
    return [part for part in PARTS if getattr(order, f"{part}_bytes")]


def head_bytes(order: WorkOrder) -> int:
    """Return how large an order's head is at most. A character has four bytes or fewer."""
    texts = (order.title, order.client.name, order.worker.name, order.reason or "")
    return HEAD_BYTES + 4 * sum(map(len, texts))


def weight(order: WorkOrder) -> int:
    """Return how many bytes are read of an order that is shown, at most. Its head tells."""
    return head_bytes(order) + (order.offer_bytes or 0) + (order.result_bytes or 0)


def size_of(item: Mapping[str, Any]) -> int:
    """Return the bytes of an item as DynamoDB counts them, at most a few too many for numbers.

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


def _values(order: WorkOrder, names: Sequence[str]) -> Item:
    """Return these fields as they are stored, without what is None."""
    values = ((name, getattr(order, name)) for name in names)
    return {name: _stored(value) for name, value in values if value is not None}


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.to_text(value)
    return list(value) if isinstance(value, tuple) else value


def _due_keys(order: WorkOrder) -> Item:
    """Return the keys of the index `due`, which a pending order with a deadline has."""
    if order.deadline_at is None or order.status is not Status.PENDING:
        return {}
    return {
        "due_shard": zlib.crc32(order.work_order_id.encode()) % DUE_SHARDS,
        "due_at": f"{clock.to_text(order.deadline_at)}#{order.work_order_id}",
    }


def _index_keys(order: WorkOrder) -> Item:
    """Return the keys of the indexes of open orders, or of the client's ended ones.

    An order is also expired before anything has stored that, so no index can list expired ones.
    """
    if order.status in OPEN:
        return {"open_worker_id": order.worker.id, "open_client_id": order.client.id}
    if order.status in ENDS:
        return {"ended_for": ended_for(order.client.id, order.status)}
    return {}


def ended_for(client_id: str, status: Status | None) -> str:
    """Return the key of a client's ended orders of one status. Ids have no `#`."""
    return f"{client_id}#{status}"
