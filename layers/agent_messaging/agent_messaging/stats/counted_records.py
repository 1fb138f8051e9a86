"""Counted records: which records of a stream were counted, by the second of their creation.

Every delivery of a record has the same second (`ApproximateCreationDateTime`). So the list that
holds a record is found from the record itself, in whatever batches the records are delivered. A
list holds the records of one second that one transaction counted, under the key

    <second, 10 digits>#<first number, 40 digits>

The other numbers follow as text, each as the distance from the number before. AWS's sequence
numbers consist of two counters, the second with 20 digits, and both grow a little from record to
record (300000000000000499659, 400000000000000499660). So a distance is written as two small
hexadecimal numbers. Numbers of another shape give longer texts, which are also correct.
"""

from collections.abc import Iterable
from itertools import accumulate, pairwise
from typing import NamedTuple

SECOND_COUNTER = 10**20

# Sequence numbers have 21 to 40 digits, and sort as text when padded; so do seconds.
NUMBER_DIGITS = 40
SECOND_DIGITS = 10

# Seconds that are further apart get separate queries, because the time between them may hold many
# lists of other shards. Only a late batch or a nearly idle stream spans such a gap.
MAX_GAP_SECONDS = 10


class CountedRecords(NamedTuple):
    """The sequence numbers of one second's records that were counted together: at least one."""

    second: int
    numbers: tuple[int, ...]

    @property
    def key(self) -> str:
        """The sort key of the list among the lists of its stream."""
        return f"{start_of(self.second)}{self.numbers[0]:0{NUMBER_DIGITS}d}"

    def to_text(self) -> str:
        """Return all numbers but the first, such as `1.1 1.1 2.c`. Empty for a single record."""
        distances = (later - earlier for earlier, later in pairwise(self.numbers))
        return " ".join(map(_distance_to_text, distances))

    @classmethod
    def from_text(cls, key: str, text: str) -> "CountedRecords":
        """Return the records of a key and a text; the inverse of `key` and `to_text`."""
        second, first = map(int, key.split("#"))
        distances: Iterable[int] = map(_distance_from_text, text.split())
        return cls(second, tuple(accumulate(distances, initial=first)))


def start_of(second: int) -> str:
    """Return the prefix of the keys of a second's lists."""
    return f"{second:0{SECOND_DIGITS}d}#"


def spans(seconds: Iterable[int]) -> list[tuple[int, int]]:
    """Return the ranges of seconds to query, each as its first and last second."""
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
