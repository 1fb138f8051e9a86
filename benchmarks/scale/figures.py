"""The units of the hottest keys, from the simulation of loads."""

from collections.abc import Iterator

from benchmarks.figures import Figure
from benchmarks.scale import limits
from benchmarks.scale.inboxes import BODIES, inbox
from benchmarks.scale.limiter import AT_MOST
from benchmarks.scale.limiter import window as minute
from benchmarks.scale.loads import heartbeats, one_recipient
from benchmarks.scale.midnight import midnights
from benchmarks.scale.orders import hourly
from benchmarks.scale.partitions import heat
from benchmarks.scale.streams import project
from benchmarks.scale.waking import most_messages, relay

STREAMED = 10_000


def measure() -> Iterator[Figure]:
    """Yield counts. Only the partition's limits are targets."""
    loads = {"recipient": one_recipient(), "heartbeats": heartbeats(), "orders": hourly()}
    for name, load in loads.items():
        hottest = max(each.hottest for each in heat(load.flows) if each.is_write)
        yield Figure(f"scale: {name}, hottest key", hottest, "write units/s")
    longest = inbox(max(BODIES.values()))
    yield Figure("scale: senders that fill an inbox with the longest messages", longest.senders, "")
    waiting = inbox(BODIES["2 KB"])
    yield Figure("scale: heartbeat while 100 of 2 KB wait", waiting.heartbeat, "read units")
    busiest = minute(AT_MOST).per_second
    yield Figure("scale: sent log's key, most messages a minute", busiest, "write units/s")
    first = midnights()[0]
    yield Figure("scale: refused at midnight, 1 million agents", first.refused * 100, "%")
    hot = relay(1, has_socket=True, shards=1, agents=1).capacity
    yield Figure("scale: events of one agent with a socket", hot, "events/s")
    yield Figure("scale: messages to sockets that all APIs allow", most_messages(), "messages/s")
    read = project(STREAMED).lists_read / limits.PARTITION_READ_UNITS
    yield Figure(
        "scale: key of the counted records at 10,000 messages/s", read * 100, "% of a partition"
    )
