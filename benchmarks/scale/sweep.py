"""The sweep of each minute: overdue orders, one after the other, until its time is over."""

from types import SimpleNamespace
from typing import Any

from agent_messaging.storage.connection import CONFIG, longest_call
from agent_messaging.work_orders.table import DUE_SHARDS
from benchmarks.scale import limits, markdown
from benchmarks.scale.items import TEMPLATE

# Assumptions: one consistent read, and one transaction with three items.
ORDER_SECONDS = 0.030

_client: Any = SimpleNamespace(meta=SimpleNamespace(config=CONFIG))
# A write begins only if there is enough time for its slowest case.
RUN_SECONDS = TEMPLATE.functions["WorkOrdersSweepFunction"].timeout - longest_call(_client)


def orders_a_run() -> float:
    """Return how many overdue orders one run processes. Runs start once a minute."""
    return RUN_SECONDS / ORDER_SECONDS


def due_per_second() -> float:
    """Return how many orders with a deadline a second the shards of `due` take."""
    return DUE_SHARDS * limits.PARTITION_WRITE_UNITS / 2


def table() -> str:
    """Return one row: what a run does, and what the index takes."""
    row = [
        f"{RUN_SECONDS:.0f}",
        f"{ORDER_SECONDS * 1000:.0f}",
        f"{orders_a_run():,.0f}",
        f"{orders_a_run() * 60:,.0f}",
        f"{due_per_second():,.0f}",
    ]
    head = "seconds in which a run may start a write|ms an order, assumed|orders a run|an hour"
    return markdown.table(f"{head}|orders/s that `due` takes", [row])
