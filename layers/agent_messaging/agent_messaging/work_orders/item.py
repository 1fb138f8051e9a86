"""A work order as items of the table: a short head, and separate parts for long content.

    head      parties, status, times, `display` (fields of lists that never change), history
    offer     description, requirements, deliverables
    result    result_data, result_url, summary
    partial   partial_result, the last one that the worker reported
    schema    result_schema
    question#1, answer#1 and so on: what the worker asked, and what the client answered
    child#id  one for each child: its budget, and what it depends on (`children_table`)
    ended     a mark of an order that ended, until its children and dependents are settled

The head holds a small offer or result. The head of an ordinary order never exceeds 1 KB, the size
of a write unit. A long offer or result is written once, under the same `work_order_id`, and no
transition changes it. `offer_bytes`, `result_bytes` and `partial_bytes` in the head tell that such
a part exists, and its size. A schema is always a separate part, with `schema_bytes` in the head. So
an order without one needs no read to know that. `asked` and `answered` are the numbers of questions
and answers.
"""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agent_messaging import clock
from agent_messaging.work_orders import pool
from agent_messaging.work_orders.model import Question, Stored, WorkOrder
from agent_messaging.work_orders.states import ENDS, OPEN, Status

Item = dict[str, Any]

HEAD = "head"
LEAVING = "leaving"  # a mark, under the id of an agent
ENDED = "ended"  # a mark: what follows from the order's end is not settled
CHILD = "child"
OFFER = Stored.OFFER.value
RESULT = Stored.RESULT.value
PARTIAL = Stored.PARTIAL.value
SCHEMA = Stored.SCHEMA.value
QUESTION = "question"
ANSWER = "answer"

_FIELDS = WorkOrder.model_fields
_PLACES = {
    place: tuple(name for name, field in _FIELDS.items() if place in field.metadata)
    for place in Stored
}
PARTS = {each.value: _PLACES[each] for each in Stored if each is not Stored.DISPLAY}
_DISPLAYED = _PLACES[Stored.DISPLAY]
# A party's id is stored in the head, because indexes need it, and its name in `display`.
_ELSEWHERE = {"client", "worker", "due_at"}.union(*_PLACES.values())
_IN_HEAD = tuple(name for name in _FIELDS if name not in _ELSEWHERE)

# A new head of this size has room for an accept, an end, its history and a short result within
# HEAD_BYTES. The keys of the index `due` do not count, because they are removed before that.
NEW_HEAD_BYTES = 700
HEAD_BYTES = 1024
# What the claim of an order for candidates adds: the worker, the message and the thread.
WORKER_BYTES = 260

DUE_SHARDS = 4
DUE_KEYS = ("due_shard", "due_at")


def place_offer(order: WorkOrder) -> WorkOrder:
    """Return the new order, with the sizes of its offer and its schema if these are parts."""
    if order.result_schema is not None:
        schema_bytes = size_of(_values(order, PARTS[SCHEMA]))
        order = order.model_copy(update={"schema_bytes": schema_bytes})
    passing = (*DUE_KEYS, *pool.POOL_KEYS)
    lasting = {name: value for name, value in head(order).items() if name not in passing}
    most = NEW_HEAD_BYTES - (WORKER_BYTES if order.worker is None else 0)
    return _place(order, OFFER, has_room=size_of(lasting) <= most)


def place_result(order: WorkOrder) -> WorkOrder:
    """Return the completed order, with `result_bytes` if its result needs a separate part."""
    return _place(order, RESULT, has_room=size_of(head(order)) <= HEAD_BYTES)


def with_partial(order: WorkOrder) -> WorkOrder:
    """Return the order with the size of its partial result, which always is a separate part."""
    return _place(order, PARTIAL, has_room=False)


def _place(order: WorkOrder, part: str, *, has_room: bool) -> WorkOrder:
    content = _values(order, PARTS[part])
    if has_room or not content:
        return order
    return order.model_copy(update={f"{part}_bytes": size_of(content)})


def head(order: WorkOrder) -> Item:
    """Return the head of an order in any state, without fields that are None."""
    worker = order.worker
    return {
        "part": HEAD,
        "client_id": order.client.id,
        **({} if worker is None else {"worker_id": worker.id}),
        **_values(order, _IN_HEAD),
        "display": _display(order),
        **({} if order.offer_bytes else _values(order, PARTS[OFFER])),
        **({} if order.result_bytes else _values(order, PARTS[RESULT])),
        **_due_keys(order),
        **_index_keys(order),
        **pool.keys(order),
    }


def _display(order: WorkOrder) -> Item:
    """Return what lists show. The index `pool` has nothing else, so it repeats some attributes."""
    display = {**_values(order, _DISPLAYED), "client_name": order.client.name}
    if order.worker is not None:
        display["worker_name"] = order.worker.name
    if order.capability is not None:
        display |= {"client_id": order.client.id, **_values(order, pool.REPEATED)}
    return display


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


