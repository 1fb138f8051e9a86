"""Read and write one DynamoDB table, with plain values and distinct errors.

Expressions use `#name` for attributes with a reserved name and `:value` for values. This module
fills in both. Nothing scans. Numbers are int or Decimal. The serializer refuses floats. An absent
attribute means None.
"""

import base64
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

from agent_messaging import deadline
from agent_messaging.errors import ContentionError
from agent_messaging.storage import units
from agent_messaging.storage.connection import longest_call
from agent_messaging.storage.tally import TALLY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = dict[str, Any]
TableKey = tuple[str, Item]  # the table's name and a primary key in it
TransactItem = dict[str, Any]  # one TransactWriteItem

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize

_NAMED = re.compile(r"#(\w+)")
LARGE = 10**38  # larger numbers would lose digits

ATTEMPTS = 6

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
THROTTLED = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
FIRST_WAIT_SECONDS = 0.02


class ConditionFailedError(Exception):
    """The condition of a single write did not hold. `item` is the existing item, or None."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("the condition of the write did not hold")
        self.item = item


# What boto3 raises when DynamoDB did not respond, or returned an error.
FAILURES = (BotoCoreError, ClientError)


def encode(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the item as DynamoDB's typed JSON, without None values."""
    return {
        name: {"S": value} if type(value) is str else _typed(value)
        for name, value in item.items()
        if value is not None
    }


def decode(item: Mapping[str, Any]) -> Item:
    """Return the item of a typed JSON. Numbers become Decimal."""
    return {name: typed["S"] if "S" in typed else _plain(typed) for name, typed in item.items()}


# The most common types are encoded here, because boto3 needs many more calls for them. boto3
# encodes the others, and refuses what it cannot encode.
def _typed(value: Any) -> Any:
    kind = type(value)
    if kind is int and -LARGE < value < LARGE:
        return {"N": str(value)}
    if kind is bool:
        return {"BOOL": value}
    if isinstance(value, str):  # also the value of an enum
        return {"S": str(value)}
    if kind is list:
        return {"L": [_typed(part) for part in value]}
    if kind is dict:
        return {"M": {name: _typed(part) for name, part in value.items()}}
    return _serialize(value)


def _plain(typed: Any) -> Any:
    ((kind, value),) = typed.items()
    if kind in ("S", "BOOL"):
        return value
    if kind == "N":
        return Decimal(value)
    if kind == "B":  # base64, except in errors, which botocore parses
        return value if isinstance(value, bytes) else base64.b64decode(value)
    if kind == "M":
        return decode(value)
    if kind == "L":
        return [_plain(part) for part in value]
    return _deserialize(typed)


