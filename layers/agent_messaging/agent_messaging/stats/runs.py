"""From a delivered batch, and the receipts found for it, to what is left to count.

    batch      0 1 2 3 4 5 6 7 8 9       5 is poison, 0 1 2 have a receipt
    runs             3 4   6 7 8 9       two, each committed with a receipt of its own

A record that some receipt lists was counted, whatever it looks like today. A record that changes
nothing, and a run whose changes cancel out, is not written at all: to count it again is harmless.
A poison record ends a run, for the mapping begins its next delivery there, and what lies behind
has to be found from there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent_messaging.stats.model import Cell, Change, Sums, total
from agent_messaging.stats.projection import PoisonRecordError, changes_of
from agent_messaging.stats.receipts import Receipt

# A transaction takes 100 entries; one is the receipt.
MAX_CELLS = 99


@dataclass(frozen=True)
class Run:
    """Records that are counted in one transaction, and what they add up to."""

    receipt: Receipt
    sums: Sums


@dataclass(frozen=True)
class Plan:
    """What to do about a batch.

    `carried` are the parts of receipts that reach behind the batch's end: the next batch begins
    with them. `poison` are the sequence numbers of records that cannot be understood.
    """

    runs: list[Run]
    carried: list[Receipt]
    poison: list[str]


def sequence_number(record: Mapping[str, Any]) -> int:
    """Where the record stands in its shard.

    Raises:
        KeyError, ValueError: it has none, and could not even be reported as poison.
    """
    return int(record["dynamodb"]["SequenceNumber"])


def plan(records: Sequence[Mapping[str, Any]], receipts: Iterable[Receipt]) -> Plan:
    """What is left to count of `records`, one shard's in their order."""
    found = list(receipts)
    counted = {number for receipt in found for number in receipt.numbers}
    runs, poison = _Runs(), []
    for record in records:
        number = sequence_number(record)
        if number in counted:
            runs.cut()
            continue
        try:
            runs.add(number, changes_of(record))
        except PoisonRecordError:
            runs.cut()
            poison.append(str(record["dynamodb"]["SequenceNumber"]))
    runs.cut()
    return Plan(runs.done, _carried(found, sequence_number(records[-1])), poison)


def _carried(receipts: Iterable[Receipt], end: int) -> list[Receipt]:
    rests = (receipt.behind(end) for receipt in receipts)
    return list({rest.first: rest for rest in rests if rest is not None}.values())


@dataclass
class _Runs:
    """The run that is being built, and those that are done."""

    done: list[Run] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    cells: set[Cell] = field(default_factory=set)

    def add(self, number: int, changes: list[Change]) -> None:
        if not changes:
            return
        cells = {change.cell for change in changes}
        if len(self.cells | cells) > MAX_CELLS:
            self.cut()
        self.numbers.append(number)
        self.changes += changes
        self.cells |= cells

    def cut(self) -> None:
        sums = total(self.changes)
        if sums:
            self.done.append(Run(Receipt(tuple(self.numbers)), sums))
        self.numbers, self.changes, self.cells = [], [], set()
