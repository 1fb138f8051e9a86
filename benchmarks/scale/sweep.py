"""The sweep of each minute: how many orders one run ends until its time is over."""

from types import SimpleNamespace
from typing import Any, NamedTuple

from agent_messaging.storage.connection import CONFIG, longest_call
from agent_messaging.storage.transactions import BATCH_KEYS
from agent_messaging.work_orders.sweep import THREADS
from agent_messaging.work_orders.table import DUE_SHARDS
from benchmarks import assumed, figures
from benchmarks.scale import limits, markdown
from benchmarks.scale.items import TEMPLATE

FUNCTION = TEMPLATE.functions["WorkOrdersSweepFunction"]
MEASURED = f"sweep in {THREADS} threads: CPU of an order"

_client: Any = SimpleNamespace(meta=SimpleNamespace(config=CONFIG))
# A write begins only if there is enough time for its slowest case.
RUN_SECONDS = FUNCTION.timeout - longest_call(_client)


class Way(NamedTuple):
    """A way to run the sweep: its memory in MB, its threads, and the seconds an order waits."""

    memory: int
    threads: int
    waiting: float

    def orders_per_second(self, cpu: float) -> float:
        """Return how many orders end in a second, if each takes so many seconds of one core.

        The threads wait at the same time. But together they get the function's share of one core.
        """
        core = min(1.0, self.memory / assumed.MEGABYTES_OF_A_CORE)
        if self.threads == 1:
            return 1 / (cpu / core + self.waiting)
        return min(self.threads / (cpu + self.waiting), core / cpu)

    def orders_a_run(self, cpu: float) -> float:
        """Return how many orders one run ends. Runs start once a minute."""
        return self.orders_per_second(cpu) * RUN_SECONDS


# One order after another is read and written. In threads, 100 are read at once.
ONE_BY_ONE = assumed.DYNAMODB_SECONDS + assumed.TRANSACTION_SECONDS
IN_THREADS = assumed.DYNAMODB_SECONDS / BATCH_KEYS + assumed.TRANSACTION_SECONDS
WAYS = (
    Way(256, 1, ONE_BY_ONE),
    Way(256, THREADS, IN_THREADS),
    Way(1024, THREADS, IN_THREADS),
    Way(FUNCTION.memory, THREADS, IN_THREADS),
)


def cpu_seconds() -> float:
    """Return the seconds of one core that an order takes, as `benchmarks.sweeps` measured it."""
    [found] = [figure for figure in figures.read() if figure.name == MEASURED]
    return found.value / 1000


def due_per_second() -> float:
    """Return how many orders with a deadline a second the shards of `due` take."""
    return DUE_SHARDS * limits.PARTITION_WRITE_UNITS / 2


def table() -> str:
    """Return a row for each way to run the sweep. The last one is that of the template."""
    cpu = cpu_seconds()
    rows = [
        [
            f"{way.memory:,}",
            f"{way.threads}",
            f"{way.waiting * 1000:.0f}",
            f"{cpu * 1000:.1f}",
            f"{way.orders_per_second(cpu):,.0f}",
            f"{way.orders_a_run(cpu):,.0f}",
        ]
        for way in WAYS
    ]
    head = "memory, MB|threads|ms an order waits|ms of a core|orders a second|orders a run"
    return markdown.table(head, rows)
