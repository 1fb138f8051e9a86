"""What the items of the sent log hold: up to twelve messages of one sender's minute each. Pure.

A chunk lies under `<minute>#<number>`; minute and number have a fixed width, so they sort as text.
An entry is an attribute: its name is the message's ULID, its value the recipient, followed by the
kilobytes of the message's long part if there is one (`boots-agent-id#129`).
"""

import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent_messaging import clock, ids

# With agents' ids of up to 40 characters a full chunk stays below a kilobyte, and each update of it
# costs one unit. With ids of 64 characters a full chunk has 1.3 KB: its last three messages cost
# two.
CHUNK_ENTRIES = 12

KILOBYTE = 1024
MINUTE_CHARACTERS = len("2026-11-30T09:30")
# A partition takes 60,000 writes in a minute, which is 5,000 chunks.
NUMBER_DIGITS = 4
# A counter's name is 25 bits of a hash, shorter than an id. Two recipients with one counter share
# their limit within a chunk.
COUNTER_DIGITS = 5

_ULID = re.compile(f"{ids.ULID_PATTERN}\\Z")


@dataclass(frozen=True)
class SentRecord:
    """One message in its sender's log."""

    message_id: str
    recipient_id: str
    long_bytes: int = 0
    """The size of its long part, rounded up to kilobytes."""

    @property
    def value(self) -> str:
        """What the log stores under the message's ULID; no agent's id has a `#`."""
        kilobytes = math.ceil(self.long_bytes / KILOBYTE)
        return f"{self.recipient_id}#{kilobytes}" if kilobytes else self.recipient_id


@dataclass(frozen=True)
class Chunk:
    """One item of the log; its entries are in no order."""

    minute: str
    number: int
    entries: tuple[SentRecord, ...]

    @property
    def is_full(self) -> bool:
        """Whether it takes no more messages; then it never changes."""
        return len(self.entries) >= CHUNK_ENTRIES

    def has(self, message_id: str) -> bool:
        """Whether the message is among its entries."""
        return any(entry.message_id == message_id for entry in self.entries)


def parse(item: Mapping[str, Any]) -> Chunk:
    """A chunk from its item."""
    minute, number = item["slot"].split("#")
    entries = (_entry(name, value) for name, value in item.items() if _ULID.match(name))
    return Chunk(minute, int(number), tuple(entries))


def _entry(ulid: str, value: str) -> SentRecord:
    recipient_id, _, kilobytes = value.partition("#")
    return SentRecord(f"msg_{ulid}", recipient_id, int(kilobytes or 0) * KILOBYTE)


def slot(minute: str, number: int) -> str:
    """Where a chunk lies among those of its sender."""
    return f"{minute}#{number:0{NUMBER_DIGITS}}"


def end_of(minute: str) -> str:
    """Sorts behind every chunk of the minute, and before the next minute."""
    return f"{minute}#~"


def minute_of(message_id: str) -> str:
    """The minute that a message was written in, by its own id: `2026-11-30T09:30`."""
    return clock.to_text(ids.time_of(message_id))[:MINUTE_CHARACTERS]


def counter_of(recipient_id: str) -> str:
    """The name of a recipient's counter in a chunk; no other attribute has five characters."""
    digest = hashlib.sha256(recipient_id.encode()).digest()
    return ids.base32(int.from_bytes(digest[:4], "big"), COUNTER_DIGITS)
