"""Tell which item of a table has changed, whichever of moto's operations changed it.

A listener is called after the change, also when a refused transaction is undone. It gets the table
and the item's key. It reads the item there, or finds none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from local.moto_replace import Method, replace

Listener = Callable[[Table, DynamoType, DynamoType | None], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call the listener with each change from now on."""
    _listeners.append(listener)


def tell(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> None:
    """Call all listeners."""
    for listener in _listeners:
        listener(table, hash_key, range_key)


def item_at(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    """Return an item. moto's `get_item` creates a partition for each key that it does not find."""
    items: Any = table.items
    if range_key is not None:
        items, hash_key = items.get(hash_key, {}), range_key
    found: Item | None = items.get(hash_key)
    return found


def told_puts(put_item: Method) -> Method:
    """Tell of each item that is put."""

    def put(self: Table, *args: Any, **options: Any) -> Item:
        item: Item = put_item(self, *args, **options)
        tell(self, item.hash_key, item.range_key)
        return item

    return put


def told_deletes(delete_item: Method) -> Method:
    """Tell of each item that is deleted."""

    def delete(self: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
        item: Item | None = delete_item(self, hash_key, range_key)
        tell(self, hash_key, range_key)
        return item

    return delete


def tell_of_changes() -> None:
    """Replaces moto's writes. Updates change an item in place, so `moto_patches` tells of them."""
    replace(Table, "put_item", told_puts(Table.put_item))
    replace(Table, "delete_item", told_deletes(Table.delete_item))