def ended_mark(work_order_id: str, now: datetime) -> Item:
    """Return the item that tells the sweep that an order ended at `now`, and others follow."""
    return {
        "work_order_id": work_order_id,
        "part": ENDED,
        "due_shard": due_shard(work_order_id),
        "due_at": due_key(work_order_id, now),
    }


def left_at(mark: Item) -> datetime:
    """Return when the agent of a mark left."""
    return clock.from_text(mark["due_at"].partition("#")[0])


def parse(item: Item, now: datetime) -> WorkOrder | None:
    """Return the order of a head, or None past its retention. Fields of other parts are None."""
    if "purge_at" in item and item["purge_at"] <= clock.to_epoch(now):
        return None
    given = {**item["display"], **item}
    fields = {name: given[name] for name in given.keys() & _FIELDS.keys()}
    fields["client"] = {"id": given["client_id"], "name": given["client_name"]}
    if "worker_id" in given:
        fields["worker"] = {"id": given["worker_id"], "name": given["worker_name"]}
    return WorkOrder.model_validate(fields)


def with_parts(order: WorkOrder, parts: Mapping[str, Item]) -> WorkOrder:
    """Return the order with the content of these parts."""
    update = {name: part.get(name) for key, part in parts.items() for name in PARTS[key]}
    return order.model_copy(update=update) if update else order


def parts_of(order: WorkOrder) -> list[str]:
    """Return the names of the separate parts that the order has."""
    return [part for part in PARTS if getattr(order, f"{part}_bytes")]


def question_item(order: WorkOrder, question: str) -> Item:
    """Return the item of the question that the order, as it is now, waits for."""
    return {
        "work_order_id": order.work_order_id,
        "part": f"{QUESTION}#{order.asked}",
        "question_id": order.question_id,
        "question": question,
        "asked_at": _stored(order.asked_at),
    }


def answer_item(order: WorkOrder, answer: str) -> Item:
    """Return the item of the answer that the order has just got."""
    return {
        "work_order_id": order.work_order_id,
        "part": f"{ANSWER}#{order.answered}",
        "answer": answer,
        "answered_at": _stored(order.answered_at),
    }


def question_parts(asked: int, answered: int) -> list[str]:
    """Return the names of the parts that hold so many questions and answers."""
    questions = [f"{QUESTION}#{number}" for number in range(1, asked + 1)]
    return questions + [f"{ANSWER}#{number}" for number in range(1, answered + 1)]


def questions_of(order: WorkOrder, parts: Mapping[str, Item]) -> list[Question]:
    """Return the questions of an order with their answers, the oldest first."""
    numbers = range(1, (order.asked or 0) + 1)
    pairs = (
        (parts[f"{QUESTION}#{number}"], parts.get(f"{ANSWER}#{number}", {})) for number in numbers
    )
    names = Question.model_fields
    return [
        Question.model_validate({name: each for name, each in {**q, **a}.items() if name in names})
        for q, a in pairs
    ]


def head_bytes(order: WorkOrder) -> int:
    """Return the largest size of an order's head in bytes. A character has at most four bytes."""
    names = (order.client.name, order.taken_by.name)
    texts = (order.title, *names, order.reason or "", order.note or "")
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
    """Return the keys of the index `due`, which lists the orders that the sweep has to look at.

    An entry may be early, but never late. So a renewed lease or a question leaves the stored entry
    as it is, and the sweep moves it (`WorkOrdersTable.postpone`).
    """
    if order.due is None:
        return {}
    due_at = due_key(order.work_order_id, order.due)
    return {
        "due_shard": due_shard(order.work_order_id),
        "due_at": due_at if order.due_at is None else min(order.due_at, due_at),
    }


def due_key(work_order_id: str, at: datetime) -> str:
    """Return the sort key of an order in the index `due`."""
    return f"{clock.to_text(at)}#{work_order_id}"


def due_shard(key: str) -> int:
    """Return the partition of an order or a mark in the index `due`. All releases agree on it."""
    return zlib.crc32(key.encode()) % DUE_SHARDS


def _index_keys(order: WorkOrder) -> Item:
    """Return the keys of the indexes of open orders, or of the client's ended ones.

    An order counts as expired before that is stored, so no index can list expired orders. An order
    that waits for the client's answer is in both indexes, so that a heartbeat can count it.
    """
    waits = {"ended_for": ended_for(order.client.id, order.status)}
    if order.status in OPEN:
        keys = {"open_client_id": order.client.id}
        if order.worker is not None:
            is_ready = order.is_ready is not False
            keys["open_worker_id"] = order.worker.id if is_ready else waiting_for(order.worker.id)
        return {**keys, **waits} if order.status is Status.INPUT_REQUIRED else keys
    return waits if order.status in ENDS else {}


def waiting_for(worker_id: str) -> str:
    """Return the key in `worker_open` of a worker's orders that are not ready.

    So they are in no count. Ids have no `#`.
    """
    return f"{worker_id}#waiting"


def ended_for(client_id: str, status: Status | None) -> str:
    """Return the key of a client's orders of one status in `client_ended`. Ids have no `#`."""
    return f"{client_id}#{status}"
