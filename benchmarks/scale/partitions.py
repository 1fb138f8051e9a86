"""Partitions: each a bucket of units that fills every second, and who is refused when it is empty.

    new     a table that was just made: 4,000 write units a second in all
    grown   one that has seen the load before: partitions stay, with room for twice the peak
    split   each warm key alone, and in parts where `items.is_divisible` says that this helps it

Keys lie on partitions by a hash, so a few warm keys share one by chance. A split is instantaneous
here; DynamoDB takes minutes, and refuses meanwhile as `grown` does. A bucket holds one second:
unused units that DynamoDB keeps for up to 300 s lift a table above its own rate, never a partition
above its maximum (https://repost.aws/knowledge-center/dynamodb-spiky-workloads-short-intervals).
`burst_seconds` tries another belief.
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
# A key below this share of a partition warms nobody.
WARM = 0.05
# A place whose hottest key takes less of a partition is left out of the table.
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
    seconds_behind: float  # after a minute, if what was refused is repeated until it is taken

    @property
    def limit(self) -> int:
        """Units a second of one partition."""
        return limits.PARTITION_WRITE_UNITS if self.is_write else limits.PARTITION_READ_UNITS


def heat(flows: Iterable[Flow], burst_seconds: float = 1) -> list[Heat]:
    """Every table and index that the flows touch, in their order; writes and reads apart."""
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
    # As many partitions as the writes or the reads alone need, with the headroom.
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
    """Units a second of each partition, keys placed by a hash; many alike lie evenly."""
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
    """Units a second of each warm key's own partition, or of its parts at half their maximum."""
    offered = []
    for units in by_key.values():
        parts = math.ceil(2 * units / limit) if is_divisible(place) else 1
        offered += [units / parts] * parts if units > WARM * limit else [units]
    return offered


def _refused(offered: list[float], limit: int, burst_seconds: float) -> tuple[float, float]:
    """The share refused in a minute, and by how many seconds the slowest is behind at its end."""
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
    """The hot keys of each load."""
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
    """What is warm; and the shards of `due`, which one might think are."""
    is_hot = each.hottest >= SHOWN * each.limit or each.total >= limits.NEW_TABLE_WRITE_UNITS
    return is_hot or each.place == "WorkOrdersTable/due"
