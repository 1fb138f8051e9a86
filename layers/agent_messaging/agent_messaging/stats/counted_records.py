"""Counted records: which records of a stream were counted, found by the second that made them.

The second is part of a record, the same in every delivery (`ApproximateCreationDateTime`), so the
list that holds a record is found from the record itself, however its delivery is cut. A list holds
what one transaction counted among the records of one second, under

    <second, 10 digits>#<first number, 40 digits>

The other numbers follow as text, each as its distance from the one before. AWS's numbers are two
counters side by side, the second one of 20 digits, and both move a little from record to record
(300000000000000499659, 400000000000000499660). A distance is therefore written as two small
hexadecimal numbers; of any other shape it is longer, and as right.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise

SECOND_COUNTER = 10**20

# Sequence numbers have 21 to 40 digits, and sort as text when padded; so do seconds.
NUMBER_DIGITS = 40
SECOND_DIGITS = 10

# Further apart, two seconds are worth a query each: what lies between may be another shard's,
# and much. A batch spans that long only when it is late, or in a stream that is nearly idle.
MAX_GAP_SECONDS = 10


@dataclass(frozen=True)
class CountedRecords:
    """The sequence numbers of one second's records that were counted together; at least one."""

    second: int
    numbers: tuple[int, ...]

    @property
    def key(self) -> str:
        """The sort key of the list among those of its stream."""
        return f"{start_of(self.second)}{self.numbers[0]:0{NUMBER_DIGITS}d}"

    def to_text(self) -> str:
        """All numbers but the first: `1.1 1.1 2.c`, empty for a single record."""
        distances = (later - earlier for earlier, later in pairwise(self.numbers))
        return " ".join(map(_distance_to_text, distances))

    @classmethod
    def from_text(cls, key: str, text: str) -> "CountedRecords":
        """The inverse of `key` and `to_text`."""
        second, first = map(int, key.split("#"))
        distances: Iterable[int] = map(_distance_from_text, text.split())
        return cls(second, tuple(accumulate(distances, initial=first)))


def start_of(second: int) -> str:
    """What the keys of a second's lists begin with."""
    return f"{second:0{SECOND_DIGITS}d}#"


def spans(seconds: Iterable[int]) -> list[tuple[int, int]]:
    """The ranges to look for counted records in, first and last second of each."""
    found: list[tuple[int, int]] = []
    for second in sorted(set(seconds)):
        if found and second - found[-1][1] <= MAX_GAP_SECONDS:
            found[-1] = (found[-1][0], second)
        else:
            found.append((second, second))
    return found


def _distance_to_text(distance: int) -> str:
    high, low = divmod(distance, SECOND_COUNTER)
    return f"{high:x}.{low:x}"


def _distance_from_text(text: str) -> int:
    high, low = text.split(".")
    return int(high, 16) * SECOND_COUNTER + int(low, 16)
