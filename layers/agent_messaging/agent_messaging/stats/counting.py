"""Counting exactly once what the streams deliver at least once.

A mapping delivers a shard's records in order, and after a failure begins again at the first record
that was not reported done: the same batch, a longer one, its first half, or the part from a poison
record on. Every run of records is committed together with a receipt that lists them, so:

    the same batch again     finds its receipt, and nothing is left to count
    a longer one             counts what lies behind the receipt's end
    a shorter one            counts nothing, and files the rest of the receipt for the next batch
    a poison record within   is reported alone; the runs around it are counted
    an answer that got lost  makes no difference: the receipt is there, or nothing was written

Replaying a dead letter follows: the records that it names, delivered again from its first to its
last, are counted where they were not. A record that was poison has no receipt, so replaying it by
itself counts it under its own number, once. Of the others the receipt decides, which is found from
where a delivery began, so a letter is replayed whole. Receipts outlive the stream's 24 hours.

One gap is known. When a whole batch was committed without an answer, and its first half then fails
until the mapping gives it up, nobody has filed the rest, and the second half is counted twice.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agent_messaging.batches import TransactionFailedError
from agent_messaging.errors import ContentionError
from agent_messaging.stats.runs import plan, sequence_number
from agent_messaging.stats.table import StatsTable

ATTEMPTS = 5


def count(stats: StatsTable, records: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
    """Count a batch of one shard.

    Returns the sequence numbers of the records that cannot be understood; all others are counted.

    Raises:
        ContentionError: other batches kept changing the same counters; nothing more was written.
    """
    if not records:
        return []
    for _ in range(ATTEMPTS):
        # What fails is the condition on a receipt: an earlier attempt's commit arrived since the
        # receipts were read, and they are there to be read now.
        with contextlib.suppress(TransactionFailedError):
            return _count(stats, records, now)
    raise ContentionError("Earlier attempts kept counting the same records.")


def _count(stats: StatsTable, records: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
    stream = records[0]["eventSourceARN"]
    first, last = sequence_number(records[0]), sequence_number(records[-1])
    todo = plan(records, stats.receipts(stream, first, last))
    for run in todo.runs:
        stats.commit(stream, run, now)
    for rest in todo.carried:
        stats.carry(stream, rest, now)
    return todo.poison
