"""The first minutes of a day: every agent's first heartbeat writes the day into the agent's item.

So does each key's first authorization. A table whose partitions are those of its reads gets as many
writes as it has reads, all at once, for as long as it takes to write each agent once. A heartbeat
that cannot write the day goes on without, and so does an authorization; the next one tries again.
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
    offered: float  # writes a second at first
    taken: int
    refused: float  # share of the first round
    seconds: int  # until everybody has written
    twice: int  # writes that were refused two rounds running
    waiting: float  # calls in flight that do nothing but wait to be repeated


def midnight(table: str, round_seconds: int, attempts: int, headroom: float) -> Midnight:
    """All agents, spread over a round, on a table with room for its reads times `headroom`."""
    rate = AGENTS / round_seconds
    partitions = math.ceil(headroom * rate / limits.PARTITION_READ_UNITS)
    taken = min(partitions * limits.PARTITION_WRITE_UNITS, limits.TABLE_UNITS)
    left = [rate] * round_seconds  # agents of each second of a round that have still to write
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
    """The agents' table, with the partitions that it needs and with twice as many; the keys'."""
    return [
        midnight("AgentsTable", HEARTBEAT_SECONDS, 3, 1),
        midnight("AgentsTable", HEARTBEAT_SECONDS, 3, limits.HEADROOM),
        midnight("AgentKeysTable", REMEMBERED_SECONDS, 2, 1),
    ]


def table() -> str:
    """A row for each table and its partitions."""
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
