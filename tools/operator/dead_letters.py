"""What a dead letter is about: a function, and the event that it could not process.

Three services write to the queue, each in its own words:

    Lambda, of a stream    positions in a shard, not records: those are read from the stream again,
                           where they stay for 24 hours
        https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    Lambda, of a schedule  the event as `requestPayload`, once the function has failed
        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    EventBridge            the event itself and the function in the attribute TARGET_ARN, where it
                           could not deliver
        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.filters import matches
from local.model import StreamMapping
from local.streams import lambda_record

FAILURES = (BotoCoreError, ClientError)
PAGE = 1000
# An open shard has a next page for ever, and a page may be empty though more follow.
EMPTY_PAGES = 20


class UnreplayableError(Exception):
    """The letter stays where it is; the message says why, in one line."""


@dataclass(frozen=True)
class Range:
    """A part of one shard of a stream of a table, both ends included.

    A sequence number is text, perhaps with zeros first, and compares as the number that it is.
    """

    stream: str
    table: str
    shard: str
    first: str
    last: str


@dataclass(frozen=True)
class Letter:
    """What is to be invoked, with an event that is known or has yet to be read."""

    function: str
    """The name, as the account has it."""
    event: Mapping[str, Any] | None
    records: Range | None


def understood(body: str, attributes: Mapping[str, str]) -> Letter:
    """The letter of a message of the queue; raises UnreplayableError."""
    try:
        content = _object(json.loads(body))
        if "DDBStreamBatchInfo" in content:
            return Letter(_function(content), None, _range(content["DDBStreamBatchInfo"]))
        if "requestPayload" in content:
            return Letter(_function(content), _object(content["requestPayload"]), None)
        return Letter(_name(attributes["TARGET_ARN"]), content, None)
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise UnreplayableError("it is of no kind that this stack's queue receives") from error


def _object(value: Any) -> Mapping[str, Any]:
    """An event is an object, whichever service wrote it down."""
    if not isinstance(value, Mapping):
        raise TypeError
    return value


def _function(content: Mapping[str, Any]) -> str:
    return _name(content["requestContext"]["functionArn"])


def _name(arn: str) -> str:
    """The function's name; a version may follow it."""
    return arn.split(":")[6]


def _range(batch: Mapping[str, Any]) -> Range:
    for name in ("startSequenceNumber", "endSequenceNumber"):
        int(batch[name])
    return Range(
        stream=batch["streamArn"],
        table=batch["streamArn"].split("/")[1],
        shard=batch["shardId"],
        first=batch["startSequenceNumber"],
        last=batch["endSequenceNumber"],
    )


def read_again(streams: Any, where: Range, mapping: StreamMapping) -> dict[str, Any]:
    """The event with the records of a range, less what the mapping lets not through.

    Raises:
        UnreplayableError: they are no longer in the stream, not all of them, or cannot be read.
    """
    try:
        found = _records(streams, where)
    except (
        streams.exceptions.ResourceNotFoundException,
        streams.exceptions.TrimmedDataAccessException,
    ) as error:
        raise UnreplayableError("its records have left the stream, after 24 hours") from error
    except FAILURES as error:
        raise UnreplayableError(f"its records cannot be read ({code_of(error)})") from error
    if not {int(where.first), int(where.last)} <= set(map(_number, found)):
        raise UnreplayableError("not all of its records are in the stream any more")
    records = [lambda_record(each, where.stream) for each in found]
    wanted = [each for each in records if _is_let_through(mapping, each)]
    if not wanted:  # Then the filter is another than it was, and the function would do nothing.
        raise UnreplayableError("the mapping of this template lets none of its records through")
    return {"Records": wanted}


def code_of(error: Exception) -> str:
    """What AWS calls the error, or else its type."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code") or type(error).__name__)


def _records(streams: Any, where: Range) -> list[Any]:
    iterator: str | None = streams.get_shard_iterator(
        StreamArn=where.stream,
        ShardId=where.shard,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=where.first,
    )["ShardIterator"]
    found: list[Any] = []
    empty = 0
    while iterator is not None and empty < EMPTY_PAGES:
        page = streams.get_records(ShardIterator=iterator, Limit=PAGE)
        for record in page["Records"]:
            if _number(record) > int(where.last):
                return found
            found.append(record)
        if found and _number(found[-1]) == int(where.last):
            return found
        empty += not page["Records"]
        iterator = page.get("NextShardIterator")
    return found


def _number(record: Any) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def _is_let_through(mapping: StreamMapping, record: Mapping[str, Any]) -> bool:
    return not mapping.filters or any(matches(each, record) for each in mapping.filters)
