"""Capacity units: what DynamoDB charges for a call, from the sizes of its items.

Items are in DynamoDB's typed JSON, `None` where there is none; a table is its CreateTable request.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations
"""

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any

KIBIBYTE = 1024
READ_BLOCK = 4 * KIBIBYTE
TRANSACTION = 2  # each item of one is written twice: prepared, and committed

Item = Mapping[str, Any]


def size_of(item: Item) -> int:
    """Bytes of an item: its names and its values."""
    return sum(len(name.encode()) + size_of_value(value) for name, value in item.items())


def size_of_value(typed: Mapping[str, Any]) -> int:
    """Bytes of a value."""
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
    """Begun units of so many bytes."""
    return math.ceil(size_of(item) / unit)


def write_units(before: Item | None, after: Item | None) -> float:
    """Of a single write: the larger of both items; nothing there costs as much as a kilobyte."""
    return max([1, *(kilobytes(item) for item in (before, after) if item is not None)])


def index_units(
    table: Mapping[str, Any], before: Item | None, after: Item | None
) -> dict[str, float]:
    """Of each index that the same write changes; a transaction does not double these."""
    found = {
        index["IndexName"]: _index_units(table, index, before, after)
        for index in table.get("GlobalSecondaryIndexes", [])
    }
    return {name: units for name, units in found.items() if units}


def _index_units(
    table: Mapping[str, Any], index: Mapping[str, Any], before: Item | None, after: Item | None
) -> float:
    """An entry that moves to another key is taken away and put: two writes."""
    old, new = projected(table, index, before), projected(table, index, after)
    if old == new:
        return 0
    if old is None or new is None:
        return kilobytes(old or new or {})
    if any(old[name] != new[name] for name in key_of(index)):
        return kilobytes(old) + kilobytes(new)
    return max(kilobytes(old), kilobytes(new))


def key_of(keyed: Mapping[str, Any]) -> list[str]:
    """The attributes that a table or an index is keyed by."""
    return [part["AttributeName"] for part in keyed["KeySchema"]]


def projected(table: Mapping[str, Any], index: Mapping[str, Any], item: Item | None) -> Item | None:
    """An item as an index holds it; None if it lacks one of the index's keys."""
    if item is None or not set(key_of(index)) <= set(item):
        return None
    if index["Projection"]["ProjectionType"] == "ALL":
        return item
    kept = {*key_of(index), *key_of(table), *index["Projection"].get("NonKeyAttributes", [])}
    return {name: value for name, value in item.items() if name in kept}


def read_units(size: int, *, consistent: bool) -> float:
    """Of reading so many bytes at once; nothing costs as much as one block."""
    return max(1, math.ceil(size / READ_BLOCK)) * (1 if consistent else 0.5)


def batch_read_units(keys: int, found: Iterable[Item], *, consistent: bool) -> float:
    """Of reading so many keys of a table: item by item, and a block for each that is absent."""
    sizes = [size_of(item) for item in found]
    sizes += [0] * (keys - len(sizes))
    return sum(read_units(size, consistent=consistent) for size in sizes)
