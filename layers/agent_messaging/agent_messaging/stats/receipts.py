"""Receipts: which records of a stream were counted, by their sequence numbers.

A receipt is filed under its first number; the others follow as text, each as its distance from
the one before. AWS's numbers are two counters side by side, the second one of 20 digits, and both
move a little from record to record (300000000000000499659, 400000000000000499660). A distance is
therefore written as two small hexadecimal numbers; of any other shape it is longer, and as right.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise

SECOND_COUNTER = 10**20


@dataclass(frozen=True)
class Receipt:
    """The sequence numbers of records that were counted together, in their order; at least one."""

    numbers: tuple[int, ...]

    @property
    def first(self) -> int:
        """The number that the receipt is filed under."""
        return self.numbers[0]

    def behind(self, number: int) -> "Receipt | None":
        """What the receipt holds behind `number`; None if nothing."""
        rest = tuple(each for each in self.numbers if each > number)
        return Receipt(rest) if rest else None

    def to_text(self) -> str:
        """All numbers but the first: `1.1 1.1 2.c`, empty for a single record."""
        distances = (later - earlier for earlier, later in pairwise(self.numbers))
        return " ".join(map(_distance_to_text, distances))

    @classmethod
    def from_text(cls, first: int, text: str) -> "Receipt":
        """The inverse of `to_text`."""
        distances: Iterable[int] = map(_distance_from_text, text.split())
        return cls(tuple(accumulate(distances, initial=first)))


def _distance_to_text(distance: int) -> str:
    high, low = divmod(distance, SECOND_COUNTER)
    return f"{high:x}.{low:x}"


def _distance_from_text(text: str) -> int:
    high, low = text.split(".")
    return int(high, 16) * SECOND_COUNTER + int(low, 16)
