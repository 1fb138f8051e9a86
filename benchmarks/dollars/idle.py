"""A month of a stack that nobody uses, by item, and of agents that only send heartbeats."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from benchmarks import prices
from benchmarks.dollars.background import (
    ROLL_UP,
    ROLLED,
    SWEEP,
    SWEPT,
    WEBHOOK_SWEEP,
    WEBHOOKS_SWEPT,
)
from benchmarks.dollars.bills import (
    BATCH,
    GB,
    MILLION,
    PLATFORM_LINES,
    TEMPLATE,
    Counts,
    Usage,
    invocation,
    request,
)
from local.cloudformation import parse
from local.template import TEMPLATE as TEMPLATE_FILE

DOCUMENT: Mapping[str, Any] = parse(TEMPLATE_FILE.read_text("utf-8"), "")
MONTH_SECONDS = 30 * 86_400
MONTH_MINUTES = MONTH_SECONDS // 60
# DynamoDB asks KMS for a table's key at most once in five minutes, for each client that calls.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html
KEY_SECONDS = 300
REMEMBERED_SECONDS = 60  # how long the gateway caches a key
AGENTS = (10, 100, 1_000, 10_000)
INTERVALS = (30, 60, 300)  # values of HeartbeatSeconds
SCHEDULES = (60, 300, 3600)
SCHEDULED = {
    ROLL_UP: (ROLLED, "StatsSchedule"),
    SWEEP: (SWEPT, "SweepSchedule"),
    WEBHOOK_SWEEP: (WEBHOOKS_SWEPT, "SweepSchedule"),
}


class Item(NamedTuple):
    """Something that a month costs, how much of it there is, and how much of it is free."""

    what: str
    number: float
    price: float  # of one
    free: float = 0  # in each month and account

    def dollars(self, *, is_first: bool) -> float:
        """Return its dollars in an account's first stack, or in a further one."""
        return max(0.0, self.number - (self.free if is_first else 0)) * self.price


def resources(kind: str) -> int:
    """Return how many resources of a type the template has without any condition."""
    return sum(
        each["Type"] == kind and "Condition" not in each for each in DOCUMENT["Resources"].values()
    )


def items(counts: Counts) -> list[Item]:
    """Return what a month of a stack costs that nobody uses, the most expensive first."""
    found = [
        Item(
            "dashboards",
            resources("AWS::CloudWatch::Dashboard"),
            prices.PER_DASHBOARD_MONTH,
            prices.FREE_DASHBOARDS,
        ),
        Item(
            "custom metrics",
            counts.values[f"{ROLLED}: custom metrics"],
            prices.PER_METRIC_MONTH,
            prices.FREE_METRICS,
        ),
        Item(
            "alarms",
            resources("AWS::CloudWatch::Alarm"),
            prices.PER_ALARM_MONTH,
            prices.FREE_ALARMS,
        ),
        Item("secrets", len(TEMPLATE.secrets), prices.PER_SECRET_MONTH),
        *(_scheduled(counts, each.function, each.every) for each in TEMPLATE.schedules),
        _keys(),
        *_storage(counts),
    ]
    return sorted(found, key=lambda item: -item.dollars(is_first=False))


def _scheduled(counts: Counts, function: str, every: int) -> Item:
    operation, _ = SCHEDULED[function]
    dollars = invocation(counts.need(operation, function)).total / MILLION
    return Item(f"`{function}`, every {every} s", MONTH_SECONDS / every, dollars)


def scheduled(counts: Counts, schedule: str, every: int) -> float:
    """Return the dollars of a month of the functions of a schedule with another interval."""
    return sum(
        _scheduled(counts, function, every).dollars(is_first=False)
        for function, (_, parameter) in SCHEDULED.items()
        if parameter == schedule
    )


def _keys() -> Item:
    """Return the requests for the keys of the tables that the schedules use, at most."""
    tables = {
        (schedule.function, name)
        for schedule in TEMPLATE.schedules
        for name in TEMPLATE.functions[schedule.function].environment
        if name.endswith("_TABLE")
    }
    requests = len(tables) * MONTH_SECONDS / KEY_SECONDS
    price = prices.PER_10000_KEY_REQUESTS / 10_000
    return Item("requests to KMS, at most", requests, price, prices.FREE_KEY_REQUESTS)


def _storage(counts: Counts) -> list[Item]:
    """Return the snapshots and the log lines of a month, which are kept for a month."""
    runs = {each.function: MONTH_SECONDS / each.every for each in TEMPLATE.schedules}
    stored = counts.values[f"{ROLLED}: stored bytes"] * runs[ROLL_UP] / GB
    logged = sum(
        (counts.values[f"{SCHEDULED[function][0]}: log bytes"] + PLATFORM_LINES) * times
        for function, times in runs.items()
    )
    tables = prices.PER_GB_MONTH_OF_TABLES + prices.PER_GB_MONTH_OF_RECOVERY
    return [
        Item("GB of snapshots, with point-in-time recovery", stored, tables),
        Item("GB of logs, stored", logged / GB, prices.PER_GB_MONTH_OF_LOGS),
    ]


def agent(counts: Counts, every: int) -> float:
    """Return the dollars of a month of one agent's heartbeats, and of nothing else."""
    asked = min(1.0, every / REMEMBERED_SECONDS)
    need = counts.need("heartbeat", "PresenceFunction")
    bill = request(counts, need, Usage(asked, BATCH))
    return bill.total * MONTH_SECONDS / every / MILLION
