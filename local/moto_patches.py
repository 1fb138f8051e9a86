"""Patch moto where it differs from DynamoDB.

The modules moto_queries, moto_items, moto_expressions, moto_wire and moto_direct make it faster.
They learn from moto_changes what a write has changed.

- A failed write changes nothing. Only the items that it touched are restored, so the size of the
  table does not matter.
- A transaction that is repeated with its token has one effect.
- An update that creates its item makes one stream record.
"""

from __future__ import annotations

import copy
import functools
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.models import DynamoDBStreamsBackend

from local.moto_changes import item_at, tell, tell_of_changes
from local.moto_direct import go_straight
from local.moto_expressions import speed_up_expressions
from local.moto_items import speed_up_items
from local.moto_keys import sign_digests
from local.moto_queries import narrow_all_queries
from local.moto_replace import Method, replace
from local.moto_wire import speed_up_requests

Operation = dict[str, Any]

TOKEN_SECONDS = 600
TOKEN_MISMATCH = ERROR_TYPE_PREFIX + "IdempotentParameterMismatchException"


@contextmanager
def undone_on_error(backend: DynamoDBBackend, operations: Iterable[Operation]) -> Iterator[None]:
    """Restore the items and the streams of the operations if the block raises."""
    remembered = (_remember(backend, each) for each in operations)
    before = [each for each in remembered if each is not None]
    shards = {id(table): (table.stream_shard, _length(table.stream_shard)) for table, *_ in before}
    try:
        yield
    except Exception:
        for table, hash_key, range_key, item in before:
            _put_back(table, hash_key, range_key, item)
        for shard, length in shards.values():
            if shard is not None:
                del shard.items[length:]
        raise


def _length(shard: StreamShard | None) -> int:
    return 0 if shard is None else len(shard.items)


def _remember(
    backend: DynamoDBBackend, operation: Operation
) -> tuple[Table, DynamoType, DynamoType | None, Item | None] | None:
    """Return where the operation writes, and the item. None if it names no item.

    An update changes the item itself, so it is copied. All other writes replace it.
    """
    table = backend.tables.get(operation.get("TableName", ""))
    key = operation.get("Key") or operation.get("Item") or {}
    if table is None or table.hash_key_attr not in key:
        return None
    if table.range_key_attr is not None and table.range_key_attr not in key:
        return None
    hash_key, range_key = backend.get_keys_value(table, key)
    item = item_at(table, hash_key, range_key)
    is_update = "UpdateExpression" in operation
    return table, hash_key, range_key, copy.deepcopy(item) if is_update else item


def _put_back(
    table: Table, hash_key: DynamoType, range_key: DynamoType | None, item: Item | None
) -> None:
    items: dict[DynamoType, Any] = table.items if range_key is None else table.items[hash_key]
    key = hash_key if range_key is None else range_key
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item
    tell(table, hash_key, range_key)


def atomic_transactions(transact_write_items: Method) -> Method:
    """Make a refused transaction change nothing. Its cost depends only on its own items."""

    def transact(self: DynamoDBBackend, transact_items: list[dict[str, Operation]]) -> None:
        operations = [operation for each in transact_items for operation in each.values()]
        with undone_on_error(self, operations):
            transact_write_items(self, transact_items)

    return transact


def once_per_token(transact_write_items: Method) -> Method:
    """Make a transaction that boto3 repeats after a lost answer have one effect.

    A token is valid for ten minutes, and for one transaction only:
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    """

    def transact(self: DynamoHandler) -> Any:
        token = self.body.get("ClientRequestToken")
        items = json.dumps(self.body["TransactItems"], default=bytes.hex)
        # Stored with the tables, so it is reset with them.
        done: dict[str, tuple[float, str]] = vars(self.dynamodb_backend).setdefault("_tokens", {})
        _forget(done, before=time.monotonic() - TOKEN_SECONDS)
        if token in done:
            if done[token][1] != items:
                raise DynamodbException(TOKEN_MISMATCH, "The token belongs to another transaction.")
            return ActionResult({})
        answer = transact_write_items(self)
        if token is not None:
            done[token] = (time.monotonic(), items)
        return answer

    return transact


def _forget(done: dict[str, tuple[float, str]], before: float) -> None:
    for token in [token for token, (since, _) in done.items() if since < before]:
        del done[token]


def atomic_updates(update_item: Method) -> Method:
    """Make updates atomic. Drop the second stream record of an update that creates its item."""

    def update(self: DynamoDBBackend, table_name: str, key: Any, *args: Any, **options: Any) -> Any:
        table = self.get_table(table_name)
        start = _length(table.stream_shard)
        operation = {"TableName": table.name, "Key": key, "UpdateExpression": ""}
        with undone_on_error(self, [operation]):
            item = update_item(self, table_name, key, *args, **options)
        tell(table, item.hash_key, item.range_key)
        if table.stream_shard is not None and len(table.stream_shard.items) > start + 1:
            first, last = table.stream_shard.items[start:]
            last.record["dynamodb"]["SequenceNumber"] = first.record["dynamodb"]["SequenceNumber"]
            del table.stream_shard.items[start]
        return item

    return update


def one_iterator_per_reader(get_records: Method) -> Method:
    """Delete used shard iterators. moto keeps all of them for ever."""

    def get(self: DynamoDBStreamsBackend, iterator_arn: str, limit: int) -> Any:
        answer = get_records(self, iterator_arn, limit)
        self.shard_iterators.pop(iterator_arn)
        return answer

    return get


@functools.cache
def correct_moto() -> None:
    """Replaces the parts of moto named here and in its neighbours, once in this process."""
    speed_up_requests()
    go_straight()
    speed_up_items()
    speed_up_expressions()
    tell_of_changes()
    # transact_write_items copies its tables to restore them. undone_on_error replaces that.
    replace(Table, "__deepcopy__", lambda self, _memo: self)
    transact, update = DynamoDBBackend.transact_write_items, DynamoDBBackend.update_item
    replace(DynamoDBBackend, "transact_write_items", atomic_transactions(transact))
    replace(DynamoDBBackend, "update_item", atomic_updates(update))
    replace(
        DynamoHandler, "transact_write_items", once_per_token(DynamoHandler.transact_write_items)
    )
    narrow_all_queries()
    sign_digests()
    get_records = DynamoDBStreamsBackend.get_records
    replace(DynamoDBStreamsBackend, "get_records", one_iterator_per_reader(get_records))
