"""What is counted, and where: metrics, each in cells, each cell a handful of named counts.

    agents              all               registered
    messages            all, 10 minutes   one count per type
    work_orders         all               one count per status
    time_to_accept      all               one count per bucket of a histogram
    time_to_complete    all               one count per bucket of a histogram

Changes are what one record does to the cells, sums are the changes of many, and the counters of
the platform are nothing but the sums of every record there ever was.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

ALL_TIME = "all"
WINDOW = timedelta(minutes=10)


class Metric(StrEnum):
    """A thing that is counted."""

    AGENTS = "agents"
    MESSAGES = "messages"
    WORK_ORDERS = "work_orders"
    TIME_TO_ACCEPT = "time_to_accept"
    TIME_TO_COMPLETE = "time_to_complete"


class Cell(NamedTuple):
    """One place to count in: a metric, over all time or in one window."""

    metric: Metric
    window: str = ALL_TIME


class Change(NamedTuple):
    """One count of a cell, and by how much it moves."""

    cell: Cell
    name: str
    amount: int = 1


Sums = dict[Cell, Counter[str]]


def total(changes: Iterable[Change]) -> Sums:
    """The changes added up; what comes out as zero is left out."""
    sums: Sums = {}
    for change in changes:
        sums.setdefault(change.cell, Counter())[change.name] += change.amount
    moved = {cell: _moved(counts) for cell, counts in sums.items()}
    return {cell: counts for cell, counts in moved.items() if counts}


def window_of(moment: datetime) -> str:
    """The start of the 10 minutes around `moment`, such as `2026-11-23T01:10`.

    Windows sort as times do, and before ALL_TIME.
    """
    moment = moment.astimezone(UTC)
    start = moment.replace(minute=moment.minute - moment.minute % 10)
    return to_minute(start)


def to_minute(moment: datetime) -> str:
    """`moment` in UTC as text, without what is below a minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def _moved(counts: Counter[str]) -> Counter[str]:
    return Counter({name: amount for name, amount in counts.items() if amount})
