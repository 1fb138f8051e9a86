"""A work order as items of the table: a short head, and separate parts for long content.

    head      parties, status, times, `display` (fields of lists that never change), history
    offer     description, requirements, deliverables
    result    result_data, result_url, summary
    schema    result_schema

The head holds a small offer or result. The head of an ordinary order never exceeds 1 KB, the size
of a write unit. A long offer or result is written once, under the same `work_order_id`, and no
transition changes it. `offer_bytes` and `result_bytes` in the head tell that such a part exists,
and its size. A schema is always a separate part, with `schema_bytes` in the head. So an order
without one needs no read to know that.
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
LEAVING = "leaving"  # a mark, under the id of an agent
OFFER = Stored.OFFER.value
RESULT = Stored.RESULT.value
SCHEMA = Stored.SCHEMA.value

_FIELDS = WorkOrder.model_fields
_PLACES = {
    place: tuple(name for name, field in _FIELDS.items() if place in field.metadata)
    for place in Stored
}
PARTS = {each.value: _PLACES[each] for each in (Stored.OFFER, Stored.RESULT, Stored.SCHEMA)}
_DISPLAYED = _PLACES[Stored.DISPLAY]
# A party's id is stored in the head, because indexes need it, and its name in `display`.
_ELSEWHERE = {"client", "worker"}.union(*_PLACES.values())
_IN_HEAD = tuple(name for name in _FIELDS if name not in _ELSEWHERE)

# A new head of this size has room for an accept, an end, its history and a short result within
# HEAD_BYTES. The keys of the index `due` do not count, because they are removed before that.
NEW_HEAD_BYTES = 700
HEAD_BYTES = 1024

DUE_SHARDS = 4
DUE_KEYS = ("due_shard", "due_at")


def place_offer(order: WorkOrder) -> WorkOrder:
    """Return the new order, with the sizes of its offer and its schema if these are parts."""
    if order.result_schema is not None:
        schema_bytes = size_of(_values(order, PARTS[SCHEMA]))
        order = order.model_copy(update={"schema_bytes": schema_bytes})
    lasting = {name: value for name, value in head(order).items() if name not in DUE_KEYS}
    return _place(order, OFFER, has_room=size_of(lasting) <= NEW_HEAD_BYTES)


def place_result(order: WorkOrder) -> WorkOrder:
    """Return the completed order, with `result_bytes` if its result needs a separate part."""
    return _place(order, RESULT, has_room=size_of(head(order)) <= HEAD_BYTES)


def _place(order: WorkOrder, part: str, *, has_room: bool) -> WorkOrder:
    content = _values(order, PARTS[part])
    if has_room or not content:
        return order
    return order.model_copy(update={f"{part}_bytes": size_of(content)})


def head(order: WorkOrder) -> Item:
    """Return the head of an order in any state, without fields that are None."""
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
    """Return the item of a part, or None if the head holds its content."""
    if not getattr(order, f"{part}_bytes"):
        return None
    item = {"work_order_id": order.work_order_id, "part": part, **_values(order, PARTS[part])}
    return item if order.purge_at is None else {**item, "purge_at": order.purge_at}


def leaving_mark(agent_id: str, now: datetime) -> Item:
    """Return the item that tells the sweep that an agent left at `now`."""
    return {
        "work_order_id": agent_id,
        "part": LEAVING,
        "due_shard": due_shard(agent_id),
        "due_at": f"{clock.to_text(now)}#{agent_id}",
    }


def left_at(mark: Item) -> datetime:
    """Return when the agent of a mark left."""
    return clock.from_text(mark["due_at"].partition("#")[0])


def parse(item: Item, now: datetime) -> WorkOrder | None:
    """Return the order of a head, or None past its retention. Fields of other parts are None."""
    if "purge_at" in item and item["purge_at"] <= clock.to_epoch(now):
        return None
    given = {**item, **item["display"]}
    fields = {name: given[name] for name in given.keys() & _FIELDS.keys()}
    fields["client"] = {"id": given["client_id"], "name": given["client_name"]}
    fields["worker"] = {"id": given["worker_id"], "name": given["worker_name"]}
    return WorkOrder.model_validate(fields)


def with_parts(order: WorkOrder, parts: Mapping[str, Item]) -> WorkOrder:
    """Return the order with the content of these parts."""
    update = {name: part.get(name) for key, part in parts.items() for name in PARTS[key]}
    return order.model_copy(update=update) if update else order


def parts_of(order: WorkOrder) -> list[str]:
    """Return the names of the separate parts that the order has."""
    return [part for part in PARTS if getattr(order, f"{part}_bytes")]


def head_bytes(order: WorkOrder) -> int:
    """Return the largest size of an order's head in bytes. A character has at most four bytes."""
    texts = (order.title, order.client.name, order.worker.name, order.reason or "")
    return HEAD_BYTES + 4 * sum(map(len, texts))


def weight(order: WorkOrder) -> int:
    """Return the largest number of bytes to read for showing an order, from its head alone."""
    return head_bytes(order) + sum(getattr(order, f"{part}_bytes") or 0 for part in PARTS)


def size_of(item: Mapping[str, Any]) -> int:
    """Return the bytes of an item as DynamoDB counts them. Numbers may count a few bytes more.

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
    """Return these fields as they are stored, without those that are None."""
    values = ((name, getattr(order, name)) for name in names)
    return {name: _stored(value) for name, value in values if value is not None}


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.to_text(value)
    return list(value) if isinstance(value, tuple) else value


def _due_keys(order: WorkOrder) -> Item:
    """Return the keys of the index `due`, which lists pending orders with a deadline."""
    if order.deadline_at is None or order.status is not Status.PENDING:
        return {}
    return {
        "due_shard": due_shard(order.work_order_id),
        "due_at": f"{clock.to_text(order.deadline_at)}#{order.work_order_id}",
    }


def due_shard(key: str) -> int:
    """Return the partition of an order or a mark in the index `due`. All releases agree on it."""
    return zlib.crc32(key.encode()) % DUE_SHARDS


def _index_keys(order: WorkOrder) -> Item:
    """Return the keys of the indexes of open orders, or of the client's ended ones.

    An order counts as expired before that is stored, so no index can list expired orders.
    """
    if order.status in OPEN:
        return {"open_worker_id": order.worker.id, "open_client_id": order.client.id}
    if order.status in ENDS:
        return {"ended_for": ended_for(order.client.id, order.status)}
    return {}


def ended_for(client_id: str, status: Status | None) -> str:
    """Return the key of a client's ended orders of one status. Ids have no `#`."""
    return f"{client_id}#{status}"
