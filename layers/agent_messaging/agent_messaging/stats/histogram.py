"""Durations in logarithmic buckets: a median within 10 percent from about a hundred small counts.

Bucket `i` holds durations from 1 ms * 1.2^i up to 1 ms * 1.2^(i+1). Its geometric midpoint is wrong
by a factor of at most the square root of 1.2, which is 9.6 percent. A year is in bucket 132.
"""

import math
from collections.abc import Mapping

RATIO = 1.2
FLOOR_SECONDS = 0.001


def bucket(seconds: float) -> int:
    """Return the bucket of a duration. Less than a millisecond counts as a millisecond.

    A duration can be negative, because two clocks may differ by more than its length.
    """
    return math.floor(math.log(max(seconds, FLOOR_SECONDS) / FLOOR_SECONDS, RATIO))


def median(counts: Mapping[int, int]) -> float | None:
    """Return the median in seconds with four significant digits, or None without durations.

    For an even number of durations it is the mean of the middle two, each within 10 percent.
    """
    observed = sum(counts.values())
    if observed <= 0:
        return None
    middle = (_at(counts, (observed - 1) // 2), _at(counts, observed // 2))
    return float(f"{sum(map(_midpoint, middle)) / 2:.4g}")


def _at(counts: Mapping[int, int], rank: int) -> int:
    """Return the bucket of the duration that has `rank` durations before it."""
    passed = 0
    for index in sorted(counts):
        passed += counts[index]
        if passed > rank:
            return index
    raise ValueError(f"no duration has rank {rank}: there are only {passed}")


def _midpoint(index: int) -> float:
    return float(FLOOR_SECONDS * RATIO ** (index + 0.5))
