"""Read or write several items in one call, across any tables.

boto3 retries neither the unprocessed keys of a batch nor a transaction that collided. This module
retries both with jitter, a bounded number of times.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from agent_messaging import deadline
from agent_messaging.errors import ContentionError
from agent_messaging.storage.connection import longest_call
from agent_messaging.storage.table import (
    ATTEMPTS,
    Item,
    TableKey,
    TransactItem,
    call,
    decode,
    encode,
    wait,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH_KEYS = 100  # the maximum of one BatchGetItem

# Reasons for which a cancelled transaction may be retried unchanged.
_TRANSIENT = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


class TransactionFailedError(Exception):
    """A condition in a transaction did not hold, so none of it was written.

    `failed` says for each item, in order, whether its condition failed. `items` has the existing
    items.
    """

    def __init__(self, failed: Sequence[bool], items: Sequence[Item | None]) -> None:
        super().__init__("a condition in the transaction did not hold")
        self.failed = failed
        self.items = items


class TransactionRefusedError(RuntimeError):
    """DynamoDB will never accept the transaction, for example because an item is too large."""


def batch_get(
    client: "DynamoDBClient",
    keys: Sequence[TableKey],
    *,
    consistent: bool = False,
    but: Collection[str] = (),
) -> list[Item | None]:
    """Return the items with these keys from any tables, in the order of `keys`; None if absent.

    It makes one round trip per hundred different keys. With `consistent` all reads are consistent,
    except those from the tables in `but`. Keys that DynamoDB leaves unprocessed are retried with
    jitter.

    Raises:
        ContentionError: some keys stayed unprocessed.
    """
    names = {table: tuple(key) for table, key in keys}
    identities = [_identity(table, names, key) for table, key in keys]
    pending = list(dict(zip(identities, keys, strict=True)).values())
    found: dict[Any, Item] = {}
    for start in range(0, len(pending), BATCH_KEYS):
        request: dict[str, Any] = {}
        for table, key in pending[start : start + BATCH_KEYS]:
            if table not in request:
                request[table] = {"Keys": [], "ConsistentRead": consistent and table not in but}
            request[table]["Keys"].append(encode(key))
        for table, item in _get_all(client, request):
            found[_identity(table, names, item)] = item
    return [found.get(identity) for identity in identities]


def _get_all(client: "DynamoDBClient", request: Any) -> Iterator[tuple[str, Item]]:
    for attempt in range(ATTEMPTS):
        answer = call(client.batch_get_item, RequestItems=request)
        for table, items in answer["Responses"].items():
            for item in items:
                yield table, decode(item)
        request = answer.get("UnprocessedKeys", {})
        if not request:
            return
        wait(attempt)
    raise ContentionError("DynamoDB did not return all items in time.")


def transact(client: "DynamoDBClient", items: Sequence[TransactItem]) -> None:
    """Write all `items` or none.

    A transaction that only collided with another is retried with jitter, which boto3 does not do.

    Raises:
        TransactionFailedError: a condition did not hold.
        TransactionRefusedError: DynamoDB will never accept it.
        ContentionError: it kept colliding.
        OutOfTimeError: too little time was left to start it.
    """
    request: Any = list(items)
    token, may_be_written = str(uuid.uuid4()), False
    for attempt in range(ATTEMPTS):
        deadline.require(longest_call(client))
        try:
            call(client.transact_write_items, TransactItems=request, ClientRequestToken=token)
        except client.exceptions.TransactionCanceledException as error:
            _raise_unless_transient(error.response.get("CancellationReasons", []))
            may_be_written = may_be_written or not _was_sent_once(error.response)
            if not may_be_written:
                token = str(uuid.uuid4())
            wait(attempt)
        except client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == "ValidationException":
                raise TransactionRefusedError("the transaction is not valid") from None
            raise
        else:
            return
    raise ContentionError("Other transactions kept changing the same items.")


def _was_sent_once(answer: Mapping[str, Any]) -> bool:
    """Return whether boto3 sent the call only once, so that no earlier response was lost.

    Otherwise the lost response may have said that the transaction is written. Then the token stays
    the same from then on. DynamoDB recognizes it, and the transaction does not collide with its own
    effect.
    """
    metadata: Mapping[str, int] = answer.get("ResponseMetadata", {})
    return metadata.get("RetryAttempts", 0) == 0


def _raise_unless_transient(reasons: Sequence[Mapping[str, Any]]) -> None:
    codes = [reason.get("Code", "None") for reason in reasons]
    if "ConditionalCheckFailed" in codes:
        raise TransactionFailedError(
            failed=[code == "ConditionalCheckFailed" for code in codes],
            items=[decode(reason["Item"]) if reason.get("Item") else None for reason in reasons],
        )
    if not set(codes) <= _TRANSIENT | {"None"}:
        raise TransactionRefusedError(f"transaction cancelled: {codes}")


def _identity(table: str, names: Mapping[str, tuple[str, ...]], item: Item) -> tuple[Any, ...]:
    return table, *[item[name] for name in names[table]]
