"""What is left to count of a batch: runs of records, each to be committed as one transaction.

    batch      0 1 2 3 4 5 6 7 8 9       5 is poison, 0 1 2 were counted
    run              3 4   6 7 8 9       one transaction: its sums, and its numbers by second

A record that is listed was counted, whatever it looks like today. A record that changes nothing is
not listed: to count it again is harmless. One that changes something always is, though the run's
sums may come out as nothing: it may be delivered again without those that balance it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent_messaging.stats.counted_records import SECOND_DIGITS, CountedRecords
from agent_messaging.stats.model import Cell, Change, Sums, total
from agent_messaging.stats.projection import PoisonRecordError, changes_of

# What a transaction takes: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
MAX_ITEMS = 100


@dataclass(frozen=True)
class Run:
    """Records that are counted in one transaction: what they add up to, and who they are."""

    records: tuple[CountedRecords, ...]
    sums: Sums


@dataclass(frozen=True)
class Plan:
    """What to do about a batch.

    `poison` are the sequence numbers of the records that cannot be understood.
    """

    runs: list[Run]
    poison: list[str]


def sequence_number(record: Mapping[str, Any]) -> int:
    """Where the record stands in its shard.

    Raises:
        KeyError, ValueError: it has none, and could not even be reported as poison.
    """
    return int(record["dynamodb"]["SequenceNumber"])


def second_of(record: Mapping[str, Any]) -> int:
    """When the record was made, in epoch seconds; the same in every delivery.

    Raises:
        PoisonRecordError: it does not say, so nothing tells whether it was counted.
    """
    try:
        second = int(record["dynamodb"]["ApproximateCreationDateTime"])
    except (KeyError, OverflowError, TypeError, ValueError):
        second = -1
    if not 0 <= second < 10**SECOND_DIGITS:
        raise PoisonRecordError("the record does not say when it was made")
    return second


def seconds_of(records: Iterable[Mapping[str, Any]]) -> set[int]:
    """The seconds under which these records may be listed."""
    seconds = set()
    for record in records:
        try:
            seconds.add(second_of(record))
        except PoisonRecordError:
            continue  # It was never counted; `plan` reports it.
    return seconds


def plan(records: Sequence[Mapping[str, Any]], before: Iterable[CountedRecords]) -> Plan:
    """What is left to count of `records`, whose order does not matter.

    `before` holds those of their seconds that were counted before.
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
    """The run that is being built, and those that are done."""

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
