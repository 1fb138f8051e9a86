"""The costs of the ways to be woken: an hour in which nothing happens, and a million events.

The heartbeats are measured. All else is computed from the write and read units of its design, from
the prices and from `benchmarks.assumed`. The seconds and the intervals are those of the code.
"""

from collections.abc import Mapping
from typing import NamedTuple

from benchmarks import assumed, prices
from benchmarks.dollars import idle
from benchmarks.dollars.bills import (
    ASKED,
    AUTHORIZER,
    GB,
    MILLION,
    PLATFORM_LINES,
    TEMPLATE,
    Counts,
)
from benchmarks.dollars.bills import invocation as billed

HOUR, MONTH_HOURS = 3600, 720
HEARTBEAT_SECONDS = 30
SLOW_HEARTBEAT_SECONDS = 300
# A request that waits: it reads the feed four times a second, half a read unit each.
WAIT_SECONDS, READS_A_SECOND = 20, 4
WAITING = "FeedWaitFunction"
# A connection: a ping at least every nine minutes, and a new connection every two hours.
PING_MINUTES, CONNECTION_HOURS = 9, 2
# A webhook: an event is put into the queue, received and deleted there. The receiver takes a while.
QUEUE_REQUESTS = 3
RECEIVER_SECONDS = 0.3
SENDER_GB = 0.25
AGENTS = (100, 10_000, 1_000_000)


class Units(NamedTuple):
    """The write and read units of a step, as designed."""

    writes: float
    reads: float


APPENDED = Units(1, 1)  # an event in the feed
ACKNOWLEDGED = Units(2, 1)  # the position, and the receipt of a message
FEED_READ = Units(0, 0.5)
PINGED = Units(2, 1)  # the listener and the lease
RESUMED = Units(2, 1)
ATTEMPTED = Units(2, 1)  # the attempt, and the receipt of a message


class Way(NamedTuple):
    """A way to be woken, and its dollars."""

    name: str
    idle_hour: float
    million_events: float


def ways(counts: Counts) -> list[Way]:
    """Return each way, with one event at a time."""
    relayed = _invocation(APPENDED)
    read = _request(FEED_READ) + _request(ACKNOWLEDGED)
    acked = prices.PER_MILLION_SOCKET_MESSAGES + _invocation(ACKNOWLEDGED)
    queued = QUEUE_REQUESTS * prices.PER_MILLION_QUEUE_REQUESTS
    attempted = queued + _invocation(ATTEMPTED, RECEIVER_SECONDS, SENDER_GB)
    return [
        Way("heartbeat", _heartbeats(counts, HEARTBEAT_SECONDS), relayed + read),
        Way("wait", _waiting(counts), relayed + read),
        Way("socket", _connected(counts), relayed + prices.PER_MILLION_SOCKET_MESSAGES + acked),
        Way("webhook", 0.0, relayed + attempted),
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
    reads = READS_A_SECOND * WAIT_SECONDS * 0.5
    lease = Units(2, 0)  # a place among those that wait, taken and given back
    one = _dollars(Units(lease.writes, reads)) + _logs() + prices.PER_MILLION_INVOCATIONS
    one += WAIT_SECONDS * wait_gigabytes() * prices.PER_GB_SECOND * MILLION
    one += prices.PER_MILLION_GATEWAY_REQUESTS
    one += _authorizer(counts) * WAIT_SECONDS / idle.REMEMBERED_SECONDS
    return HOUR / WAIT_SECONDS * one / MILLION


def wait_gigabytes() -> float:
    """Return the memory of the function that waits."""
    return TEMPLATE.functions[WAITING].memory / 1024


def _connected(counts: Counts) -> float:
    """Return an hour of a connection over which nothing goes but pings."""
    minutes = HOUR / 60 * prices.PER_MILLION_CONNECTION_MINUTES
    ping = 2 * prices.PER_MILLION_SOCKET_MESSAGES + _invocation(PINGED)  # and the pong
    opened = _authorizer(counts) + _invocation(Units(0, 0)) + _invocation(RESUMED)
    pings = HOUR / 60 / PING_MINUTES
    return (minutes + pings * ping + opened / CONNECTION_HOURS) / MILLION


def _authorizer(counts: Counts) -> float:
    return billed(counts.need(ASKED, AUTHORIZER)).total


def _request(units: Units) -> float:
    """Return the dollars of a million requests, with the gateway and the authorizer."""
    return assumed.around_it() + _dollars(units)


def _invocation(units: Units, waiting: float = 0, gigabytes: float = assumed.MEMORY_GB) -> float:
    """Return the dollars of a million invocations that no HTTP request causes."""
    seconds = assumed.SECONDS + waiting
    running = seconds * gigabytes * prices.PER_GB_SECOND * MILLION
    return prices.PER_MILLION_INVOCATIONS + running + _logs() + _dollars(units)


def _logs() -> float:
    return PLATFORM_LINES * MILLION / GB * prices.PER_GB_OF_LOGS


def _dollars(units: Units) -> float:
    writes = units.writes * prices.PER_MILLION_WRITE_UNITS
    return writes + units.reads * prices.PER_MILLION_READ_UNITS
