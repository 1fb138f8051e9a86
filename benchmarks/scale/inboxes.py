"""How many messages one inbox takes by their size, and what reading it costs."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from benchmarks.scale import limits, markdown, samples
from benchmarks.scale.items import Touch, held, queried, size_of, writes
from benchmarks.scale.loads import HOT, PER_PAIR

TABLE = "AgentMessagesTable"
PENDING = f"{TABLE}/pending_inbox"
HEARTBEAT_COUNTS = 100  # paging.COUNT_LIMIT
KIBIBYTE = 1024
# Bodies: a sentence, the longest one in the inbox's index, a page, the longest one, and the longest
# one with the longest metadata.
BODIES = {
    "400 B": 400,
    "2 KB": 2 * KIBIBYTE,
    "4 KB": 4 * KIBIBYTE,
    "64 KB": 64 * KIBIBYTE,
    "64 KB and 64 KB of metadata": 128 * KIBIBYTE,
}


class Inbox(NamedTuple):
    """One inbox with messages of one size."""

    size: int  # bytes of its items
    written: float  # units of the recipient's key for a message
    read: float  # and to mark it as read
    per_second: float  # the most messages a second for the key, if they are read later
    settled: float  # and if they are read at once
    keyed: float  # and with an Idempotency-Key, without reads
    senders: int  # how many senders reach `per_second` within MessagesPerPair
    heartbeat: float  # read units to count a hundred pending messages
    queries: int  # how many requests one after the other this takes


def inbox(body_bytes: int) -> Inbox:
    """Return an inbox of messages with bodies of this size."""
    *long, item = samples.parts(HOT, "sender-000", body_bytes)
    apart = [touch for part in long for touch in writes(TABLE, part)]
    written = _hottest([*apart, *writes(TABLE, item)])
    keyed = _hottest([*apart, *writes(TABLE, item, in_transaction=True)])
    read = _hottest(writes(TABLE, samples.was_read(item), item))
    most = limits.PARTITION_WRITE_UNITS / written
    # A page ends before the first item that does not fit.
    page = min(HEARTBEAT_COUNTS, limits.QUERY_BYTES // size_of(held(PENDING, item)))
    return Inbox(
        sum(map(size_of, [*long, item])),
        written,
        read,
        most,
        limits.PARTITION_WRITE_UNITS / (written + read),
        limits.PARTITION_WRITE_UNITS / keyed,
        math.ceil(most / PER_PAIR),
        queried(PENDING, HOT, item, HEARTBEAT_COUNTS).units,
        math.ceil(HEARTBEAT_COUNTS / page),
    )


def _hottest(touches: Iterable[Touch]) -> float:
    """Return the units of the recipient's key in the table or index that takes most."""
    units: Counter[str] = Counter()
    for touch in touches:
        if touch.key == HOT:
            units[touch.place] += touch.units  # type: ignore[assignment]
    return max(units.values())


def table() -> str:
    """Return a row for each size of a body."""
    rows = []
    for name, size in BODIES.items():
        each = inbox(size)
        taken = (each.per_second, each.settled, each.keyed)
        rows.append(
            [
                name,
                f"{each.size:,}",
                f"{each.written:.0f} + {each.read:.0f}",
                *(map(markdown.number, taken)),
                f"{each.senders:,}",
                f"{each.heartbeat:,.0f}",
                f"{each.queries}",
            ]
        )
    head = "body|item, B|units: written + read|messages/s, read later|read at once|with a key"
    return markdown.table(f"{head}|senders that fill it|heartbeat, R|its queries", rows)
