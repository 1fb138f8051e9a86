"""The loads as flows: how many times a second, with how many units of one key."""

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from agent_messaging.presence.table import SHARDS, shard_of
from benchmarks import assumed
from benchmarks.scale import samples
from benchmarks.scale.items import Touch, queried, reads, writes

HOT = "nova-agent-id"
AGENTS = 1_000_000
HEARTBEAT_SECONDS = 30
MESSAGES_PER_SECOND = 1_000
PER_PAIR = 300 / 60  # the template's MessagesPerPair
ORDERS_PER_SECOND = 100_000 / 3600
PARTIES = 200  # the clients, and also the workers
REMEMBERED_SECONDS = 60  # how long the gateway caches a key
BATCH = 100  # messages on a page, and in one call that marks them as read
# Stated, as is all that a clock would tell: a call as in benchmarks/assumed.py; one read of the
# authorizer; a hundred updates, one after the other.
CALL_SECONDS = assumed.SECONDS
AUTHORIZER_SECONDS = 0.015
MARK_MANY_SECONDS = CALL_SECONDS + BATCH * 0.005


class Flow(NamedTuple):
    """Calls on one key, or on `alike` keys with equal shares."""

    place: str
    key: str
    units: float
    per_second: float
    is_write: bool
    alike: int = 1


class Requests(NamedTuple):
    """Calls of one route, and how long each takes."""

    route: str
    per_second: float
    seconds: float = CALL_SECONDS


@dataclass(frozen=True)
class Load:
    """One load: its calls of the tables and of the API, and how many keys call."""

    name: str
    flows: list[Flow]
    requests: list[Requests]
    authorizations: float
    events: tuple[str, float]  # the stream that counts it, and its records a second


def wrote(touches: Iterable[Touch], per_second: float, alike: int = 1) -> Iterator[Flow]:
    """Return the flows of a write."""
    return (Flow(*touch, per_second, is_write=True, alike=alike) for touch in touches)


def read(touch: Touch, per_second: float, alike: int = 1) -> Flow:
    """Return the flow of a read."""
    return Flow(*touch, per_second, is_write=False, alike=alike)


def send(rate: float, senders: list[str], body: int) -> Iterator[Flow]:
    """Yield the flows of messages to HOT, `rate` a second in all."""
    per_sender, other = rate / len(senders), samples.registered(HOT)[0]
    yield read(reads("AgentsTable", HOT, other, consistent=True), rate)
    for sender in senders:
        yield read(reads("AgentsTable", sender, other, consistent=True), per_sender)
        for owner, contact_id in ((HOT, sender), (sender, HOT)):
            entry = samples.contact(owner, contact_id)
            yield read(reads("ContactsTable", owner, entry), per_sender)
        yield from wrote(writes("AgentSentTable", samples.chunk(sender)), per_sender)
        for item in samples.parts(HOT, sender, body):
            yield from wrote(writes("AgentMessagesTable", item), per_sender)


def take(rate: float, body: int) -> Iterator[Flow]:
    """Yield the flows of HOT reading its inbox and marking all as read, page by page."""
    item = samples.message(HOT, "sender-000", body)
    place = "AgentMessagesTable/pending_inbox"
    yield read(queried(place, HOT, item, BATCH), rate / BATCH)
    yield read(reads("AgentsTable", HOT, samples.registered(HOT)[0], consistent=True), rate / BATCH)
    # `thread` has only keys, which do not change. Long parts do not move.
    yield from wrote(writes("AgentMessagesTable", samples.was_read(item), item), rate)


def one_recipient(body: int = samples.BODY_BYTES, *, is_read: bool = True) -> Load:
    """Return one inbox with as many senders as the limits need. It is read, or not."""
    rate = MESSAGES_PER_SECOND
    senders = [f"sender-{number:03d}" for number in range(round(rate / PER_PAIR))]
    pages = rate / BATCH if is_read else 0
    taken = take(rate, body) if is_read else ()
    return Load(
        f"one recipient at 1,000 messages/s, {'all read at once' if is_read else 'read later'}",
        [*send(rate, senders, body), *taken],
        [
            Requests("POST /messaging/send", rate),
            Requests("GET /messaging/inbox", pages),
            Requests("POST /messaging/mark-read", pages, MARK_MANY_SECONDS),
        ],
        (len(senders) + 1) / REMEMBERED_SECONDS,
        ("messages", rate),
    )


@functools.cache
def shard_sizes() -> Mapping[int, int]:
    """Return how many of a million agents are in each shard."""
    return Counter(shard_of(f"agent-{number}") for number in range(AGENTS))


def heartbeats(every: int = HEARTBEAT_SECONDS) -> Load:
    """Return a million agents that send heartbeats, with nothing waiting."""
    rate, authorizations = AGENTS / every, AGENTS / max(every, REMEMBERED_SECONDS)
    agent, key = samples.registered("agent-500000")
    sizes = shard_sizes()
    leases = {shard_of(f"agent-{number}"): f"agent-{number}" for number in range(SHARDS * 8)}
    flows = [
        read(reads("AgentsTable", "an agent", agent, consistent=True), rate, AGENTS),
        *(
            flow
            for shard, number in sizes.items()
            for flow in wrote(
                writes("AgentPresenceTable", samples.lease(leases[shard])),
                number / every,
            )
        ),
        read(Touch("AgentMessagesTable/pending_inbox", "an agent", 0.5), rate, AGENTS),
        read(Touch("WorkOrdersTable/worker_open", "an agent", 0.5), rate, AGENTS),
        read(reads("AgentKeysTable", "a key", key, consistent=True), authorizations, AGENTS),
        # Once a minute the roll-up counts all leases of a shard, even ended ones.
        *(
            read(queried("AgentPresenceTable", str(shard), samples.lease(leases[shard]), n), 1 / 60)
            for shard, n in sizes.items()
        ),
    ]
    return Load(
        f"1 million agents, a heartbeat every {every} s",
        flows,
        [Requests("POST /messaging/heartbeat", rate)],
        authorizations,
        ("messages", 0),
    )
