"""The functions that no route calls, and what a million of their invocations cost."""

from typing import NamedTuple

from benchmarks import assumed, prices
from benchmarks.dollars.bills import (
    ASKED,
    AUTHORIZER,
    COUNTED_ALONE,
    COUNTED_TOGETHER,
    MILLION,
    PROJECTOR,
    RELAY,
    RELAYED_ALONE,
    RELAYED_TOGETHER,
    TEMPLATE,
    Bill,
    Counts,
    Need,
    invocation,
)

ROLL_UP, SWEEP, PURGE = "StatsRollUpFunction", "WorkOrdersSweepFunction", "WorkOrdersPurgeFunction"
ROLLED, SWEPT = "roll-up, idle", "sweep, none overdue"
SOCKETS, SOCKETS_AUTHORIZER = "SocketsFunction", "SocketsAuthorizerFunction"
SENDER, WEBHOOK_SWEEP = "WebhookSenderFunction", "WebhookSweepFunction"
WEBHOOKS_SWEPT = "webhook sweep, none due"
POSTS_IN_TURN = 2  # 16 candidates, 8 at a time


class Case(NamedTuple):
    """A function, the operation of `workload`, and what happens.

    `waiting` is how many seconds it waits for others than DynamoDB.
    """

    function: str
    operation: str
    what: str
    waiting: float = 0

    def need(self, counts: Counts) -> Need:
        """Return what it needs."""
        return counts.need(self.operation, self.function, waiting=self.waiting)


TO_A_SOCKET = Case(
    RELAY, "relay one event to a socket", "an event for a socket", assumed.POST_SECONDS
)
TO_A_WEBHOOK = Case(
    RELAY, "relay one event to a webhook", "an event for a webhook", assumed.QUEUE_SECONDS
)
ACKNOWLEDGED = Case(RELAY, "relay one acknowledgement", "an acknowledgement of one message")
RESUMED = Case(SOCKETS, "socket, resume", "a `resume` that missed nothing", assumed.POST_SECONDS)
PINGED = Case(SOCKETS, "socket, ping", "a `ping`")
ACKED = Case(SOCKETS, "socket, ack", "an `ack`")
CONNECTED = Case(SOCKETS, "socket, connect", "a new connection")
AUTHORIZED = Case(SOCKETS_AUTHORIZER, "socket, authorize a key", "a key's first call of a day")
ATTEMPTED = Case(SENDER, "webhook, attempt", "an attempt", assumed.RECEIVER_SECONDS)
FAILED_SECONDS = assumed.RECEIVER_SECONDS + assumed.QUEUE_SECONDS
INVOCATIONS = (
    Case(AUTHORIZER, "authorizer", "a key's first call of a day"),
    Case(AUTHORIZER, ASKED, "a later call"),
    Case(PROJECTOR, COUNTED_ALONE, "a batch of one message"),
    Case(PROJECTOR, COUNTED_TOGETHER, "a batch of 100 messages"),
    Case(PROJECTOR, "count one order", "a batch of one order"),
    Case(ROLL_UP, ROLLED, "a minute"),
    Case(SWEEP, SWEPT, "a minute without overdue orders"),
    Case(SWEEP, "sweep, one overdue", "a minute with one"),
    Case(PURGE, "purge one order, 100 KB", "an order whose offer has 100 KB"),
    Case(PURGE, "tell candidates, nobody listens", "an order for candidates that do not listen"),
    Case(
        PURGE,
        "tell 16 connected candidates",
        "an order for 16 or more candidates with connections",
        POSTS_IN_TURN * assumed.POST_SECONDS,
    ),
    Case(PURGE, "tell 16 waiting candidates", "an order for 16 or more candidates that wait"),
    Case(RELAY, RELAYED_ALONE, "an event for nobody who listens"),
    Case(RELAY, "relay one event, the feed's end unknown", "the first event for an agent"),
    TO_A_SOCKET,
    TO_A_WEBHOOK,
    Case(RELAY, "relay 100 events of one agent", "a batch of 100 events for one agent"),
    Case(RELAY, RELAYED_TOGETHER, "a batch of 100 events for 100 agents"),
    ACKNOWLEDGED,
    AUTHORIZED,
    Case(SOCKETS_AUTHORIZER, "socket, authorize a ticket", "a ticket"),
    CONNECTED,
    RESUMED,
    PINGED,
    ACKED,
    Case(
        SOCKETS,
        "socket, resume, two capabilities",
        "a `resume` of an agent with two capabilities",
        assumed.POST_SECONDS,
    ),
    Case(SOCKETS, "socket, ping, two capabilities", "a `ping` of an agent with two capabilities"),
    Case(SOCKETS, "socket, typing", "a `typing` to one connection", assumed.POST_SECONDS),
    Case(SOCKETS, "socket, disconnect", "the end of a connection"),
    ATTEMPTED,
    Case(SENDER, "webhook, attempt that fails", "the first failed attempt", FAILED_SECONDS),
    Case(SENDER, "webhook, attempt that fails again", "the second failed attempt", FAILED_SECONDS),
    Case(
        SENDER,
        "webhook, attempt that is put off",
        "a later failed attempt",
        assumed.RECEIVER_SECONDS,
    ),
    Case(WEBHOOK_SWEEP, WEBHOOKS_SWEPT, "a minute without a due delivery"),
    Case(WEBHOOK_SWEEP, "webhook sweep, one due", "a minute with one", assumed.QUEUE_SECONDS),
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
        Row(case.function, case.what, need, invocation(need))
        for case in INVOCATIONS
        for need in [case.need(counts)]
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
