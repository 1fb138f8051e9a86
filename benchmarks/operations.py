"""What every operation of the API asks of DynamoDB, and what a million of it cost.

    python -m benchmarks.operations

The functions' own handlers run in this process, over moto; `metering` counts and charges their
calls. It is the same each time. Targets are an operation's `budgets`.
"""

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import budgets, prices
from benchmarks.figures import Figure

ROOT = Path(__file__).resolve().parents[1]

# The calls of a schedule and of the gateway's own, which nobody pays the gateway for.
UNASKED = ("roll-up", "sweep", "authorizer")
COLUMNS = (
    "DynamoDB calls",
    "round trips",
    "write units",
    "read units",
    "botocore calls",
    "$ a million",
)


def costs() -> Iterator[tuple[str, Any]]:
    """Each operation and its `metering.Cost`, on a second day: the first has warmed all up."""
    with unheard(), over_moto():
        for _, perform in metered_day()[1].operations():
            perform()
    with unheard(), over_moto():
        meter, day = metered_day()
        for name, perform in day.operations():
            with meter.reading() as cost:
                perform()
            yield name, cost


def metered_day() -> tuple[Any, Any]:
    """A meter over every function's client, and the `day.Day` that it measures."""
    from benchmarks.workload import Day  # noqa: PLC0415 - within moto
    from local.in_process.functions import clients  # noqa: PLC0415
    from local.in_process.host import Host  # noqa: PLC0415
    from local.in_process.metering import Meter  # noqa: PLC0415

    cloud = Host()
    return Meter(cloud, clients(), counts_botocore=True), Day(cloud)


@contextlib.contextmanager
def over_moto() -> Iterator[None]:
    """An environment that leads to no account."""
    sys.path.insert(0, str(ROOT / "layers" / "agent_messaging"))
    from moto import mock_aws  # noqa: PLC0415 - the tests' environment has it

    from local.in_process.environment import prepare  # noqa: PLC0415 - with the layer on the path

    prepare()
    with mock_aws():
        yield


class Nowhere(io.TextIOBase):
    """A stream that keeps nothing; a logger may go on writing to it."""

    def write(self, text: str) -> int:
        """Take a text."""
        return len(text)


def unheard() -> contextlib.AbstractContextManager[object]:
    """What the functions log is not what this prints."""
    return contextlib.redirect_stdout(Nowhere())


def measure() -> Iterator[Figure]:
    """The figures of each operation."""
    for name, cost in list(costs()):
        writes, reads = budgets.UNITS.get(name, (None, None))
        yield Figure(f"{name}: DynamoDB calls", cost.calls, "calls")
        yield Figure(f"{name}: round trips", cost.round_trips, "round trips")
        yield Figure(f"{name}: write units", cost.write_units, "WCU", writes)
        yield Figure(f"{name}: read units", cost.read_units, "RCU", reads)
        kind = "ratio" if cost.is_pooled else "count"
        calls = cost.botocore_calls
        yield Figure(f"{name}: botocore calls", calls, "function calls", kind=kind)
        yield Figure(f"{name}: $ a million", dollars(name, cost), "$")


def dollars(name: str, cost: Any) -> float:
    """US dollars for a million of it, with what stands around the tables."""
    tables = prices.of_units(cost.write_units, cost.read_units)
    return tables + (0 if name.startswith(UNASKED) else prices.around_it())


def matrix(figures: list[Figure]) -> str:
    """A line per operation."""
    rows: dict[str, list[str]] = {}
    for figure in figures:
        name, _, _ = figure.name.rpartition(": ")
        mark = {True: "", None: "", False: " (!)"}[figure.met]
        rows.setdefault(name, []).append(f"{figure.value:g}{mark}")
    width = max(map(len, rows))
    lines = [f"{'operation':<{width}}" + "".join(f"{column:>16}" for column in COLUMNS)]
    lines += [f"{name:<{width}}" + "".join(f"{v:>16}" for v in row) for name, row in rows.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(matrix(list(measure())))
