"""A stream's shard: its batches one after the other, and how late they are.

Each batch reads the receipts of its seconds, which all shards store under one key. It commits its
sums and its own receipt in one transaction. So its reads grow with the whole platform, and it
writes to one of a few counters. The duration of a batch is an assumption.
"""

import math
import random
from typing import NamedTuple

from agent_messaging.stats.table import SHARDS
from benchmarks.scale import limits, markdown, samples
from benchmarks.scale.contention import contend
from benchmarks.scale.items import TEMPLATE, kilobytes, size_of

MAPPING = next(each for each in TEMPLATE.streams if each.name == "Messages")
SECONDS = 60
SEED = 6
# Messages a second on the whole platform, without a hot key.
STREAMED = (100, 1_000, 5_000, 10_000, 20_000)
# The effect of two remedies.
REMEDIED, MORE_COUNTERS, LONGER_BATCH = 10_000, 16, 500
# Assumptions: Lambda's call of the function, one query, one transaction, and each record.
BATCH_SECONDS = 0.040
RECORD_SECONDS = 0.0001
# A shard belongs to one partition, which takes this many writes of small items a second.
SHARD_RECORDS = limits.PARTITION_WRITE_UNITS
CELLS = 2  # all time, and the ten minutes
# How much of a second's lists a batch finds: those written before it, and now and then a second's
# more. Fitted to what was measured: docs/decisions.md, "receipts are found by the second".
REACH_SECONDS = 0.7


class Projection(NamedTuple):
    """What the projector does with this many records a second of one stream."""

    shards: int
    batches: float  # a second, of all shards
    busy: float  # share of its time, of each shard's one function
    behind: float  # seconds, after a minute
    lists_read: float  # units a second, of the one key that holds a stream's lists
    lists_written: float
    collided: float  # share of batches that collide with another on a counter
    refused: float


def project(
    records: float,
    shards: int | None = None,
    *,
    most: int = MAPPING.batch_size,
    counters: int = SHARDS,
) -> Projection:
    """Return the projector's work for `records` a second, spread over the necessary shards."""
    number = shards or math.ceil(records / SHARD_RECORDS)
    each = records / number
    size = min(most, max(1.0, each * MAPPING.window))
    batches = records / size
    counted = samples.counted_records(round(size))
    in_reach = size_of(counted) * batches * REACH_SECONDS
    written = kilobytes(counted) * limits.TRANSACTION_FACTOR * batches
    met = contend(batches / counters) if number > 1 else None
    return Projection(
        number,
        batches,
        min(1.0, batches / number * _seconds(size)),
        _behind(each, size),
        max(1, math.ceil(in_reach / 4096)) * batches,
        written,
        met.collided if met else 0.0,
        met.refused if met else 0.0,
    )


def _seconds(size: float) -> float:
    """Return how long a batch of this many records takes."""
    return BATCH_SECONDS + RECORD_SECONDS * size


def _behind(records: float, size: float) -> float:
    """Return how many seconds a shard is behind after a minute of this many records a second."""
    chance = random.Random(SEED)
    come, waiting = records * _seconds(size), 0.0
    for _ in range(round(SECONDS / _seconds(size))):
        waiting += max(0.0, chance.gauss(come, math.sqrt(come)))
        waiting -= min(waiting, size)
    return waiting / records if records else 0.0


def table() -> str:
    """Return a row for each rate of messages. A single recipient has one shard."""
    rows = []
    for name, rate, each in [
        ("one recipient", 1_000, project(1_000, 1)),
        ("one recipient, if it took more", 2_500, project(2_500, 1)),
        *(("all recipients alike", rate, project(rate)) for rate in STREAMED),
        ("the same, 16 counters", REMEDIED, project(REMEDIED, counters=MORE_COUNTERS)),
        ("the same, batches of 500", REMEDIED, project(REMEDIED, most=LONGER_BATCH)),
    ]:
        rows.append(
            [
                name,
                f"{rate:,}",
                f"{each.shards}",
                f"{each.batches:,.0f}",
                f"{each.busy:.0%}",
                f"{each.behind:.1f}",
                f"{each.lists_written:,.0f}",
                f"{each.lists_read:,.0f}",
                f"{each.collided:.0%}",
                f"{each.refused:.1%}",
            ]
        )
    head = "messages to|messages/s|shards|batches/s|a shard is busy|s behind after 60|lists, W/s"
    return markdown.table(f"{head}|lists, R/s|counters collide|batches refused", rows)
