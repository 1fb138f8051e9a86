"""The functions that no route calls, and what a million of their invocations cost."""

from typing import NamedTuple

from benchmarks import prices
from benchmarks.dollars.bills import (
    ASKED,
    AUTHORIZER,
    COUNTED_ALONE,
    COUNTED_TOGETHER,
    MILLION,
    PROJECTOR,
    TEMPLATE,
    Bill,
    Counts,
    Need,
    invocation,
)

ROLL_UP, SWEEP, PURGE = "StatsRollUpFunction", "WorkOrdersSweepFunction", "WorkOrdersPurgeFunction"
ROLLED, SWEPT = "roll-up, idle", "sweep, none overdue"
# The benchmarks do not measure the cost of these functions yet. docs/costs.md computes it from the
# units that their design needs (`waking`).
NOT_MEASURED = frozenset(
    {
        "RelayFunction",
        "SocketsFunction",
        "SocketsAuthorizerFunction",
        "WebhookSenderFunction",
        "WebhookSweepFunction",
    }
)
# The function, the operation of `workload`, and what happens.
INVOCATIONS = (
    (AUTHORIZER, "authorizer", "a key's first call of a day"),
    (AUTHORIZER, ASKED, "a later call"),
    (PROJECTOR, COUNTED_ALONE, "a batch of one message"),
    (PROJECTOR, COUNTED_TOGETHER, "a batch of 100 messages"),
    (PROJECTOR, "count one order", "a batch of one order"),
    (ROLL_UP, ROLLED, "a minute"),
    (SWEEP, SWEPT, "a minute without overdue orders"),
    (SWEEP, "sweep, one overdue", "a minute with one"),
    (PURGE, "purge one order, 100 KB", "an order whose offer has 100 KB"),
)
STARTED = "import instructions"


class Row(NamedTuple):
    """A function, what it does, what it needs, and its dollars."""

    function: str
    what: str
    need: Need
    bill: Bill


def rows(counts: Counts) -> list[Row]:
    """Return a row for each kind of invocation, the most expensive first."""
    found = [
        Row(function, what, need, invocation(need))
        for function, operation, what in INVOCATIONS
        for need in [counts.need(operation, function)]
    ]
    return sorted([*found, *starts(counts)], key=lambda row: -row.bill.total)


def starts(counts: Counts) -> list[Row]:
    """Return the most expensive start of a new instance, which Lambda bills like a call.

    https://aws.amazon.com/blogs/compute/aws-lambda-standardizes-billing-for-init-phase/
    """
    found = []
    for name, function in TEMPLATE.functions.items():
        if (millions := counts.values.get(f"{name}: {STARTED}")) is not None:
            need = Need(function.memory, millions * MILLION)
            running = need.gb_seconds * prices.PER_GB_SECOND * MILLION
            bill = Bill(writes=0, reads=0, function=running, logs=0)
            found.append(Row(name, "the start of an instance", need, bill))
    return sorted(found, key=lambda row: row.bill.total)[-1:]
