"""What each operation of the API needs: calls of DynamoDB, units, bytes, and stream records.

    python -m benchmarks.operations

The functions' handlers run in this process with moto. `metering` counts their calls and units, and
`heard` the bytes that they answer and log. The result is the same each time. `budgets` has the
targets, and `dollars` what this costs.
"""

import contextlib
import functools
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import budgets, heard
from benchmarks.figures import Figure, Kind
from benchmarks.functions import Uncounted
from benchmarks.heard import unheard

__all__ = [
    "Counted",
    "counted",
    "matrix",
    "measure",
    "metered_workload",
    "over_moto",
    "records",
    "unheard",
]

ROOT = Path(__file__).resolve().parents[1]
RELAY = "RelayFunction"

COLUMNS = (
    "DynamoDB calls",
    "round trips",
    "write units",
    "read units",
    "botocore calls",
    "answer bytes",
    "log bytes",
    "stream records",
    "relayed records",
    "stored bytes",
    "custom metrics",
)


@dataclass
class Counted:
    """One operation: what its tables needed, its invocation, and what followed from it."""

    name: str
    cost: Any  # `metering.Cost`
    invocation: heard.Invocation
    logs: list[str]
    records: dict[str, int]  # of the streams, by the function that gets them
    stored_bytes: int


def counted(operations: Iterable[Any], meter: Any) -> Iterator[Counted]:
    """Run operations, each of which invokes one function, and yield what each needed."""
    from local.in_process.functions import TEMPLATE, app  # noqa: PLC0415 - within moto

    tables = {table.name: table.create for table in TEMPLATE.tables}
    apps = {group: app(group) for group in {each.code.name for each in TEMPLATE.functions.values()}}
    with uncounted(apps.values()):
        for name, perform in operations:
            heard.Nowhere.texts.clear()
            with heard.listening(apps) as invocations, meter.reading() as cost:
                perform()
            [invocation] = invocations
            yield Counted(
                name,
                cost,
                invocation,
                heard.logged(),
                heard.records(TEMPLATE, cost.changes),
                heard.stored_bytes(tables, cost.changes),
            )


@contextlib.contextmanager
def uncounted(apps: Iterable[Any]) -> Iterator[None]:
    """Let functions write no units of agents. They do so when a minute ends, at no certain call."""
    meters = [app.meter for app in apps if hasattr(app, "meter")]
    tables = [meter.table for meter in meters]
    for meter in meters:
        meter.table = Uncounted()
    try:
        yield
    finally:
        for meter, table in zip(meters, tables, strict=True):
            meter.table = table


def costs() -> Iterator[Counted]:
    """Yield what each operation needs. The first run only warms up."""
    with unheard(), over_moto():
        for _, perform in metered_workload()[1].operations():
            perform()
    with unheard(), over_moto():
        meter, workload = metered_workload()
        yield from counted(workload.operations(), meter)


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
    remember_endpoints()
    with mock_aws():
        yield


@functools.cache
def remember_endpoints() -> None:
    """Let botocore remember the endpoint of every table, once in a process.

    It remembers a hundred, which are enough for one function, but not for all of them together.
    """
    from botocore.endpoint_provider import EndpointProvider  # noqa: PLC0415 - as above
    from botocore.utils import lru_cache_weakref  # noqa: PLC0415

    resolve: Any = EndpointProvider._resolve_endpoint
    remembering = lru_cache_weakref(maxsize=None)(resolve.__wrapped__)
    setattr(EndpointProvider, resolve.__name__, remembering)


def measure() -> Iterator[Figure]:
    """Yield the figures of each operation."""
    for each in list(costs()):
        name, cost = each.name, each.cost
        writes, reads = budgets.UNITS.get(name, (None, None))
        yield Figure(f"{name}: DynamoDB calls", cost.calls, "calls")
        yield Figure(f"{name}: round trips", cost.round_trips, "round trips")
        yield Figure(f"{name}: write units", cost.write_units, "WCU", writes)
        yield Figure(f"{name}: read units", cost.read_units, "RCU", reads)
        kind: Kind = "ratio" if cost.is_pooled else "count"
        yield Figure(f"{name}: botocore calls", cost.botocore_calls, "function calls", kind=kind)
        yield Figure(f"{name}: answer bytes", each.invocation.answered_bytes, "bytes")
        yield Figure(f"{name}: log bytes", heard.logged_bytes(each.logs), "bytes")
        yield from records(name, each)
        # Not compared: a message that begins a minute begins an item of the sent log too.
        yield Figure(f"{name}: stored bytes", each.stored_bytes, "bytes", kind="machine")
        yield Figure(f"{name}: custom metrics", heard.custom_metrics(each.logs), "metrics")


def records(name: str, each: Counted) -> Iterator[Figure]:
    """Yield how many records functions get of what was written, and how many the relay gets."""
    yield Figure(f"{name}: stream records", sum(each.records.values()), "records")
    yield Figure(f"{name}: relayed records", each.records.get(RELAY, 0), "records")


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
