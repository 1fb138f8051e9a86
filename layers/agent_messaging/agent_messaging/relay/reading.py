"""Read the records of a batch.

AWS documents their shape: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html.
"""

import functools
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agent_messaging import ids
from agent_messaging.feed.model import Source
from agent_messaging.relay.record import Change, StreamRecord, UnreadableRecordError
from agent_messaging.storage.table import decode

STREAM_DIGITS = 6


def read(record: Mapping[str, Any]) -> StreamRecord:
    """Return a record of a batch.

    Raises:
        UnreadableRecordError: it lacks a needed field.
    """
    try:
        image = record["dynamodb"]
        number = image["SequenceNumber"]
        stream = stream_name(record["eventSourceARN"])
        return StreamRecord(
            change=Change(record["eventName"]),
            number=number,
            source=Source(stream=stream, number=int(number)),
            at=datetime.fromtimestamp(float(image["ApproximateCreationDateTime"]), UTC),
            key=decode(image["Keys"]),
            new=decode(image.get("NewImage", {})),
            old=decode(image.get("OldImage", {})),
        )
    except (ArithmeticError, AttributeError, KeyError, OverflowError, TypeError, ValueError):
        raise UnreadableRecordError("the record cannot be read") from None


@functools.lru_cache(maxsize=16)
def stream_name(arn: str) -> str:
    """Return a short name for a stream.

    A table that is restored or created again has a stream with another ARN, whose numbers may be
    lower. So it has another name.
    """
    digest = hashlib.sha256(arn.encode()).digest()
    return ids.base32(int.from_bytes(digest[:4], "big"), STREAM_DIGITS)
