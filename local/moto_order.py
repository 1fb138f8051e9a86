"""Keep the items of a table in the order of its key, or of the key of an index.

An order is built by the first query that needs it. Writes only note the keys that they changed. The
next query moves these items, so its cost does not grow with the table.

A query gets snapshots. Each is made once per change of its item, however often it is read.
"""

from __future__ import annotations

import copy
import threading
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import SecondaryIndex, Table

from local.moto_changes import item_at

Value = tuple[str, Any]
"""A type, and a Python value that sorts as DynamoDB sorts this type."""
Place = tuple[Value, ...]
"""The values of the attributes by which the items of a partition are sorted."""
Entry = tuple[Place, Item]
Key = tuple[DynamoType, DynamoType | None]

KEY_TYPES = ("S", "N", "B")
# Threads share a table, unless a server stands before it.
LOCK = threading.RLock()


class Snapshot(Item):
    """A copy of an item that nothing changes. It is measured, copied and projected only once."""

    @classmethod
    def of(cls, item: Item) -> Snapshot:
        """Return the item's snapshot."""
        found: Snapshot | None = vars(item).get("_snapshot")
        if found is None:
            found = object.__new__(cls)
            vars(found).update(vars(copy.deepcopy(item)), _bytes=item.size(), _projected={})
            vars(item)["_snapshot"] = found
        return found

    def size(self) -> int:
        """Return the bytes of the item."""
        size: int = vars(self)["_bytes"]
        return size

    def __deepcopy__(self, _memo: Any = None) -> Snapshot:
        """Return the snapshot itself."""
        return self

    def project(self, projection_expressions: list[list[str]]) -> Item:
        """Return some attributes of the item."""
        names = tuple(map(tuple, projection_expressions))
        projected: dict[Any, Item] = vars(self)["_projected"]
        if names not in projected:
            projected[names] = super().project(projection_expressions)
        return projected[names]


def value_of(found: DynamoType | None) -> Value | None:
    """Return a value of a key. None if a key cannot have this value."""
    return (found.type, found.cast_value) if found and found.type in KEY_TYPES else None


class Order:
    """The items that have all attributes of a key: sorted, and by the first attribute."""

    def __init__(self, attributes: Sequence[str]) -> None:
        self.attributes = attributes
        self._partitions: dict[Value, list[Entry]] = defaultdict(list)
        self._places: dict[Key, tuple[Value, Place]] = {}

    def fill(self, items: Iterable[Item]) -> None:
        """Add many items at once."""
        for item in items:
            if place := self._place(item):
                self._places[item.hash_key, item.range_key] = place
                self._partitions[place[0]].append((place[1], item))
        for entries in self._partitions.values():
            entries.sort(key=_place_of)

    def move(self, key: Key, item: Item | None) -> None:
        """Put an item where it belongs now, or nowhere."""
        if before := self._places.pop(key, None):
            entries = self._partitions[before[0]]
            del entries[bisect_left(entries, before[1], key=_place_of)]
            if not entries:
                del self._partitions[before[0]]
        if item is not None and (place := self._place(item)):
            self._places[key] = place
            insort(self._partitions[place[0]], (place[1], item), key=_place_of)

    def entries(self, first: Value | None) -> Sequence[Entry]:
        """Return the entries of a partition, in order."""
        return self._partitions.get(first, ()) if first else ()

    def _place(self, item: Item) -> tuple[Value, Place] | None:
        values = [value_of(item.attrs.get(name)) for name in self.attributes]
        first, *others = values
        place = tuple(value for value in others if value is not None)
        return (first, place) if first is not None and len(place) == len(others) else None


def _place_of(entry: Entry) -> Place:
    return entry[0]


class Orders:
    """The orders of one table. Whoever asks for one and reads it holds the LOCK."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._items = table.items
        self._orders: dict[tuple[str, ...], Order] = {}
        self._changed: set[Key] = set()

    @property
    def is_current(self) -> bool:
        """Whether the table has the same items object. Tests put another one there."""
        return self._table.items is self._items

    def note(self, key: Key) -> None:
        """Note that the item with this key changed."""
        with LOCK:
            if self._orders:
                self._changed.add(key)

    def by(self, attributes: Sequence[str]) -> Order:
        """Return the order by these attributes, with all changes."""
        for key in self._changed:
            item = item_at(self._table, *key)
            if item is not None:
                vars(item).pop("_snapshot", None)
            for order in self._orders.values():
                order.move(key, item)
        self._changed.clear()
        names = tuple(attributes)
        if names not in self._orders:
            order = Order(names)
            order.fill(_all(self._table))
            self._orders[names] = order
        return self._orders[names]


def _all(table: Table) -> list[Item]:
    items: Any = table.items
    if table.range_key_attr is None:
        return list(items.values())
    return [item for partition in items.values() for item in partition.values()]


def sorted_by(table: Table, index: SecondaryIndex | None) -> list[str]:
    """Return the attributes by which moto sorts a table, or an index: first the partition's."""
    own: list[str | None] = [table.hash_key_attr, table.range_key_attr]
    if index is None:
        return [name for name in own if name]
    hashes, ranges = _names(index, "HASH"), _names(index, "RANGE")
    return [name for name in (*hashes, *(ranges or own[1:]), *own) if name]


def _names(index: SecondaryIndex, kind: str) -> list[str]:
    return [each["AttributeName"] for each in index.schema if each["KeyType"] == kind]
