"""The costs of the ways to be woken: an hour in which nothing happens, and a million events.

Each step is an operation that is measured, except for a request that waits in vain. That one is
computed from its reads and its time. The seconds and the intervals are those of the code.
"""

from collections.abc import Mapping
from typing import NamedTuple

from benchmarks import prices
from benchmarks.dollars import background, idle
from benchmarks.dollars.background import Case
from benchmarks.dollars.bills import (
    ASKED,
    AUTHORIZER,
    BUSY,
    GB,
    MILLION,
    PLATFORM_LINES,
    RELAY,
    RELAYED_ALONE,
    TEMPLATE,
    Counts,
    request,
)
from benchmarks.dollars.bills import invocation as billed

HOUR, MONTH_HOURS = 3600, 720
HEARTBEAT_SECONDS = 30
SLOW_HEARTBEAT_SECONDS = 300
# A request that waits: it reads the feed four times a second, half a read unit each.
WAIT_SECONDS, READS_A_SECOND = 20, 4
FEED, WAITING = "FeedFunction", "FeedWaitFunction"
# A connection: a ping at least every nine minutes, and a new connection every two hours.
PING_MINUTES, CONNECTION_HOURS = 9, 2
# A webhook: an event is put into the queue, received and deleted there.
QUEUE_REQUESTS = 3
AGENTS = (100, 10_000, 1_000_000)


class Way(NamedTuple):
    """A way to be woken, and its dollars."""

    name: str
    idle_hour: float
    million_events: float


def ways(counts: Counts) -> list[Way]:
    """Return each way, with one event at a time."""
    relayed = billed(counts.need(RELAYED_ALONE, RELAY)).total
    receipt = _invocation(counts, background.ACKNOWLEDGED)
    read, waited = (
        _request(counts, "feed, one event", FEED),
        _request(counts, "feed, wait for one", WAITING),
    )
    acked = _request(counts, "feed, acknowledge", FEED) + receipt
    frame = _invocation(counts, background.TO_A_SOCKET) + prices.PER_MILLION_SOCKET_MESSAGES
    answered = _frame(counts, background.ACKED) + receipt
    queued = _invocation(counts, background.TO_A_WEBHOOK)
    queued += QUEUE_REQUESTS * prices.PER_MILLION_QUEUE_REQUESTS
    attempted = _invocation(counts, background.ATTEMPTED)
    return [
        Way("heartbeat", _heartbeats(counts, HEARTBEAT_SECONDS), relayed + read + acked),
        Way("wait", _waiting(counts), relayed + waited + acked),
        Way("socket", _connected(counts), frame + answered),
        Way("webhook", 0.0, queued + attempted),
    ]


def months(counts: Counts) -> Mapping[int, Mapping[str, float]]:
    """Return the dollars of a month of agents that wait all the time, by their number."""
    found = {way.name: way.idle_hour * MONTH_HOURS for way in ways(counts)}
    slow = _heartbeats(counts, SLOW_HEARTBEAT_SECONDS) * MONTH_HOURS
    one = {"heartbeat": found.pop("heartbeat"), "slow heartbeat": slow, **found}
    return {number: {name: number * each for name, each in one.items()} for number in AGENTS}


def _heartbeats(counts: Counts, every: int) -> float:
    return idle.agent(counts, every) / MONTH_HOURS


def _waiting(counts: Counts) -> float:
    """Return an hour of requests one after another, each as long as possible."""
    looks = READS_A_SECOND * WAIT_SECONDS + 1  # the last one is at the agent, for its capabilities
    reads = looks * 0.5 * prices.PER_MILLION_READ_UNITS
    lease = 2 * prices.PER_MILLION_WRITE_UNITS  # a place to wait, taken and given back
    one = lease + reads + prices.PER_MILLION_GATEWAY_REQUESTS + prices.PER_MILLION_INVOCATIONS
    one += PLATFORM_LINES * MILLION / GB * prices.PER_GB_OF_LOGS
    one += WAIT_SECONDS * wait_gigabytes() * prices.PER_GB_SECOND * MILLION
    one += billed(counts.need(ASKED, AUTHORIZER)).total * WAIT_SECONDS / idle.REMEMBERED_SECONDS
    return HOUR / WAIT_SECONDS * one / MILLION


def wait_gigabytes() -> float:
    """Return the memory of the function that waits."""
    return TEMPLATE.functions[WAITING].memory / 1024


def _connected(counts: Counts) -> float:
    """Return an hour of a connection over which nothing goes but pings."""
    minutes = HOUR / 60 * prices.PER_MILLION_CONNECTION_MINUTES
    ping = _frame(counts, background.PINGED) + prices.PER_MILLION_SOCKET_MESSAGES  # and the pong
    opened = _invocation(counts, background.AUTHORIZED) + _invocation(counts, background.CONNECTED)
    # `resume`, and `hello`
    opened += _frame(counts, background.RESUMED) + prices.PER_MILLION_SOCKET_MESSAGES
    pings = HOUR / 60 / PING_MINUTES
    return (minutes + pings * ping + opened / CONNECTION_HOURS) / MILLION


def _request(counts: Counts, operation: str, function: str) -> float:
    """Return the dollars of a million requests, without those of the relay's receipts."""
    return request(counts, counts.need(operation, function), BUSY)._replace(relay=0).total


def _frame(counts: Counts, case: Case) -> float:
    """Return the dollars of a million frames that clients send."""
    return prices.PER_MILLION_SOCKET_MESSAGES + _invocation(counts, case)


def _invocation(counts: Counts, case: Case) -> float:
    return billed(case.need(counts)).total
