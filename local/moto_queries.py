"""Make moto's queries look only at the items that they answer, and at the next one.

moto compares and sorts the whole table for each query, then skips and counts. Here it gets the
items of one page, which it treats as before. So its answers stay the same. It gets more items where
the page does not follow from the keys alone:

- a partition, if `QueryFilter` or a start key of another partition is given
- all items, if an index has several partition or sort attributes
"""

from __future__ import annotations

import inspect
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import SecondaryIndex, Table

from local.moto_changes import listen
from local.moto_order import LOCK, Entry, Order, Orders, Place, Snapshot, Value, sorted_by, value_of
from local.moto_replace import Method, replace

Asked = Mapping[str, Any]
"""The arguments of `Table.query`."""


def narrow_queries(query: Method, all_items: Method) -> tuple[Method, Method]:
    """Give a query the items of its page only."""
    signature = inspect.signature(query)
    # Of each thread: without a server there may be several at once.
    asked = threading.local()

    def narrow_query(self: Table, *args: Any, **options: Any) -> Any:
        with LOCK:
            asked.candidates = candidates(self, signature.bind(self, *args, **options).arguments)
        try:
            return query(self, *args, **options)
        finally:
            del asked.candidates

    def narrow_all_items(self: Table) -> Any:
        found = getattr(asked, "candidates", None)
        return all_items(self) if found is None else found

    return narrow_query, narrow_all_items


def candidates(table: Table, asked: Asked) -> list[Item] | None:
    """Return the items that a query needs to see, in order. None means all."""
    index = _index(table, asked.get("index_name"))
    name = index.schema if index else table.schema
    if [each["KeyType"] for each in name] not in (["HASH"], ["HASH", "RANGE"]):
        return None
    wanted = asked["hash_key"]
    if index:
        wanted = dict(asked.get("hash_key_conditions") or ()).get(name[0]["AttributeName"])
    partition = value_of(wanted)
    if partition is None:
        return None
    order = _orders(table).by(sorted_by(table, index))
    return [Snapshot.of(item) for _, item in _page(order, partition, asked)]


def _index(table: Table, name: str | None) -> SecondaryIndex | None:
    return next((each for each in table.all_indexes() if each.name == name), None)


def _page(order: Order, partition: Value, asked: Asked) -> Sequence[Entry]:
    """Return the entries of a page and the next one, which tells moto that there are more."""
    entries, is_forward = order.entries(partition), asked["scan_index_forward"]
    if asked.get("filter_kwargs") or type(is_forward) is not bool:
        return entries
    low, high = bounds(entries, asked.get("range_comparison"), asked.get("range_objs") or ())
    if start := asked.get("exclusive_start_key"):
        place = _place(order, partition, start)
        if place is None:
            return entries
        if is_forward:
            low = max(low, bisect_right(entries, place, key=_place_of))
        else:
            high = min(high, bisect_left(entries, place, key=_place_of))
    limit = asked.get("limit") or len(entries)
    if is_forward:
        return entries[low : min(low + limit, high) + 1]
    return entries[max(max(high - limit, low) - 1, 0) : high]


def bounds(entries: Sequence[Entry], comparison: str | None, given: Any) -> tuple[int, int]:
    """Return where the entries that satisfy a condition on the sort key begin and end."""
    found = [value_of(each) for each in given]
    values = [value for value in found if value is not None]
    if not values or len(values) < len(found):
        return 0, len(entries)
    first = bisect_left(entries, values[0], key=_value_of)
    after = bisect_right(entries, values[-1], key=_value_of)
    if comparison == "BEGINS_WITH" and values[0][0] != "N":
        return first, bisect_right(entries, values[0], key=_beginning(values[0]))
    known = {
        "=": (first, after),
        "<": (0, first),
        "<=": (0, after),
        ">": (after, len(entries)),
        ">=": (first, len(entries)),
        "BETWEEN": (first, after),
    }
    return known.get(comparison or "", (0, len(entries)))


def _beginning(prefix: Value) -> Any:
    kind, length = prefix[0], len(prefix[1])

    def beginning(entry: Entry) -> Value:
        own, value = entry[0][0]
        return own, value[:length] if own == kind else value

    return beginning


def _place(order: Order, partition: Value, start: Mapping[str, Any]) -> Place | None:
    """Return the place of a start key. None if it lies in another partition, or is not whole."""
    try:
        found = [value_of(DynamoType(start[name])) for name in order.attributes]
    except (ArithmeticError, LookupError, TypeError):
        return None
    place = tuple(value for value in found if value is not None)
    is_here = len(place) == len(order.attributes) and place[0] == partition
    return place[1:] if is_here else None


def _place_of(entry: Entry) -> Place:
    return entry[0]


def _value_of(entry: Entry) -> Value:
    return entry[0][0]


def _orders(table: Table) -> Orders:
    found: Orders | None = vars(table).get("_orders")
    if found is None or not found.is_current:
        found = vars(table)["_orders"] = Orders(table)
    return found


def forget(table: Table) -> None:
    """Forget the orders of a table whose items were replaced or cleared."""
    vars(table).pop("_orders", None)


def _note(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> None:
    if "_orders" in vars(table):
        vars(table)["_orders"].note((hash_key, range_key))


def narrow_all_queries() -> None:
    """Replaces moto's queries."""
    query, all_items = narrow_queries(Table.query, Table.all_items)
    replace(Table, "query", query)
    replace(Table, "all_items", all_items)
    listen(_note)
