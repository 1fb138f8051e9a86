"""Count exactly once what the streams deliver at least once.

A mapping delivers a shard's records in order, and after a failure once more: from the first record
that was not reported done, in halves, or with another end. Every run of records is committed
together with lists of its numbers, one for each second in which the records were made. A delivery
reads the lists of its records' seconds, drops what they hold, and counts the rest, so that

    any delivery of a record but the first   finds it listed, and counts nothing
    a poison record within                   is reported alone; all others are counted at once
    an answer that got lost                  makes no difference: the lists are there, or nothing
                                             was written

and nothing has to be left behind for the next delivery. A dead letter's records are counted where
they were not, whichever of them are replayed, in whatever order: the poison record, once it is
understood, and nothing else. The lists are kept for twice the stream's 24 hours.

A commit may arrive when its function was ended already and the next one has read the lists. Both
begin with the same record then, so the second to arrive finds a list under its own key, and fails.
A commit that is on its way for longer, past every retry of the records that it begins with, would
be counted twice; DynamoDB does not take minutes.
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agent_messaging.errors import ContentionError
from agent_messaging.observability.log import logger
from agent_messaging.stats.runs import plan, seconds_of
from agent_messaging.stats.table import StatsTable
from agent_messaging.storage.transactions import TransactionFailedError

ATTEMPTS = 5


def count(stats: StatsTable, records: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
    """Count a batch of one stream.

    Returns the sequence numbers of the records that cannot be understood, and logs them; all others
    are counted.

    Raises:
        ContentionError: other batches kept changing the same counters; nothing more was written.
    """
    if not records:
        return []
    for _ in range(ATTEMPTS):
        # What fails is the condition on a list: an earlier attempt's commit arrived since the lists
        # were read, and they are there to be read now.
        with contextlib.suppress(TransactionFailedError):
            return _count(stats, records, now)
    raise ContentionError("Earlier attempts kept counting the same records.")


def _count(stats: StatsTable, records: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
    stream = records[0]["eventSourceARN"]
    todo = plan(records, stats.counted_records(stream, seconds_of(records)))
    for run in todo.runs:
        stats.commit(stream, run, now)
    for number in todo.poison:
        logger.error("a stream record cannot be understood", sequence_number=number)
    return todo.poison
