"""Items as the product's own tables write them, and the units that a write takes of each key.

The tables are given a client that keeps what it is asked. Indexes are the template's; an index
takes units only where what it holds of an item changes, and twice where its key does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

from benchmarks.scale.limits import TRANSACTION_FACTOR
from local.cloudformation import parse

# The one place that uses the calculator.
from local.in_process.units import kilobytes, projected, size_of
from local.template import TEMPLATE as TEMPLATE_FILE
from local.template import load

TEMPLATE = load()
PARAMETERS: Mapping[str, Any] = parse(TEMPLATE_FILE.read_text("utf-8"), "")["Parameters"]
TABLES: dict[str, Mapping[str, Any]] = {table.name: table.create for table in TEMPLATE.tables}

__all__ = ["PARAMETERS", "TEMPLATE", "Item", "Touch", "held", "kilobytes", "size_of", "writes"]

# Sort keys that begin with a time: what is new comes last, so a split leaves the heat on one side.
# And the parts of one order, of which the head alone is hot.
GROWING = {"message_id", "slot", "work_order_id", "due_at", "window", "part"}

Item = Mapping[str, Any]  # in DynamoDB's typed JSON


class Touch(NamedTuple):
    """Units that a call takes of one key of a table or an index."""

    place: str
    key: str
    units: float


@dataclass
class Recorder:
    """A client that keeps what it is asked to write and answers nothing."""

    items: list[Item] = field(default_factory=list)
    meta: Any = field(
        default_factory=lambda: SimpleNamespace(
            config=SimpleNamespace(retries={}, connect_timeout=1, read_timeout=1)
        )
    )

    def put_item(self, **request: Any) -> dict[str, Any]:
        """Keep the item."""
        self.items.append(request["Item"])
        return {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        """Keep the key."""
        self.items.append(request["Key"])
        return {"Attributes": request["Key"]}

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        """Keep each item, or its key."""
        for entry in request["TransactItems"]:
            [write] = entry.values()
            self.items.append(write.get("Item") or write["Key"])
        return {}


def writes(
    table: str, after: Item | None, before: Item | None = None, *, in_transaction: bool = False
) -> Iterator[Touch]:
    """What a write takes of the table and of each index; None stands for no item."""
    factor = TRANSACTION_FACTOR if in_transaction else 1
    units = max(kilobytes(item) for item in (after, before) if item is not None)
    yield Touch(table, _key(TABLES[table], after or before or {}), units * factor)
    # Indexes follow outside the transaction, once.
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
    """What reading one item takes; what is not there is an empty one."""
    return Touch(table, key, max(1, kilobytes(item, 4096)) * (1 if consistent else 0.5))


def queried(place: str, key: str, item: Item, number: float) -> Touch:
    """What a query over so many of these items takes, none of them consistent."""
    return Touch(place, key, max(1, -(-size_of(held(place, item)) * number // 4096)) * 0.5)


def held(place: str, item: Item) -> Item:
    """What a table or an index holds of an item."""
    table, _, name = place.partition("/")
    indexes = TABLES[table].get("GlobalSecondaryIndexes", [])
    named = [index for index in indexes if index["IndexName"] == name]
    return (projected(TABLES[table], named[0], item) or {}) if named else item


def is_divisible(place: str) -> bool:
    """Whether a split for heat helps a key: it has several items, and new ones lie anywhere."""
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
