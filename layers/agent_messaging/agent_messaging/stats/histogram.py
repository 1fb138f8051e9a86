"""Durations in log-spaced buckets: a median within 10 percent from about a hundred small counts.

Bucket `i` holds the durations from 1 ms * 1.2^i up to 1 ms * 1.2^(i+1). Its geometric midpoint is
off by at most the square root of 1.2, which is 9.6 percent. A year falls into bucket 132.
"""

import math
from collections.abc import Mapping

RATIO = 1.2
FLOOR_SECONDS = 0.001


def bucket(seconds: float) -> int:
    """The bucket of a duration; what is below a millisecond, or negative, counts as one.

    Two clocks may disagree by more than a short duration lasts.
    """
    return math.floor(math.log(max(seconds, FLOOR_SECONDS) / FLOOR_SECONDS, RATIO))


def median(counts: Mapping[int, int]) -> float | None:
    """The median in seconds, four significant digits; None when nothing was observed.

    Of an even number of durations it is the mean of the middle two, each within its 10 percent.
    """
    observed = sum(counts.values())
    if observed <= 0:
        return None
    middle = (_at(counts, (observed - 1) // 2), _at(counts, observed // 2))
    return float(f"{sum(map(_midpoint, middle)) / 2:.4g}")


def _at(counts: Mapping[int, int], rank: int) -> int:
    """The bucket of the duration with `rank` smaller ones before it."""
    passed = 0
    for index in sorted(counts):
        passed += counts[index]
        if passed > rank:
            return index
    raise ValueError(f"rank {rank} among {passed}")


def _midpoint(index: int) -> float:
    return float(FLOOR_SECONDS * RATIO ** (index + 0.5))