@dataclass(frozen=True)
class Table:
    """One table: single calls, which raise ConditionFailedError, and items of transactions."""

    client: "DynamoDBClient"
    name: str

    def get(self, key: Item, *, consistent: bool = False) -> Item | None:
        """Return the item with this key, None if there is none."""
        answer = call(
            self.client.get_item, TableName=self.name, Key=encode(key), ConsistentRead=consistent
        )
        return decode(answer["Item"]) if "Item" in answer else None

    def put(self, item: Item, condition: str = "", **values: Any) -> None:
        """Write the whole item."""
        request = self.transact_put(item, condition, **values)["Put"]
        self._write(self.client.put_item, request)

    def update(self, key: Item, expression: str, condition: str = "", **values: Any) -> Item:
        """Change an item and return all of it as it is now."""
        request = self.transact_update(key, expression, condition, **values)["Update"]
        answer = self._write(self.client.update_item, {**request, "ReturnValues": "ALL_NEW"})
        return decode(answer["Attributes"])

    def update_quietly(
        self, key: Item, expression: str, condition: str = "", **values: Any
    ) -> None:
        """Change an item and return nothing, for a role that may write but not read it."""
        request = self.transact_update_quietly(key, expression, condition, **values)["Update"]
        self._write(self.client.update_item, request)

    def delete(self, key: Item, condition: str = "", **values: Any) -> None:
        """Delete an item."""
        request = self.transact_delete(key, condition, **values)["Delete"]
        self._write(self.client.delete_item, request)

    def take(self, key: Item, condition: str, **values: Any) -> Item:
        """Delete an item and return it as it was. The condition requires that it exists."""
        request = self.transact_delete(key, condition, **values)["Delete"]
        answer = self._write(self.client.delete_item, {**request, "ReturnValues": "ALL_OLD"})
        return decode(answer["Attributes"])

    def transact_put(self, item: Item, condition: str = "", **values: Any) -> TransactItem:
        """Return `put` as an item of a transaction."""
        return {"Put": self._expressions({"Item": encode(item)}, condition, "", values)}

    def transact_update(
        self, key: Item, expression: str, condition: str = "", **values: Any
    ) -> TransactItem:
        """Return `update` as an item of a transaction."""
        return {"Update": self._expressions({"Key": encode(key)}, condition, expression, values)}

    def transact_update_quietly(
        self, key: Item, expression: str, condition: str = "", **values: Any
    ) -> TransactItem:
        """Return `update_quietly` as an item of a transaction."""
        update = self.transact_update(key, expression, condition, **values)
        update["Update"].pop("ReturnValuesOnConditionCheckFailure", None)
        return update

    def transact_delete(self, key: Item, condition: str = "", **values: Any) -> TransactItem:
        """Return `delete` as an item of a transaction."""
        return {"Delete": self._expressions({"Key": encode(key)}, condition, "", values)}

    def transact_check(self, key: Item, condition: str, **values: Any) -> TransactItem:
        """Return an item of a transaction that writes nothing, and fails without the condition."""
        return {"ConditionCheck": self._expressions({"Key": encode(key)}, condition, "", values)}

    def query(
        self,
        where: str,
        *,
        index: str | None = None,
        matching: str = "",
        limit: int | None = None,
        newest_first: bool = True,
        count: bool = False,
        consistent: bool = False,
        **values: Any,
    ) -> "QueryResult":
        """Return one page of one partition: of at most `limit` items, those that match `matching`.

        With `count` only their number is returned.
        """
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": where,
            "ScanIndexForward": not newest_first,
            "ExpressionAttributeValues": _values(values),
        }
        names = _names(where + matching)
        optional = {
            "IndexName": index,
            "FilterExpression": matching,
            "Limit": limit,
            "ExpressionAttributeNames": names,
            "Select": "COUNT" if count else None,
            "ConsistentRead": consistent,
        }
        request |= {name: value for name, value in optional.items() if value}
        answer = call(self.client.query, **request)
        return QueryResult(
            items=[decode(item) for item in answer.get("Items", [])],
            count=answer["Count"],
            examined=answer["ScannedCount"],
            last_key=decode(answer.get("LastEvaluatedKey", {})),
        )

    def _write(self, operation: Callable[..., Any], request: Mapping[str, Any]) -> Any:
        """Make a single write. Retry it if it collided with a transaction, which boto3 does not."""
        for attempt in range(ATTEMPTS):
            deadline.require(longest_call(self.client))
            try:
                return call(operation, **request)
            except ClientError as error:
                _raise_unless_collided(error)
            wait(attempt)
        raise ContentionError("Other transactions kept changing the same item.")

    def _expressions(
        self, request: TransactItem, condition: str, update: str, values: Mapping[str, Any]
    ) -> TransactItem:
        request |= {"TableName": self.name}
        if update:
            request["UpdateExpression"] = update
        if condition:
            request["ConditionExpression"] = condition
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if names := _names(condition + update):
            request["ExpressionAttributeNames"] = names
        if values:
            request["ExpressionAttributeValues"] = _values(values)
        return request


@dataclass(frozen=True)
class QueryResult:
    """The result of one query: its items, how many matched and were examined, and where it stopped.

    `last_key` is empty at the end of the partition.
    """

    items: list[Item]
    count: int
    examined: int
    last_key: Item


def call(operation: Callable[..., Any], **request: Any) -> Any:
    """Call DynamoDB, and add up its cost. The caller retries throttled calls.

    Raises:
        ContentionError: DynamoDB throttled all of boto3's attempts.
    """
    try:
        answer = operation(**request, ReturnConsumedCapacity="TOTAL")
    except ClientError as error:
        TALLY.add(units.of_refusal(request, error.response))
        if error.response["Error"]["Code"] in THROTTLED:
            raise ContentionError("DynamoDB throttled the request.") from None
        raise
    TALLY.add(units.of_answer(getattr(operation, "__name__", ""), answer))
    return answer


def _raise_unless_collided(error: ClientError) -> None:
    code = error.response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        item: Any = error.response.get("Item")
        raise ConditionFailedError(decode(item) if item else None) from None
    if code != "TransactionConflictException":
        raise error


def wait(attempt: int) -> None:
    """Wait with full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/."""
    time.sleep(random.uniform(0, longest_pause(attempt)))


def longest_pause(attempt: int) -> float:
    """Return the most seconds that `wait` waits."""
    return FIRST_WAIT_SECONDS * 2.0**attempt


def _names(expression: str) -> dict[str, str]:
    return {f"#{name}": name for name in _NAMED.findall(expression)}


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f":{name}": _typed(value) for name, value in values.items()}
