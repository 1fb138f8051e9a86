"""A fake DynamoDB for reads of large tables. It keeps the items in lists sorted by key.

moto reads the whole table for each query, and other engines do so for an index. Here, the time of a
query depends only on its page. It has the tables of some CreateTable requests, and supports reads.
moto evaluates the expressions. All writes raise, so that no read is out of date.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
"""

import base64
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from types import SimpleNamespace
from typing import Any

from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.parsing.key_condition_expression import parse_expression

from agent_messaging.storage.table import encode
from local.in_process import units
from local.in_process.functions import TEMPLATE, clients
from local.in_process.metering import is_flush
from local.in_process.tables import Tables

Item = Mapping[str, Any]  # in typed JSON
Place = tuple[str, ...]  # an item's sort key there, and its primary key

MOST_BYTES = 1_048_576  # the most that a query examines


class Row:
    """The items of one partition of a table or an index, in order of their sort keys."""

    def __init__(self) -> None:
        self.items: dict[Place, Item] = {}
        self._order: list[Place] = []

    def put(self, place: Place, item: Item) -> None:
        """Insert an item at its place."""
        if place not in self.items:
            self._order.clear()
        self.items[place] = item

    def between(self, comparison: str | None, bounds: Sequence[str]) -> list[Place]:
        """Return the range of items that match a key condition."""
        if not self._order:
            self._order.extend(sorted(self.items))
        begin, end = 0, len(self._order)
        if comparison in ("=", ">", ">=", "BETWEEN"):
            find = bisect_right if comparison == ">" else bisect_left
            begin = find(self._order, bounds[0], key=_sort_key)
        if comparison in ("=", "<", "<=", "BETWEEN"):
            find = bisect_left if comparison == "<" else bisect_right
            end = find(self._order, bounds[-1], key=_sort_key)
        return self._order[begin:end]


