"""Make moto's queries look at one partition, of a table or of an index.

moto compares and sorts the whole table for each query.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Iterable
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from local.moto_replace import Method, replace


def narrow_queries(query: Method, all_items: Method) -> tuple[Method, Method]:
    """Make a query sort only its partition. moto sorts the whole table for each query."""
    signature = inspect.signature(query)
    # Of each thread: without a server there may be several at once.
    asked = threading.local()

    def narrow_query(self: Table, hash_key: Any, *args: Any, **options: Any) -> Any:
        given = signature.bind(self, hash_key, *args, **options).arguments
        if given.get("index_name"):
            asked.candidates = _indexed(self, given.get("hash_key_conditions") or [])
        else:
            asked.candidates = _candidates(self, hash_key)
        try:
            return query(self, hash_key, *args, **options)
        finally:
            del asked.candidates

    def narrow_all_items(self: Table) -> Any:
        return asked.candidates if hasattr(asked, "candidates") else all_items(self)

    return narrow_query, narrow_all_items


def _candidates(table: Table, hash_key: DynamoType | None) -> list[Item]:
    """Return the items of one partition, or of the table for an index, in any order."""
    if table.range_key_attr is None:
        items: Any = table.items
        return list(items.values()) if hash_key is None else [items[hash_key]] * (hash_key in items)
    if hash_key is not None:
        return list(table.items.get(hash_key, {}).values())
    return [item for partition in table.items.values() for item in partition.values()]


def _indexed(table: Table, conditions: Iterable[tuple[str, DynamoType]]) -> list[Item]:
    """Return the items of one partition of an index, in any order.

    moto compares them again, so only strings are compared here: equal numbers may differ as text.
    """
    items = _candidates(table, None)
    for name, wanted in conditions:
        if wanted.type == "S":
            items = [item for item in items if _value(item, name) == wanted.value]
    return items


def _value(item: Item, name: str) -> Any:
    found = item.attrs.get(name)
    return None if found is None else found.value


def narrow_all_queries() -> None:
    """Replaces moto's queries."""
    query, all_items = narrow_queries(Table.query, Table.all_items)
    replace(Table, "query", query)
    replace(Table, "all_items", all_items)
