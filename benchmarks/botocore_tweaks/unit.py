"""Repeat the database calls of a case through our table modules."""

from collections.abc import Callable
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from agent_messaging.storage.table import Table
from agent_messaging.storage.transactions import batch_get
from benchmarks.recorded import Case, Exchange

_plain = TypeDeserializer().deserialize


def plain(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item as a table takes it."""
    return {name: _plain(value) for name, value in item.items()}


def work(case: Case, client: Any) -> Callable[[], None]:
    """Return a function that makes all calls of the case with a client."""
    calls = [_call(exchange, client) for exchange in case.exchanges]

    def run() -> None:
        for call in calls:
            call()

    return run


def _call(exchange: Exchange, client: Any) -> Callable[[], object]:
    request = exchange.request
    makers = {
        "BatchGetItem": _batch_get,
        "UpdateItem": _update,
        "PutItem": _put,
        "Query": _query,
    }
    return makers[exchange.operation](request, client)


def _batch_get(request: dict[str, Any], client: Any) -> Callable[[], object]:
    tables = request["RequestItems"]
    keys = [(table, plain(key)) for table, asked in tables.items() for key in asked["Keys"]]
    lagging = [table for table, asked in tables.items() if not asked["ConsistentRead"]]
    return lambda: batch_get(client, keys, consistent=True, but=lagging)


def _update(request: dict[str, Any], client: Any) -> Callable[[], object]:
    table = Table(client, request["TableName"])
    key, values = plain(request["Key"]), _values(request)
    update, condition = request["UpdateExpression"], request["ConditionExpression"]
    return lambda: table.update(key, update, condition, **values)


def _put(request: dict[str, Any], client: Any) -> Callable[[], object]:
    table, item = Table(client, request["TableName"]), plain(request["Item"])
    return lambda: table.put(item)


def _query(request: dict[str, Any], client: Any) -> Callable[[], object]:
    table, values = Table(client, request["TableName"]), _values(request)
    where, index, limit = (
        request.get(name) for name in ("KeyConditionExpression", "IndexName", "Limit")
    )
    return lambda: table.query(where, index=index, limit=limit, **values)


def _values(request: dict[str, Any]) -> dict[str, Any]:
    values = plain(request["ExpressionAttributeValues"])
    return {name.removeprefix(":"): value for name, value in values.items()}
