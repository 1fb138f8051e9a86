"""The items of the sent log: chunks, each with up to twelve messages of one sender's minute.

The key of a chunk is `<minute>#<number>`. Both have a fixed width, so they sort as text.
A message's record is an attribute. Its name is the message's ULID. Its value is the recipient,
followed by the kilobytes of the message's long part if there is one (`boots-agent-id#129`).
"""

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agent_messaging import clock, ids

# How many records a chunk holds. With agents' ids of up to 40 characters a full chunk stays below a
# kilobyte, and each update of it costs one unit. With ids of 64 characters it has 1.3 KB, and its
# last three messages cost two units each.
CHUNK_SIZE = 12

KILOBYTE = 1024
MINUTE_CHARACTERS = len("2026-11-30T09:30")
# A partition takes 60,000 writes in a minute, which fill 5,000 chunks.
NUMBER_DIGITS = 4
# A counter's name is 25 bits of a hash, shorter than an id. Two recipients with one counter share
# their limit within a chunk.
COUNTER_DIGITS = 5

_ULID = re.compile(f"{ids.ULID_PATTERN}\\Z")


class SentRecord(NamedTuple):
    """One message in its sender's log."""

    message_id: str
    recipient_id: str
    long_bytes: int = 0
    """The size of its long part, rounded up to kilobytes."""

    @property
    def value(self) -> str:
        """The text that the log stores under the message's ULID. No agent's id contains `#`."""
        kilobytes = math.ceil(self.long_bytes / KILOBYTE)
        return f"{self.recipient_id}#{kilobytes}" if kilobytes else self.recipient_id


class Chunk(NamedTuple):
    """One item of the log. Its records have no order."""

    minute: str
    number: int
    records: tuple[SentRecord, ...]

    @property
    def is_full(self) -> bool:
        """Whether it takes no more messages. A full chunk never changes."""
        return len(self.records) >= CHUNK_SIZE

    def has(self, message_id: str) -> bool:
        """Whether it holds a record of the message."""
        return any(record.message_id == message_id for record in self.records)


@dataclass(frozen=True)
class FullChunks:
    """The full chunks of a minute: their number, and how many messages each recipient got."""

    number: int = 0
    recipients: Counter[str] = field(default_factory=Counter)

    def then(self, chunk: Chunk) -> "FullChunks":
        """Return these chunks and the next one, which is full."""
        recipients = Counter(record.recipient_id for record in chunk.records)
        return FullChunks(self.number + 1, self.recipients + recipients)


def parse(item: Mapping[str, Any]) -> Chunk:
    """Return a chunk from its item."""
    minute, number = item["slot"].split("#")
    records = (_record(name, value) for name, value in item.items() if _ULID.match(name))
    return Chunk(minute, int(number), tuple(records))


def _record(ulid: str, value: str) -> SentRecord:
    recipient_id, _, kilobytes = value.partition("#")
    return SentRecord(f"msg_{ulid}", recipient_id, int(kilobytes or 0) * KILOBYTE)


def slot(minute: str, number: int) -> str:
    """Return the sort key of a chunk."""
    return f"{minute}#{number:0{NUMBER_DIGITS}}"


def end_of(minute: str) -> str:
    """Return a sort key after every chunk of the minute and before the next minute."""
    return f"{minute}#~"


def minute_of(message_id: str) -> str:
    """Return the minute in a message's id: `2026-11-30T09:30`."""
    return clock.to_text(ids.time_of(message_id))[:MINUTE_CHARACTERS]


def counter_of(recipient_id: str) -> str:
    """Return the name of a recipient's counter. No other attribute of a chunk has its length."""
    digest = hashlib.sha256(recipient_id.encode()).digest()
    return ids.base32(int.from_bytes(digest[:4], "big"), COUNTER_DIGITS)


def newest_first(chunks: Iterable[Chunk], oldest: str, before: str | None) -> list[SentRecord]:
    """Return records older than the message `before`, from minutes after `oldest`, newest first."""
    records = [
        record
        for chunk in chunks
        if chunk.minute > oldest
        for record in chunk.records
        if before is None or record.message_id < before
    ]
    return sorted(records, key=lambda record: record.message_id, reverse=True)
