"""Count exactly once the records that the streams deliver at least once.

An event source mapping delivers a shard's records in order. After a failure it delivers them again:
from the first failed record, in halves, or with another end. One transaction commits each run of
records together with lists of their sequence numbers, one list for each second of creation. A
delivery reads the lists for its records' seconds, skips the listed records, and counts the rest:

    a repeated delivery    finds its records listed, and counts nothing
    a poison record        is reported alone, and all others are counted at once
    a lost answer          does no harm: the lists exist, or nothing was written

So no delivery has to leave anything for the next one. If the records of a dead letter are replayed,
in any selection and order, only the records that were not counted are counted: the poison record,
once the code understands it. The lists are kept for twice the stream's 24 hours.

A commit can arrive after its function was stopped and after the next function has read the lists.
Both commits begin with the same record. So the second to arrive finds a list under its key, and
fails. A commit that arrives after all retries of its first record would be counted twice, but
DynamoDB does not take minutes.
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
    """Count a batch of one stream, and return the sequence numbers of poison records.

    Poison records cannot be parsed. They are logged, and all other records are counted.

    Raises:
        ContentionError: other batches kept changing the same counters or lists. Runs that were
            not committed yet are not counted.
    """
    if not records:
        return []
    for _ in range(ATTEMPTS):
        # The condition on a list fails if an earlier attempt's commit arrived after the lists were
        # read. The next round reads them again.
        with contextlib.suppress(TransactionFailedError):
            return _count(stats, records, now)
    raise ContentionError("Earlier attempts kept counting the same records.")


def _count(stats: StatsTable, records: Sequence[Mapping[str, Any]], now: datetime) -> list[str]:
    stream = records[0]["eventSourceARN"]
    todo = plan(records, stats.counted_records(stream, seconds_of(records)))
    for run in todo.runs:
        stats.commit(stream, run, now)
    for number in todo.poison:
        logger.error("a stream record cannot be parsed", sequence_number=number)
    return todo.poison
