"""The first minutes of a day: each agent's first heartbeat writes the day into its item.

Each key's first authorization does the same. A table with partitions for its reads gets as many
writes as reads at once, until each agent was written. If a heartbeat or an authorization cannot
write the day, it continues without it, and the next one tries again.
"""

import math
from typing import NamedTuple

from benchmarks.scale import limits, markdown
from benchmarks.scale.loads import AGENTS, HEARTBEAT_SECONDS, REMEMBERED_SECONDS

# boto3 waits up to 1 s before the second attempt and up to 2 s before the third; on average half.
# https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html
PAUSES = {3: 1.5, 2: 0.5}


class Midnight(NamedTuple):
    """What a table does when all its agents write at once."""

    table: str
    partitions: int
    offered: float  # writes a second at the beginning
    taken: int
    refused: float  # share of the first round
    seconds: int  # until all agents have written
    twice: int  # writes that were refused in two rounds in a row
    waiting: float  # running calls that only wait for a retry


def midnight(table: str, round_seconds: int, attempts: int, headroom: float) -> Midnight:
    """Simulate all agents of a round, with a table that has room for its reads times `headroom`."""
    rate = AGENTS / round_seconds
    partitions = math.ceil(headroom * rate / limits.PARTITION_READ_UNITS)
    taken = min(partitions * limits.PARTITION_WRITE_UNITS, limits.TABLE_UNITS)
    left = [rate] * round_seconds  # by second of a round: agents that must still write
    seconds = 0
    failed_by_round: list[float] = []
    while any(left):
        failed = 0.0
        for second in range(round_seconds):
            if left[second]:
                seconds = len(failed_by_round) * round_seconds + second + 1
            left[second] = max(0.0, left[second] - taken)
            failed += left[second]
        failed_by_round.append(failed)
    first, second_round = [*failed_by_round, 0.0][:2]
    return Midnight(
        table,
        partitions,
        rate,
        taken,
        first / AGENTS,
        seconds,
        round(second_round),
        max(0.0, rate - taken) * PAUSES[attempts],
    )


def midnights() -> list[Midnight]:
    """Return the agents' table, also with twice the partitions, and the keys' table."""
    return [
        midnight("AgentsTable", HEARTBEAT_SECONDS, 3, 1),
        midnight("AgentsTable", HEARTBEAT_SECONDS, 3, limits.HEADROOM),
        midnight("AgentKeysTable", REMEMBERED_SECONDS, 2, 1),
    ]


def table() -> str:
    """Return a row for each table and its partitions."""
    rows = [
        [
            each.table,
            f"{each.partitions}",
            f"{each.offered:,.0f}",
            f"{each.taken:,}",
            f"{each.refused:.0%}",
            f"{each.seconds}",
            f"{each.twice:,}",
            f"{each.waiting:,.0f}",
        ]
        for each in midnights()
    ]
    head = "table|partitions|writes/s asked|taken|refused in the first round|s until all wrote"
    return markdown.table(f"{head}|refused twice in a row|more calls in flight", rows)
