"""A stream's shard: batches one after the other, and how far behind they are.

Each batch reads the receipts of its seconds, which are all shards' under one key, and commits its
sums and its own receipt in one transaction. So what it reads grows with the whole platform, and
where it writes is one of a few counters. How long a batch takes is stated.
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
# Messages a second of the whole platform, without a hot key.
STREAMED = (100, 1_000, 5_000, 10_000, 20_000)
# Stated: Lambda's own way to the function, one query, one transaction.
BATCH_SECONDS = 0.050
# A shard is one partition's: as many records a second as that takes writes of a small item.
SHARD_RECORDS = limits.PARTITION_WRITE_UNITS
CELLS = 2  # over all time, and the ten minutes
# How much of a second's receipts a batch finds: those filed before it, and now and then a second's
# more. Fitted to what was measured: docs/decisions.md, "receipts are found by the second".
REACH_SECONDS = 0.7


class Projection(NamedTuple):
    """What the projector does with so many records a second of one stream."""

    shards: int
    batches: float  # a second, of all shards
    busy: float  # share of its time, of each shard's one function
    behind: float  # seconds, after a minute
    receipts_read: float  # units a second, of the one key that holds a stream's receipts
    receipts_written: float
    collided: float  # share of batches that meet another on a counter
    refused: float


def project(records: float, shards: int | None = None) -> Projection:
    """The projector under `records` a second, spread over the shards that they need."""
    number = shards or math.ceil(records / SHARD_RECORDS)
    each = records / number
    size = min(MAPPING.batch_size, max(1.0, each * MAPPING.window))
    batches = records / size
    receipt = samples.receipts(round(size))
    in_reach = size_of(receipt) * batches * REACH_SECONDS
    written = kilobytes(receipt) * limits.TRANSACTION_FACTOR * batches
    met = contend(batches / SHARDS) if number > 1 else None
    return Projection(
        number,
        batches,
        min(1.0, batches / number * BATCH_SECONDS),
        _behind(each),
        max(1, math.ceil(in_reach / 4096)) * batches,
        written,
        met.collided if met else 0.0,
        met.refused if met else 0.0,
    )


def _behind(records: float) -> float:
    """Seconds that one shard is behind after a minute of so many records a second."""
    chance = random.Random(SEED)
    come, waiting = records * BATCH_SECONDS, 0.0
    for _ in range(round(SECONDS / BATCH_SECONDS)):
        waiting += max(0.0, chance.gauss(come, math.sqrt(come)))
        waiting -= min(waiting, MAPPING.batch_size)
    return waiting / records if records else 0.0


def table() -> str:
    """A row for each rate of messages: one shard for one recipient, else as many as they need."""
    rows = []
    for name, rate, shards in [
        ("one recipient", 1_000, 1),
        ("one recipient, if it took more", 2_500, 1),
        *(("all recipients alike", rate, None) for rate in STREAMED),
    ]:
        each = project(rate, shards)
        rows.append(
            [
                name,
                f"{rate:,}",
                f"{each.shards}",
                f"{each.batches:,.0f}",
                f"{each.busy:.0%}",
                f"{each.behind:.1f}",
                f"{each.receipts_written:,.0f}",
                f"{each.receipts_read:,.0f}",
                f"{each.collided:.0%}",
                f"{each.refused:.1%}",
            ]
        )
    head = "messages to|messages/s|shards|batches/s|a shard is busy|s behind after 60|receipts, W/s"
    return markdown.table(f"{head}|receipts, R/s|counters collide|batches refused", rows)
