"""Waking agents: the relay of each shard, connections, and the requests that all APIs share.

A shard has one batch at a time. The relay serves some agents of a batch at the same time. For each
agent it appends each event, reads who listens, and posts each event's frame, in this order. The
times of DynamoDB and of a post are assumptions, so the capacities are estimates.
"""

import math
import random
from typing import NamedTuple

from benchmarks import assumed
from benchmarks.scale import limits, markdown

SECONDS = 60
SEED = 6
BATCH = 100  # records, as in the template
BATCH_SECONDS = 0.040  # Lambda's call of the function
CALL_SECONDS = assumed.DYNAMODB_SECONDS
POST_SECONDS = assumed.POST_SECONDS
READS_OF_AN_AGENT = 1  # who listens to it. The end of its feed is remembered
NEW_TABLE_SHARDS = limits.NEW_TABLE_WRITE_UNITS // limits.PARTITION_WRITE_UNITS
THREADS = 8  # agents that the relay serves at the same time
MORE_THREADS = 32  # one possible improvement
# Messages a second of the whole platform.
RATES = (100, 1_000, 5_000, 10_000)
PING_SECONDS, CONNECTION_SECONDS, HEARTBEAT_SECONDS = 9 * 60, 2 * 3600, 30
CONNECTED = (100, 10_000, 1_000_000)
REQUESTS_OF_A_MESSAGE = 3  # the send, the post of its frame, and the acknowledgement
MESSAGES_AN_HOUR = 10  # of each connected agent


class Relayed(NamedTuple):
    """The load of the relay at a rate of events."""

    shards: int
    capacity: float  # events a second, of one shard
    busy: float
    behind: float  # seconds, after a minute


def relay(
    events: float,
    *,
    has_socket: bool,
    shards: int | None = None,
    agents: int = BATCH,
    threads: int = THREADS,
) -> Relayed:
    """Return the work of the relay. `agents` is how many agents share a full batch."""
    number = shards or max(NEW_TABLE_SHARDS, math.ceil(events / limits.PARTITION_WRITE_UNITS))
    each = events / number
    event = CALL_SECONDS + (POST_SECONDS if has_socket else 0)
    of_agent = READS_OF_AN_AGENT * CALL_SECONDS
    at_once = min(threads, agents)
    full = BATCH_SECONDS + (agents * of_agent + BATCH * event) / at_once
    capacity = BATCH / full
    return Relayed(number, capacity, min(1.0, each / capacity), _behind(each, capacity))


def _behind(events: float, capacity: float) -> float:
    """Return how many seconds a shard is behind after a minute."""
    chance, waiting = random.Random(SEED), 0.0
    for _ in range(SECONDS):
        waiting += max(0.0, chance.gauss(events, math.sqrt(events)))
        waiting -= min(waiting, capacity)
    return waiting / events


class Connected(NamedTuple):
    """The load of connected agents, in each second."""

    pings: float
    connects: float
    events: float
    seconds_to_connect: float  # all of them, after the server closed every connection
    heartbeats: float  # in place of connections

    @property
    def requests(self) -> float:
        """Return what counts for the account's limit of all APIs."""
        return 2 * self.pings + self.connects + self.events * REQUESTS_OF_A_MESSAGE


def connected(agents: int) -> Connected:
    """Return what this many connected agents need."""
    return Connected(
        agents / PING_SECONDS,
        agents / CONNECTION_SECONDS,
        agents * MESSAGES_AN_HOUR / 3600,
        agents / limits.NEW_CONNECTIONS,
        agents / HEARTBEAT_SECONDS,
    )


def most_messages() -> float:
    """Return the messages a second that the account's limit of all APIs allows."""
    return limits.GATEWAY_REQUESTS / REQUESTS_OF_A_MESSAGE


def relay_table() -> str:
    """Return a row for each rate, with and without sockets, and for one recipient."""
    found = [
        ("one recipient without a socket", 100, relay(100, has_socket=False, shards=1, agents=1)),
        ("one recipient with a socket", 100, relay(100, has_socket=True, shards=1, agents=1)),
        *(("all alike, with sockets", rate, relay(rate, has_socket=True)) for rate in RATES),
        *(
            (
                f"the same, {MORE_THREADS} agents at a time",
                rate,
                relay(rate, has_socket=True, threads=MORE_THREADS),
            )
            for rate in RATES[1:]
        ),
    ]
    rows = [
        [
            name,
            f"{rate:,}",
            f"{each.shards}",
            f"{each.capacity:,.0f}",
            f"{each.busy:.0%}",
            f"{each.behind:.0f}",
        ]
        for name, rate, each in found
    ]
    head = "events to|events/s|shards|a shard takes, events/s|a shard is busy|s behind after 60"
    return markdown.table(head, rows)


def connections_table() -> str:
    """Return a row for each number of connected agents."""
    rows = [
        [
            f"{number:,}",
            markdown.number(each.pings),
            markdown.number(each.connects),
            markdown.number(each.events),
            f"{each.requests / limits.GATEWAY_REQUESTS:.1%}",
            markdown.number(each.seconds_to_connect),
            f"{each.heartbeats / limits.GATEWAY_REQUESTS:.1%}",
        ]
        for number, each in ((number, connected(number)) for number in CONNECTED)
    ]
    head = "connected agents|pings/s|new connections/s|messages/s|of the account's requests"
    return markdown.table(f"{head}|s until all are back|the same agents' heartbeats", rows)
