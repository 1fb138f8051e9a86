"""Plan what to count of a batch: runs of records, each to be committed in one transaction.

    batch      0 1 2 3 4 5 6 7 8 9       5 is poison, 0 1 2 were counted
    run              3 4   6 7 8 9       one transaction: its sums, and its numbers by second

A listed record was counted. A record without changes is not listed, because counting it again is
harmless. A record with changes is always listed, even if the sums of its run are zero, because it
can be delivered again without the records that balance it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from agent_messaging.stats.counted_records import SECOND_DIGITS, CountedRecords
from agent_messaging.stats.model import Cell, Change, Sums, total
from agent_messaging.stats.projection import PoisonRecordError, changes_of

# The limit of a transaction: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
MAX_ITEMS = 100


class Run(NamedTuple):
    """The records that one transaction counts, and their sums."""

    records: tuple[CountedRecords, ...]
    sums: Sums


class Plan(NamedTuple):
    """The runs of a batch, and its poison records.

    `poison` holds the sequence numbers of the records that cannot be parsed.
    """

    runs: list[Run]
    poison: list[str]


def sequence_number(record: Mapping[str, Any]) -> int:
    """Return the sequence number of a record, which is its place in its shard.

    Raises:
        KeyError, ValueError: the record has none, so it cannot be reported as poison either.
    """
    return int(record["dynamodb"]["SequenceNumber"])


def second_of(record: Mapping[str, Any]) -> int:
    """Return when the record was created, in epoch seconds. It is the same in every delivery.

    Raises:
        PoisonRecordError: the record has no such time, so nothing tells whether it was counted.
    """
    try:
        second = int(record["dynamodb"]["ApproximateCreationDateTime"])
    except (KeyError, OverflowError, TypeError, ValueError):
        second = -1
    if not 0 <= second < 10**SECOND_DIGITS:
        raise PoisonRecordError("the record does not say when it was made")
    return second


def seconds_of(records: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return the seconds under which these records can be listed."""
    seconds = set()
    for record in records:
        try:
            seconds.add(second_of(record))
        except PoisonRecordError:
            continue  # It was never counted, and `plan` reports it.
    return seconds


def plan(records: Sequence[Mapping[str, Any]], before: Iterable[CountedRecords]) -> Plan:
    """Return what to count of `records`, in any order.

    `before` holds the counted records of the same seconds.
    """
    counted = {number for each in before for number in each.numbers}
    runs, poison = _Runs(), []
    for record in records:
        number = sequence_number(record)
        if number in counted:
            continue
        try:
            runs.add(second_of(record), number, changes_of(record))
        except PoisonRecordError:
            poison.append(str(record["dynamodb"]["SequenceNumber"]))
        else:
            counted.add(number)
    runs.cut()
    return Plan(runs.done, poison)


@dataclass
class _Runs:
    """The run that is being built, and the finished runs."""

    done: list[Run] = field(default_factory=list)
    numbers: dict[int, list[int]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    cells: set[Cell] = field(default_factory=set)

    def add(self, second: int, number: int, changes: list[Change]) -> None:
        if not changes:
            return
        cells = {change.cell for change in changes}
        if len(self.cells | cells) + len(self.numbers.keys() | {second}) > MAX_ITEMS:
            self.cut()
        self.numbers.setdefault(second, []).append(number)
        self.changes += changes
        self.cells |= cells

    def cut(self) -> None:
        if self.changes:
            records = tuple(
                CountedRecords(each, tuple(self.numbers[each])) for each in self.numbers
            )
            self.done.append(Run(records, total(self.changes)))
        self.numbers, self.changes, self.cells = {}, [], set()
