"""What each operation of the API costs: calls of DynamoDB, units, and US dollars for a million.

    python -m benchmarks.operations

The functions' handlers run in this process with moto. `metering` counts their calls and units. The
result is the same each time. `budgets` has the targets.
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

# Calls by schedules and by the gateway, for which the gateway charges nothing.
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
    """Yield each operation and its `metering.Cost`. The first run only warms up."""
    with unheard(), over_moto():
        for _, perform in metered_workload()[1].operations():
            perform()
    with unheard(), over_moto():
        meter, workload = metered_workload()
        for name, perform in workload.operations():
            with meter.reading() as cost:
                perform()
            yield name, cost


def metered_workload() -> tuple[Any, Any]:
    """Return a meter for the clients of all functions, and the workload that it measures."""
    from benchmarks.workload import Workload  # noqa: PLC0415 - within moto
    from local.in_process.functions import clients  # noqa: PLC0415
    from local.in_process.host import Host  # noqa: PLC0415
    from local.in_process.metering import Meter  # noqa: PLC0415

    cloud = Host()
    return Meter(cloud, clients(), counts_botocore=True), Workload(cloud)


@contextlib.contextmanager
def over_moto() -> Iterator[None]:
    """Use moto instead of an AWS account."""
    sys.path.insert(0, str(ROOT / "layers" / "agent_messaging"))
    from moto import mock_aws  # noqa: PLC0415 - the tests' environment has it

    from local.in_process.environment import prepare  # noqa: PLC0415 - with the layer on the path

    prepare()
    with mock_aws():
        yield


class Nowhere(io.TextIOBase):
    """A stream that drops everything. A logger may use it for longer."""

    def write(self, text: str) -> int:
        """Drop a text."""
        return len(text)


def unheard() -> contextlib.AbstractContextManager[object]:
    """Drop what the functions log."""
    return contextlib.redirect_stdout(Nowhere())


def measure() -> Iterator[Figure]:
    """Yield the figures of each operation."""
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
    """Return the US dollars of a million operations, including what is around the tables."""
    tables = prices.of_units(cost.write_units, cost.read_units)
    return tables + (0 if name.startswith(UNASKED) else prices.around_it())


def matrix(figures: list[Figure]) -> str:
    """Return a table with a line for each operation."""
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
