"""Capacity units: what DynamoDB charges for a call, from the sizes of its items.

Items are in DynamoDB's typed JSON. None means no item. A table is its CreateTable request.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations
"""

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any

KIBIBYTE = 1024
READ_BLOCK = 4 * KIBIBYTE
ITEM_OVERHEAD = 100  # of each item, for storage
TRANSACTION = 2  # each of its items is written twice: to prepare and to commit

Item = Mapping[str, Any]


def size_of(item: Item) -> int:
    """Return the bytes of an item: its names and its values."""
    return sum(len(name.encode()) + size_of_value(value) for name, value in item.items())


def size_of_value(typed: Mapping[str, Any]) -> int:
    """Return the bytes of a value."""
    ((kind, value),) = typed.items()
    if kind == "S":
        return len(value.encode())
    if kind == "B":
        return len(value if isinstance(value, bytes) else base64.b64decode(value))
    if kind == "N":
        return math.ceil(len(value.strip("-").replace(".", "")) / 2) + 1
    if kind == "M":
        return 3 + len(value) + size_of(value)
    if kind == "L":
        return 3 + len(value) + sum(map(size_of_value, value))
    return 1


def kilobytes(item: Item, unit: int = KIBIBYTE) -> int:
    """Return the units of these bytes, rounded up."""
    return math.ceil(size_of(item) / unit)


def write_units(before: Item | None, after: Item | None) -> float:
    """Return the units of a single write: those of the larger item. No item costs one unit."""
    return max([1, *(kilobytes(item) for item in (before, after) if item is not None)])


def index_units(
    table: Mapping[str, Any], before: Item | None, after: Item | None
) -> dict[str, float]:
    """Return the units of all indexes that the write changes. Transactions do not double these."""
    found = {
        index["IndexName"]: _index_units(table, index, before, after)
        for index in table.get("GlobalSecondaryIndexes", [])
    }
    return {name: units for name, units in found.items() if units}


def _index_units(
    table: Mapping[str, Any], index: Mapping[str, Any], before: Item | None, after: Item | None
) -> float:
    """Return the units of one index. An entry that gets another key costs two writes."""
    old, new = projected(table, index, before), projected(table, index, after)
    if old == new:
        return 0
    if old is None or new is None:
        return kilobytes(old or new or {})
    if any(old[name] != new[name] for name in key_of(index)):
        return kilobytes(old) + kilobytes(new)
    return max(kilobytes(old), kilobytes(new))


def key_of(keyed: Mapping[str, Any]) -> list[str]:
    """Return the key attributes of a table or an index."""
    return [part["AttributeName"] for part in keyed["KeySchema"]]


def projected(table: Mapping[str, Any], index: Mapping[str, Any], item: Item | None) -> Item | None:
    """Return an item as an index has it, or None if it lacks one of the index's keys."""
    if item is None or not set(key_of(index)) <= set(item):
        return None
    if index["Projection"]["ProjectionType"] == "ALL":
        return item
    kept = {*key_of(index), *key_of(table), *index["Projection"].get("NonKeyAttributes", [])}
    return {name: value for name, value in item.items() if name in kept}


def stored_bytes(table: Mapping[str, Any], item: Item | None) -> int:
    """Return the bytes that DynamoDB bills for an item and its entries in the indexes.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    entries = [projected(table, index, item) for index in table.get("GlobalSecondaryIndexes", [])]
    held = [each for each in (item, *entries) if each is not None]
    return sum(size_of(each) + ITEM_OVERHEAD for each in held)


def read_units(size: int, *, consistent: bool) -> float:
    """Return the units of reading these bytes at once. Reading nothing costs one block."""
    return max(1, math.ceil(size / READ_BLOCK)) * (1 if consistent else 0.5)


def batch_read_units(keys: int, found: Iterable[Item], *, consistent: bool) -> float:
    """Return the units of reading keys of a table. A missing item costs one block."""
    sizes = [size_of(item) for item in found]
    sizes += [0] * (keys - len(sizes))
    return sum(read_units(size, consistent=consistent) for size in sizes)
