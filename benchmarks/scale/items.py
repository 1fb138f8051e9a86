"""Items as the product's tables write them, and the units of a write for each key.

The tables get a client that records their requests. The indexes are those of the template. An index
takes units only if a write changes what it has of an item, and twice if the key changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

from benchmarks.scale.limits import TRANSACTION_FACTOR
from local.cloudformation import parse

# Other modules use the calculator through this one.
from local.in_process.units import kilobytes, projected, size_of
from local.template import TEMPLATE as TEMPLATE_FILE
from local.template import load

TEMPLATE = load()
PARAMETERS: Mapping[str, Any] = parse(TEMPLATE_FILE.read_text("utf-8"), "")["Parameters"]
TABLES: dict[str, Mapping[str, Any]] = {table.name: table.create for table in TEMPLATE.tables}

__all__ = ["PARAMETERS", "TEMPLATE", "Item", "Touch", "held", "kilobytes", "size_of", "writes"]

# Sort keys that begin with a time: new items come last, so after a split one part stays hot. And
# the parts of one order, of which only the head is hot.
GROWING = {"message_id", "slot", "work_order_id", "due_at", "window", "part"}

Item = Mapping[str, Any]  # in DynamoDB's typed JSON


class Touch(NamedTuple):
    """The units of one key of a table or an index for a call."""

    place: str
    key: str
    units: float


@dataclass
class Recorder:
    """A client that records writes and answers nothing."""

    items: list[Item] = field(default_factory=list)
    meta: Any = field(
        default_factory=lambda: SimpleNamespace(
            config=SimpleNamespace(retries={}, connect_timeout=1, read_timeout=1)
        )
    )

    def put_item(self, **request: Any) -> dict[str, Any]:
        """Record the item."""
        self.items.append(request["Item"])
        return {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        """Record the key."""
        self.items.append(request["Key"])
        return {"Attributes": request["Key"]}

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        """Record each item, or its key."""
        for entry in request["TransactItems"]:
            [write] = entry.values()
            self.items.append(write.get("Item") or write["Key"])
        return {}


def writes(
    table: str, after: Item | None, before: Item | None = None, *, in_transaction: bool = False
) -> Iterator[Touch]:
    """Yield the units of a write for the table and each index. None means no item."""
    factor = TRANSACTION_FACTOR if in_transaction else 1
    units = max(kilobytes(item) for item in (after, before) if item is not None)
    yield Touch(table, _key(TABLES[table], after or before or {}), units * factor)
    # Indexes are written once, outside the transaction.
    for index in TABLES[table].get("GlobalSecondaryIndexes", []):
        place = f"{table}/{index['IndexName']}"
        was, now = (projected(TABLES[table], index, item) or {} for item in (before, after))
        if was == now:
            continue
        if was and now and _keys(index, was) == _keys(index, now):
            yield Touch(place, _key(index, now), max(kilobytes(was), kilobytes(now)))
            continue
        yield from (Touch(place, _key(index, held), kilobytes(held)) for held in (was, now) if held)


def reads(table: str, key: str, item: Item, *, consistent: bool = False) -> Touch:
    """Return the units of reading one item. A missing item is empty."""
    return Touch(table, key, max(1, kilobytes(item, 4096)) * (1 if consistent else 0.5))


def queried(place: str, key: str, item: Item, number: float) -> Touch:
    """Return the units of an eventually consistent query over this many items."""
    return Touch(place, key, max(1, -(-size_of(held(place, item)) * number // 4096)) * 0.5)


def held(place: str, item: Item) -> Item:
    """Return what a table or an index has of an item."""
    table, _, name = place.partition("/")
    indexes = TABLES[table].get("GlobalSecondaryIndexes", [])
    named = [index for index in indexes if index["IndexName"] == name]
    return (projected(TABLES[table], named[0], item) or {}) if named else item


def is_divisible(place: str) -> bool:
    """Return whether a split helps a hot key: it has several items, and new ones have any place."""
    table, _, name = place.partition("/")
    indexes = TABLES[table].get("GlobalSecondaryIndexes", [])
    schema = next((each for each in indexes if each["IndexName"] == name), TABLES[table])
    sort_keys = [part["AttributeName"] for part in schema["KeySchema"][1:]]
    return bool(sort_keys) and not GROWING & set(sort_keys)


def _keys(schema: Mapping[str, Any], item: Item) -> list[Any]:
    return [item[part["AttributeName"]] for part in schema["KeySchema"]]


def _key(schema: Mapping[str, Any], item: Item) -> str:
    [(_, value)] = item[schema["KeySchema"][0]["AttributeName"]].items()
    return str(value)
