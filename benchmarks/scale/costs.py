"""A month of each load in US dollars, from benchmarks/prices.py and the units of its flows."""

from collections.abc import Iterable
from typing import NamedTuple

from benchmarks import assumed, prices
from benchmarks.scale import markdown
from benchmarks.scale.limits import TRANSACTION_FACTOR
from benchmarks.scale.loads import AUTHORIZER_SECONDS, Load
from benchmarks.scale.streams import CELLS, project

MONTH_SECONDS = 30 * 86_400
MILLION = 1_000_000


class Month(NamedTuple):
    """The US dollars of thirty days with the full load."""

    tables: float
    gateway: float
    functions: float
    logs: float

    @property
    def total(self) -> float:
        """Return the sum."""
        return sum(self)


def month(load: Load) -> Month:
    """Return what thirty days of a load cost."""
    _, records = load.events
    projection = project(records) if records else None
    written = sum(flow.units * flow.per_second for flow in load.flows if flow.is_write)
    read = sum(flow.units * flow.per_second for flow in load.flows if not flow.is_write)
    if projection:
        counters = CELLS * TRANSACTION_FACTOR * projection.batches
        written += projection.lists_written + counters
        read += projection.lists_read
    tables = written * prices.PER_MILLION_WRITE_UNITS + read * prices.PER_MILLION_READ_UNITS
    requests = sum(each.per_second for each in load.requests)
    busy = sum(each.per_second * each.seconds for each in load.requests)
    busy += load.authorizations * AUTHORIZER_SECONDS
    calls = requests + load.authorizations
    functions = calls * prices.PER_MILLION_INVOCATIONS
    functions += busy * assumed.MEMORY_GB * prices.PER_GB_SECOND * MILLION
    logs = requests * assumed.LOG_BYTES * MILLION / 1e9 * prices.PER_GB_OF_LOGS
    gateway = requests * prices.PER_MILLION_GATEWAY_REQUESTS
    return Month(*(each * MONTH_SECONDS / MILLION for each in (tables, gateway, functions, logs)))


def table(loads: Iterable[Load]) -> str:
    """Return a row for each load."""
    rows = [
        [load.name, *(f"{each:,.0f}" for each in (*costs, costs.total))]
        for load, costs in ((load, month(load)) for load in loads)
    ]
    return markdown.table("load|tables, $|gateway, $|functions, $|logs, $|a month, $", rows)