class FakeDynamoDB:
    """The tables of some CreateTable requests, empty at first."""

    def __init__(self, tables: Iterable[Mapping[str, Any]]) -> None:
        self._tables = {table["TableName"]: table for table in tables}
        self.items: dict[tuple[str, Place], Item] = {}
        self._rows: dict[tuple[str, str, str], Row] = {}

    def put(self, name: str, item: Item) -> None:
        """Put an item of a new key into a table and into its indexes."""
        table = self._tables[name]
        key = _key(table, item)
        self.items[name, key] = item
        for index in ({**table, "IndexName": ""}, *table.get("GlobalSecondaryIndexes", ())):
            held = units.projected(table, index, item) if index["IndexName"] else item
            if held is not None:
                owner, *sort_key = _key(index, held)
                self._row(name, index["IndexName"], owner).put((*sort_key, *key), held)

    @contextmanager
    def serving(self, clients: Iterable[Any]) -> Iterator[None]:
        """Let clients use these tables, with all their event handlers."""
        operations: dict[str, Callable[[Any], Any]] = {
            "GetItem": self._get,
            "BatchGetItem": self._batch_get,
            "Query": self._query,
            "UpdateItem": self._count,
        }

        def answer(model: Any, params: Mapping[str, Any], **_: Any) -> tuple[Any, Any]:
            found = operations[model.name](json.loads(params["body"]))
            # As JSON, with binary values in base64.
            return SimpleNamespace(status_code=200), json.loads(json.dumps(found, default=_base64))

        emitters = [client.meta.events for client in clients]
        for events in emitters:
            events.register_last("before-call.dynamodb", answer)
        try:
            yield
        finally:
            for events in emitters:
                events.unregister("before-call.dynamodb", answer)

    def _row(self, name: str, index: str, owner: str) -> Row:
        return self._rows.setdefault((name, index, owner), Row())

    def _count(self, request: Mapping[str, Any]) -> Any:
        """Ignore writes of the meter. Other writes raise."""
        if not is_flush("UpdateItem", request):
            raise KeyError(request["TableName"])
        minute = request["ExpressionAttributeValues"][":minute"]
        return {"Attributes": {**request["Key"], "minute": minute, "units": {"N": "1"}}}

    def _get(self, request: Mapping[str, Any]) -> Any:
        found = self._found(request["TableName"], [request["Key"]])
        return {"Item": found[0]} if found else {}

    def _batch_get(self, request: Mapping[str, Any]) -> Any:
        asked = request["RequestItems"].items()
        responses = {name: self._found(name, each["Keys"]) for name, each in asked}
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _found(self, name: str, keys: Iterable[Item]) -> list[Item]:
        places = [(name, _key(self._tables[name], key)) for key in keys]
        return [self.items[place] for place in places if place in self.items]

    def _query(self, request: Mapping[str, Any]) -> Any:
        table = self._tables[request["TableName"]]
        indexes = {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", ())}
        keyed = indexes.get(request.get("IndexName"), table)
        examined, is_cut = _page(self._asked(request, keyed), request.get("Limit"))
        kept = list(filter(_filter(request), examined))
        answer: dict[str, Any] = {"Count": len(kept), "ScannedCount": len(examined)}
        if request.get("Select") != "COUNT":
            answer["Items"] = kept
        if is_cut:
            last, names = examined[-1], {*units.key_of(table), *units.key_of(keyed)}
            answer["LastEvaluatedKey"] = {name: last[name] for name in names}
        return answer

    def _asked(self, request: Mapping[str, Any], keyed: Mapping[str, Any]) -> Iterable[Item]:
        """Return the items that match a key condition, in the requested order."""
        hashes, ranges, _ = parse_expression(
            request["KeyConditionExpression"],
            request["ExpressionAttributeValues"],
            request.get("ExpressionAttributeNames", {}),
            keyed["KeySchema"],
        )
        row = self._row(request["TableName"], request.get("IndexName", ""), _text(hashes[0][1]))
        _, comparison, bounds = ranges[0] if ranges else ("", None, ())
        places = row.between(comparison, [_text(bound) for bound in bounds])
        forward = request.get("ScanIndexForward", True)
        return (row.items[place] for place in (places if forward else reversed(places)))


@contextmanager
def on_fake(tables: Tables) -> Iterator[FakeDynamoDB]:
    """What is stored, on a fake that answers every function within."""
    fake = FakeDynamoDB(table.create for table in TEMPLATE.tables)
    for table in TEMPLATE.tables:
        for item in tables.items(table.name):
            fake.put(table.name, encode(item))
    tables.is_on_fake = True
    try:
        with fake.serving((*clients(), tables.dynamodb)):
            yield fake
    finally:
        tables.is_on_fake = False


def _page(items: Iterable[Item], limit: int | None) -> tuple[list[Item], bool]:
    """Return what a query examines, and whether it stopped at a limit, even at the very end."""
    examined: list[Item] = []
    size = 0
    for item in islice(items, limit):
        size += units.size_of(item)
        if examined and size > MOST_BYTES:
            return examined, True
        examined.append(item)
    return examined, len(examined) == limit


def _filter(request: Mapping[str, Any]) -> Callable[[Item], bool]:
    condition: Any = get_filter_expression(
        request.get("FilterExpression"),
        request.get("ExpressionAttributeNames", {}),
        request.get("ExpressionAttributeValues"),
    )
    # Conditions only use attributes of the item, and only a few of them.
    return lambda item: bool(condition.expr(SimpleNamespace(attrs=_Attributes(item))))


class _Attributes(dict[str, Any]):
    """The attributes of an item, converted when moto reads them."""

    def __getitem__(self, name: str) -> Any:
        return DynamoType(super().__getitem__(name))


def _key(keyed: Mapping[str, Any], item: Item) -> Place:
    return tuple(_text(item[name]) for name in units.key_of(keyed))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _sort_key(place: Place) -> str:
    return place[0]


def _text(typed: Mapping[str, str]) -> str:
    """Return a key's value as text. Only partition keys are numbers, so order is no matter."""
    ((_, value),) = typed.items()
    return value
