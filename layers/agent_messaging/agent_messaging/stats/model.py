"""The counters: metrics that consist of cells, which hold a few named counts each.

    agents              all               registered
    messages            all, 10 minutes   one count per type
    work_orders         all               one count per status
    time_to_accept      all               one count per bucket of a histogram
    time_to_complete    all               one count per bucket of a histogram

A change is the effect of one record on one count. Sums add up the changes of many records. The
platform's counters are the sums of all records since the beginning.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

ALL_TIME = "all"
WINDOW = timedelta(minutes=10)


class Metric(StrEnum):
    """The things that are counted."""

    AGENTS = "agents"
    MESSAGES = "messages"
    WORK_ORDERS = "work_orders"
    TIME_TO_ACCEPT = "time_to_accept"
    TIME_TO_COMPLETE = "time_to_complete"


class Cell(NamedTuple):
    """A metric over all time or in one window."""

    metric: Metric
    window: str = ALL_TIME


class Change(NamedTuple):
    """One count of a cell, and the amount to add to it."""

    cell: Cell
    name: str
    amount: int = 1


Sums = dict[Cell, Counter[str]]


def total(changes: Iterable[Change]) -> Sums:
    """Return the sums of the changes, without counts that are zero."""
    sums: Sums = {}
    for change in changes:
        sums.setdefault(change.cell, Counter())[change.name] += change.amount
    moved = {cell: _moved(counts) for cell, counts in sums.items()}
    return {cell: counts for cell, counts in moved.items() if counts}


def window_of(moment: datetime) -> str:
    """Return the start of the 10-minute window of `moment`, such as `2026-11-23T01:10`.

    Windows sort by time as text, and before ALL_TIME.
    """
    moment = moment.astimezone(UTC)
    start = moment.replace(minute=moment.minute - moment.minute % 10)
    return to_minute(start)


def to_minute(moment: datetime) -> str:
    """Return `moment` in UTC as text, cut to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def _moved(counts: Counter[str]) -> Counter[str]:
    return Counter({name: amount for name, amount in counts.items() if amount})
