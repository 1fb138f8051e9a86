"""Parse dead letters: which function could not process which event.

Four services write to the queue, each in its own format:

    Lambda, of a stream    positions in a shard, not records. The records are read from the stream,
                           which keeps them for 24 hours
        https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    Lambda, of a schedule  the event as `requestPayload`, if the function failed
        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    EventBridge            the event itself, and the function in the attribute TARGET_ARN, if
                           EventBridge could not call the function
        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    SQS                    the message itself, and its queue in the attribute
                           DeadLetterQueueSourceArn, if it was received too often
        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.filters import matches
from local.model import StreamMapping
from local.streams import lambda_record

FAILURES = (BotoCoreError, ClientError)
SOURCE = "DeadLetterQueueSourceArn"
PAGE = 1000
# An open shard always has a next page, and an empty page may come before full ones.
EMPTY_PAGES = 20


class RedriveError(Exception):
    """The dead letter stays in the queue. The message says why, in one line."""


@dataclass(frozen=True)
class Range:
    """A range of records in one shard of a table's stream, both ends included.

    Sequence numbers are strings. They may begin with zeros, so compare them as integers.
    """

    stream: str
    table: str
    shard: str
    first: str
    last: str


@dataclass(frozen=True)
class DeadLetter:
    """The function to call, with its event, or with the records to read for it."""

    function: str
    """The physical name. A message of a queue has the name of the queue, until `of`."""
    event: Mapping[str, Any] | None
    records: Range | None
    is_of_a_queue: bool = False

    def of(self, function: str) -> DeadLetter:
        """Return the dead letter of a queue with the function that the queue is delivered to."""
        return replace(self, function=function, is_of_a_queue=False)


def parse(body: str, attributes: Mapping[str, str]) -> DeadLetter:
    """Parse a message of the queue.

    Raises:
        RedriveError: the message has none of the four formats.
    """
    try:
        if SOURCE in attributes:
            return DeadLetter(
                _queue(attributes[SOURCE]), _of_sqs(body, attributes), None, is_of_a_queue=True
            )
        content = _object(json.loads(body))
        if "DDBStreamBatchInfo" in content:
            return DeadLetter(_function(content), None, _range(content["DDBStreamBatchInfo"]))
        if "requestPayload" in content:
            return DeadLetter(_function(content), _object(content["requestPayload"]), None)
        return DeadLetter(_name(attributes["TARGET_ARN"]), content, None)
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise RedriveError("its format is unknown") from error


def _queue(arn: str) -> str:
    """Return a queue's name from its ARN."""
    return arn.split(":")[5]


def _of_sqs(body: str, attributes: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the event of a message, as Lambda would deliver it."""
    record = {
        "messageId": attributes.get("MessageId", "redriven"),
        "body": body,
        "eventSource": "aws:sqs",
        "eventSourceARN": attributes[SOURCE],
    }
    return {"Records": [record]}


def _object(value: Any) -> Mapping[str, Any]:
    """Return the value if it is an object, as every event is."""
    if not isinstance(value, Mapping):
        raise TypeError
    return value


def _function(content: Mapping[str, Any]) -> str:
    return _name(content["requestContext"]["functionArn"])


def _name(arn: str) -> str:
    """Return the function's name from its ARN, which may end in a version."""
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
    """Read the records of a range again, and return them as an event. Apply the mapping's filters.

    Raises:
        RedriveError: the records cannot be read, or not all of them are still in the stream.
    """
    try:
        found = _records(streams, where)
    except (
        streams.exceptions.ResourceNotFoundException,
        streams.exceptions.TrimmedDataAccessException,
    ) as error:
        raise RedriveError(
            "its records are no longer in the stream, which keeps them for 24 hours"
        ) from error
    except FAILURES as error:
        raise RedriveError(f"its records cannot be read ({code_of(error)})") from error
    if not {int(where.first), int(where.last)} <= set(map(_number, found)):
        raise RedriveError(
            "some of its records are no longer in the stream, which keeps them for 24 hours"
        )
    records = [lambda_record(each, where.stream) for each in found]
    wanted = [each for each in records if _passes_filters(mapping, each)]
    if not wanted:  # The template has another filter now, and the function would do nothing.
        raise RedriveError("the filters in template.yaml exclude all of its records")
    return {"Records": wanted}


def code_of(error: Exception) -> str:
    """Return the error's code at AWS, or its type."""
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


def _passes_filters(mapping: StreamMapping, record: Mapping[str, Any]) -> bool:
    return not mapping.filters or any(matches(each, record) for each in mapping.filters)
