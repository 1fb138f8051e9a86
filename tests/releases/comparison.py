"""What differs between two answers, or between what two versions store."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from local.in_process import memory, units

Stored = dict[tuple[str, str], Any]  # an item by its table and its key
ABSENT = "(absent)"
JSON_TEXTS = ("{", "[")
WORD = re.compile(r"[a-z_]{3,20}")


class Difference(NamedTuple):
    """At one place, the release has one value and this checkout another.

    `where` is the request or the table. `pointer` leads to the value, with `*` for a place in a
    list.
    """

    where: str
    pointer: str
    release: Any
    checkout: Any

    def __str__(self) -> str:
        release, checkout = (_short(each) for each in (self.release, self.checkout))
        return f"{self.where} {self.pointer}: {release} in the release, {checkout} in this code"


def of_results(where: str, release: Any, checkout: Any) -> list[Difference]:
    """Return the differences of what two functions returned for an event."""
    found = _pairs(release, checkout, "")
    return [Difference(where, *each) for each in found]


def stored() -> Stored:
    """Return all items as DynamoDB's typed JSON."""
    found = {}
    for name, table in memory.tables().items():
        keys = units.key_of({"KeySchema": table.schema})
        for item in table.all_items():
            attributes = item.to_json()["Attributes"]
            key = json.dumps([attributes[each] for each in keys])
            found[name, key] = attributes
    return found


def words(everything: Stored) -> set[str]:
    """Return the tables and the words that are stored, such as a status, at any depth."""
    found, ahead = {table for table, _ in everything}, list(everything.values())
    while ahead:
        value = ahead.pop()
        if isinstance(value, dict):
            ahead += value.values()
        elif isinstance(value, list):
            ahead += value
        elif isinstance(value, str) and WORD.fullmatch(value):
            found.add(value)
    return found


def of_stored(release: Stored, checkout: Stored) -> list[Difference]:
    """Return what the release stores and this checkout lacks or stores differently.

    Items and attributes that only this checkout stores are no difference. The release ignores them,
    or the answers show it.
    """
    found = []
    for place, item in release.items():
        table, _ = place
        for pointer, old, new in _pairs(item, checkout.get(place, ABSENT), ""):
            if old != ABSENT:
                found.append(Difference(table, pointer, old, new))
    return found


def _pairs(release: Any, checkout: Any, pointer: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield the pointer and both values of each difference. JSON in a text is read as JSON."""
    if release == checkout:
        return
    inner = list(_inner_pairs(release, checkout, pointer))
    yield from inner or [(pointer, release, checkout)]  # the same JSON, in other bytes


def _inner_pairs(release: Any, checkout: Any, pointer: str) -> Iterator[tuple[str, Any, Any]]:
    match _parsed(release), _parsed(checkout):
        case Mapping() as old, Mapping() as new:
            for name in sorted({*old, *new}):
                there = old.get(name, ABSENT), new.get(name, ABSENT)
                yield from _pairs(*there, f"{pointer}/{name}")
        case list() as old, list() as new if len(old) == len(new):
            for one, other in zip(old, new, strict=True):
                yield from _pairs(one, other, f"{pointer}/*")
        case old, new:
            yield pointer, old, new


def _parsed(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(JSON_TEXTS):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _short(value: Any) -> str:
    text = value if value == ABSENT else json.dumps(value, default=str)
    return text if len(text) <= 100 else f"{text[:100]}..."
