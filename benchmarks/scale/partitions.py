"""Partitions with a limit of units a second, and the share of requests that they refuse.

    new     a new table: 4,000 write units a second in all
    grown   a table that has seen the load before. It keeps its partitions, with room for twice the
            peak
    split   each warm key has its own partition, or several if `items.is_divisible`

A hash assigns keys to partitions, so a few warm keys may share one. Splits are instantaneous here.
DynamoDB needs minutes, and refuses requests as in `grown` meanwhile. A partition keeps no unused
units. DynamoDB keeps those of up to 300 s. They raise a table above its own rate, but no partition
above its maximum (https://repost.aws/knowledge-center/dynamodb-spiky-workloads-short-intervals).
`burst_seconds` tries another assumption.
"""

import hashlib
import math
import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.scale import limits, markdown
from benchmarks.scale.items import is_divisible
from benchmarks.scale.loads import Flow, Load

SECONDS = 60
SEED = 6
# A key below this share of a partition is not warm.
WARM = 0.05
# The table leaves out places whose hottest key takes less of a partition.
SHOWN = 0.1


@dataclass(frozen=True)
class Heat:
    """One table or index under a load: its hottest key, and the share refused in each stage."""

    place: str
    is_write: bool
    key: str
    hottest: float  # units a second, of the hottest key
    total: float
    new: float
    grown: float
    split: float
    seconds_behind: float  # after a minute, if refused requests are repeated until they succeed

    @property
    def limit(self) -> int:
        """Return the units a second of one partition."""
        return limits.PARTITION_WRITE_UNITS if self.is_write else limits.PARTITION_READ_UNITS


def heat(flows: Iterable[Flow], burst_seconds: float = 1) -> list[Heat]:
    """Return each table and index of the flows, in order. Writes and reads are separate."""
    grouped: dict[tuple[str, bool], list[Flow]] = defaultdict(list)
    for flow in flows:
        grouped[flow.place, flow.is_write].append(flow)
    return [
        _heat(place, found, burst_seconds, is_write=is_write)
        for (place, is_write), found in grouped.items()
    ]


def _heat(place: str, flows: list[Flow], burst_seconds: float, *, is_write: bool) -> Heat:
    limit = limits.PARTITION_WRITE_UNITS if is_write else limits.PARTITION_READ_UNITS
    by_key: dict[str, float] = defaultdict(float)
    for flow in flows:
        by_key[flow.key] += flow.units * flow.per_second / flow.alike
    total = sum(flow.units * flow.per_second for flow in flows)
    # As many partitions as writes or reads need, with the headroom.
    fresh = limits.NEW_TABLE_WRITE_UNITS // limits.PARTITION_WRITE_UNITS
    grown = max(fresh, math.ceil(limits.HEADROOM * total / limit))
    key = max(by_key, key=lambda each: by_key[each])
    split, behind = _refused(_alone(place, by_key, limit), limit, burst_seconds)
    return Heat(
        place,
        is_write,
        key,
        hottest=by_key[key],
        total=total,
        new=_refused(_spread(flows, fresh), limit, burst_seconds)[0],
        grown=_refused(_spread(flows, grown), limit, burst_seconds)[0],
        split=split,
        seconds_behind=behind,
    )


def _spread(flows: list[Flow], partitions: int) -> list[float]:
    """Return the units a second of each partition, with keys placed by a hash."""
    offered = [0.0] * partitions
    for flow in flows:
        units = flow.units * flow.per_second
        if flow.alike > partitions:
            offered = [each + units / partitions for each in offered]
        else:
            offered[_place(flow.place, flow.key, partitions)] += units
    return offered


def _place(place: str, key: str, partitions: int) -> int:
    digest = hashlib.sha256(f"{place}#{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % partitions


def _alone(place: str, by_key: dict[str, float], limit: int) -> list[float]:
    """Return the units a second of each warm key's own partition, or of its parts."""
    offered = []
    for units in by_key.values():
        parts = math.ceil(2 * units / limit) if is_divisible(place) else 1
        offered += [units / parts] * parts if units > WARM * limit else [units]
    return offered


def _refused(offered: list[float], limit: int, burst_seconds: float) -> tuple[float, float]:
    """Return the share refused in a minute, and how many seconds the slowest is behind then."""
    chance = random.Random(SEED)
    asked = refused = behind = 0.0
    for rate in offered:
        kept = limit * burst_seconds
        left = 0.0
        for _ in range(SECONDS):
            units = max(0.0, chance.gauss(rate, math.sqrt(rate)))
            taken = min(units, kept)
            asked, refused = asked + units, refused + units - taken
            left = max(0.0, left + units - limit)
            kept = min(limit * burst_seconds, kept - taken + limit)
        behind = max(behind, left / limit)
    return (refused / asked if asked else 0.0), behind


def table(loads: Iterable[Load], burst_seconds: float = 1) -> str:
    """Return the hot keys of each load."""
    rows = [
        [
            load.name,
            each.place.replace("/", " / "),
            f"{markdown.number(each.hottest)} {'W' if each.is_write else 'R'}",
            f"{each.hottest / each.limit:.0%}",
            f"{each.total:,.0f}",
            *(f"{share:.0%}" for share in (each.new, each.grown, each.split)),
            f"{each.seconds_behind:.0f}",
        ]
        for load in loads
        for each in heat(load.flows, burst_seconds)
        if _is_shown(each)
    ]
    head = "load|table / index|hottest key, units/s|of a partition|all keys, units/s"
    return markdown.table(f"{head}|refused: new|grown|split|s behind after 60", rows, left=2)


def _is_shown(each: Heat) -> bool:
    """Return whether a place is warm, or a shard of `due`, which readers may expect."""
    is_hot = each.hottest >= SHOWN * each.limit or each.total >= limits.NEW_TABLE_WRITE_UNITS
    return is_hot or each.place == "WorkOrdersTable/due"
