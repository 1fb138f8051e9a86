"""Transactions on the same item: which collide, which are repeated, which are refused.

A transaction holds its items from prepare to commit. Another one in this time is cancelled, and is
repeated after a pause, as in `transactions.transact`: with full jitter and a limited number of
times. AWS does not say how long a transaction holds its items. HOLD_SECONDS is a pessimistic guess.
"""

import heapq
import random
from typing import NamedTuple

from agent_messaging.storage.table import ATTEMPTS, FIRST_WAIT_SECONDS
from benchmarks.scale import markdown
from benchmarks.scale.loads import ORDERS_PER_SECOND

HOLD_SECONDS = 0.020
SECONDS = 600
SEED = 6
# The numbers of workers that share the orders of an hour.
WORKERS = (1, 2, 5, 10, 100)


class Contention(NamedTuple):
    """The results of transactions on one item, as shares of all."""

    collided: float  # at the first attempt
    refused: float  # after the last attempt
    mean_wait: float  # seconds, of the written transactions


def contend(per_second: float, hold: float = HOLD_SECONDS) -> Contention:
    """Simulate ten minutes of transactions at random times."""
    chance = random.Random(SEED)
    arrivals, now = [], 0.0
    while now < SECONDS:
        now += chance.expovariate(per_second)
        arrivals.append((now, 0, now))
    total, collided, refused, waited = len(arrivals), 0, 0, 0.0
    free_at = 0.0
    while arrivals:
        now, attempt, begun = heapq.heappop(arrivals)
        if now >= free_at:
            free_at, waited = now + hold, waited + now - begun
            continue
        collided += attempt == 0
        if attempt + 1 == ATTEMPTS:
            refused += 1
            continue
        again = now + chance.uniform(0, FIRST_WAIT_SECONDS * 2**attempt)
        heapq.heappush(arrivals, (again, attempt + 1, begun))
    return Contention(collided / total, refused / total, waited / max(1, total - refused))


def table() -> str:
    """Return a row for each number of workers that share the orders of an hour."""
    rows = []
    for workers in WORKERS:
        # An accept and a completion each change the worker's own item.
        rate = 2 * ORDERS_PER_SECOND / workers
        met = contend(rate)
        rows.append(
            [
                f"{workers}",
                f"{rate:.1f}",
                f"{rate * HOLD_SECONDS:.0%}",
                f"{met.collided:.1%}",
                f"{met.refused:.2%}",
                f"{met.mean_wait * 1000:.0f}",
            ]
        )
    head = (
        "workers that share the orders|transactions/s on one item|item in use|meet another at first"
    )
    return markdown.table(f"{head}|refused after six tries|mean wait, ms", rows)
