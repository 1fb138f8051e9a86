"""Measure what the functions need of DynamoDB, while they run in this process with moto.

Each call is counted. `units` computes its cost from the items before and after it, which are read
without the functions' client. Parallel calls of a thread pool count as round trips by how many run
one after the other.
"""

import json
import math
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, NamedTuple

from agent_messaging.presence.table import PARALLEL
from local.in_process import units
from local.in_process.functions import TEMPLATE
from local.in_process.tables import Tables

TABLES = {table.name: table.create for table in TEMPLATE.tables}
WRITES = ("PutItem", "UpdateItem", "DeleteItem")
# The arguments of a query that decide which items it examines. Its filter does not.
EXAMINING = (
    "TableName",
    "IndexName",
    "KeyConditionExpression",
    "Limit",
    "ScanIndexForward",
    "ExclusiveStartKey",
)


def is_flush(operation: str, request: Any) -> bool:
    """Whether a call counts an agent's units."""
    is_metering = operation == "UpdateItem" and request["TableName"] == "AgentMeterTable"
    return is_metering and request["Key"]["window"] == {"S": "units"}


class Change(NamedTuple):
    """One item that a request wrote, before and after it, in typed JSON. None means no item."""

    table: str
    key: Mapping[str, Any]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass
class Cost:
    """What one request needs of DynamoDB."""

    calls: int = 0
    round_trips: int = 0
    write_units: float = 0
    read_units: float = 0
    items_read: int = 0  # also of indexes, and including what a filter drops
    botocore_calls: int = 0  # calls of botocore's Python functions, without the transport
    is_pooled: bool = False  # a thread pool made some of the calls
    changes: list[Change] = field(default_factory=list)


class Meter:
    """Listens to the calls of some clients. `reading` measures the calls within its block."""

    def __init__(
        self, tables: Tables, clients: Iterable[Any], *, counts_botocore: bool = False
    ) -> None:
        self.dynamodb = tables.dynamodb
        self.events = [client.meta.events for client in clients]
        self._lock = threading.Lock()
        self._pooled = 0
        self._counts_botocore = counts_botocore

    @contextmanager
    def reading(self) -> Iterator[Cost]:
        """Yield the cost, which is complete at the end of the block."""
        self.cost = Cost()
        self._pooled = 0
        for events in self.events:
            events.register("before-call.dynamodb", self._asked)
            events.register("after-call.dynamodb", self._answered)
        self._counter = CallsOfBotocore()
        try:
            with self._counter.counting() if self._counts_botocore else nullcontext():
                yield self.cost
        finally:
            for events in self.events:
                events.unregister("before-call.dynamodb", self._asked)
                events.unregister("after-call.dynamodb", self._answered)
        self.cost.round_trips += math.ceil(self._pooled / PARALLEL)
        self.cost.is_pooled = self._pooled > 0
        self.cost.botocore_calls = self._counter.number

    def _asked(self, model: Any, params: Any, context: Any, **_: Any) -> None:
        request = json.loads(params["body"])
        if is_flush(model.name, request):
            return  # one write unit for each 50 units, in one of the requests
        context["metered"] = (request, [self._stored(*key) for key in written(model.name, request)])
        with self._lock:
            self.cost.calls += 1
            if threading.current_thread() is threading.main_thread():
                self.cost.round_trips += 1
            else:
                self._pooled += 1

    def _answered(self, model: Any, parsed: Any, context: Any, **_: Any) -> None:
        if "metered" not in context:
            return
        request, before = context["metered"]
        with self._lock:
            self.cost.read_units += self._read(model.name, request, parsed)
            self.cost.items_read += examined(model.name, parsed)
            factor = units.TRANSACTION if model.name == "TransactWriteItems" else 1
            for key, old in zip(written(model.name, request), before, strict=True):
                new = self._stored(*key)
                self.cost.changes.append(Change(*key, old, new))
                self.cost.write_units += factor * units.write_units(old, new)
                self.cost.write_units += sum(units.index_units(TABLES[key[0]], old, new).values())

    def _stored(self, table: str, key: Mapping[str, Any]) -> Any:
        with self._counter.paused():
            return self.dynamodb.get_item(TableName=table, Key=key).get("Item")

    def _read(self, operation: str, request: Any, answer: Any) -> float:
        if operation == "GetItem":
            size = units.size_of(answer.get("Item", {}))
            return units.read_units(size, consistent=request.get("ConsistentRead", False))
        if operation == "BatchGetItem":
            return sum(
                units.batch_read_units(
                    len(asked["Keys"]),
                    answer["Responses"].get(table, []),
                    consistent=asked.get("ConsistentRead", False),
                )
                for table, asked in request["RequestItems"].items()
            )
        return self._queried(request) if operation == "Query" else 0

    def _queried(self, request: Any) -> float:
        """Repeat a query without its filter, and return what it examined."""
        again = {name: request[name] for name in EXAMINING if name in request}
        expression = again["KeyConditionExpression"]
        for kind in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            named = {n: v for n, v in request.get(kind, {}).items() if n in expression}
            again |= {kind: named} if named else {}
        with self._counter.paused():
            size = sum(map(units.size_of, self.dynamodb.query(**again)["Items"]))
        return units.read_units(size, consistent=request.get("ConsistentRead", False))


class CallsOfBotocore:
    """Counts the calls of botocore's Python functions, without those that only moto needs.

    With a thread pool, the number varies a little, because the threads share a cache.
    """

    def __init__(self) -> None:
        self.number = 0
        self._local = threading.local()

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count in this thread, and in the threads that it starts."""
        threading.setprofile(self._note)
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Do not count this thread's calls within the block."""
        self._local.paused = getattr(self._local, "paused", 0) + 1
        try:
            yield
        finally:
            self._local.paused -= 1

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        if event not in ("call", "return"):
            return
        file, paused = frame.f_code.co_filename, getattr(self._local, "paused", 0)
        if file.endswith("botocore_stubber.py") and frame.f_code.co_name == "__call__":
            self._local.paused = paused + (1 if event == "call" else -1)
        elif event == "call" and not paused and f"{os.sep}botocore{os.sep}" in file:
            self.number += 1


def examined(operation: str, answer: Any) -> int:
    """Return how many items a call read."""
    if operation == "BatchGetItem":
        return sum(map(len, answer["Responses"].values()))
    return int(answer.get("ScannedCount", "Item" in answer))


def written(operation: str, request: Any) -> list[tuple[str, Any]]:
    """Return the table and the key of each item that a call writes."""
    if operation == "TransactWriteItems":
        entries = [next(iter(entry.values())) for entry in request["TransactItems"]]
    else:
        entries = [request] if operation in WRITES else []
    return [(entry["TableName"], _key(entry)) for entry in entries]


def _key(entry: Mapping[str, Any]) -> Any:
    if "Key" in entry:
        return entry["Key"]
    return {name: entry["Item"][name] for name in units.key_of(TABLES[entry["TableName"]])}
