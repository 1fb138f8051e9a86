"""Tell candidates that an order can be taken: those that are connected, or that wait.

    1  take at most 16 agents of the capability's audience, from a random place on
    2  leave out those that could not take the order
    3  send each a frame on the connection that it used last, or store a hint for its next wait

This is the fan-out of one order. It costs at most `units.HINTS`, however many candidates there are.
A function that reads the stream of the orders does it. So it delays neither the call that created
the order, nor the events of the relay. It raises nothing: a hint may be lost.

Orders for the same capability that come together are told of once. After that, the capability has
to wait for a second. Orders that come meanwhile are in the next batch.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging import deadline
from agent_messaging.agents.access import has_left, parse
from agent_messaging.agents.table import AgentsTable
from agent_messaging.contacts.model import ContactState, state_of
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.contacts.table import parse as parse_contact
from agent_messaging.feed.audience import Audience
from agent_messaging.feed.hints import Hints
from agent_messaging.feed.table import LISTENERS, is_live
from agent_messaging.observability import metrics
from agent_messaging.observability.log import logger
from agent_messaging.sockets import frames
from agent_messaging.sockets.connections import (
    ConnectionFailedError,
    ConnectionGoneError,
    Connections,
)
from agent_messaging.sockets.listeners import connection_of, sockets
from agent_messaging.storage.table import Item
from agent_messaging.storage.transactions import batch_get
from agent_messaging.storage.units import CANDIDATES
from agent_messaging.work_orders.pool_entry import PoolEntry, newest

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECTIONS = 2  # of a candidate that are tried
THREADS = 8
EVERY_SECONDS = 1.0
# For one capability. The longest calls are two frames, of three seconds each, in two turns.
SECONDS_FOR_A_CAPABILITY = 15.0
PLACE_BYTES = 8


@dataclass(frozen=True)
class CandidateHints:
    """The tables that it reads, and the connections.

    `pause` sleeps, and `ticks` counts seconds. `told_at` has the capabilities of the last second.
    """

    client: "DynamoDBClient"
    agents: AgentsTable
    contacts: ContactsTable
    audience: Audience
    connections: Connections
    pause: Callable[[float], None] = time.sleep
    ticks: Callable[[], float] = time.monotonic
    start: Callable[[], str] = lambda: secrets.token_hex(PLACE_BYTES)
    told_at: dict[str, float] = field(default_factory=dict)
    threads: int = THREADS

    def tell(self, records: Iterable[Mapping[str, Any]], now: datetime) -> None:
        """Tell candidates of the new entries among stream records. It raises nothing."""
        entries = newest(records, now)
        self._forget()
        for capability in sorted(entries, key=lambda each: self.told_at.get(each, 0)):
            if deadline.left() < SECONDS_FOR_A_CAPABILITY:
                logger.info("out of time, some candidates were not told")
                return
            self._wait_for(capability)
            try:
                self._tell(entries[capability], now)
            except Exception:
                logger.exception("candidates were not told")

    def _forget(self) -> None:
        """Forget the capabilities that need not wait."""
        before = self.ticks() - EVERY_SECONDS
        for capability in [each for each, at in self.told_at.items() if at <= before]:
            del self.told_at[capability]

    def _wait_for(self, capability: str) -> None:
        """Wait until a second has passed since candidates of a capability were told."""
        now = self.ticks()
        left = self.told_at.get(capability, now - EVERY_SECONDS) + EVERY_SECONDS - now
        if left > 0:
            self.pause(left)
        self.told_at[capability] = self.ticks()

    def _tell(self, entry: PoolEntry, now: datetime) -> None:
        """Tell the candidates of one order, several at the same time."""
        found = self.audience.sample(entry.capability, CANDIDATES, self.start(), now)
        told = self._able([each for each in found if entry.suits(each)], entry, now)
        if not told:
            return
        sent = self._tell_all(told, entry.capability, now)
        metrics.frames(sent=sum(each[0] for each in sent), gone=sum(each[1] for each in sent))

    def _tell_all(self, told: list[str], capability: str, now: datetime) -> list[tuple[int, int]]:
        """Tell several agents at the same time. See `_tell_one`."""
        if self.threads == 1 or len(told) == 1:
            return [self._tell_one(each, capability, now) for each in told]
        _ = self.connections.client  # it is created here, not in the threads
        with ThreadPoolExecutor(self.threads) as pool:
            futures = [
                # A thread knows nothing of the deadline, unless it runs in this context.
                pool.submit(copy_context().run, self._tell_one, each, capability, now)
                for each in told
            ]
        return [future.result() for future in futures]

    def _able(self, ids: list[str], entry: PoolEntry, now: datetime) -> list[str]:
        """Return those of the agents that could take the order: one batch of reads."""
        keys = [self.agents.key(each) for each in ids]
        keys += [self.contacts.key(entry.client_id, each) for each in ids]
        keys += [self.contacts.key(each, entry.client_id) for each in ids]
        items = batch_get(self.client, keys) if keys else []
        count = len(ids)
        rows = zip(ids, items[:count], items[count : 2 * count], items[2 * count :], strict=True)
        return [
            agent_id
            for agent_id, agent, *contacts in rows
            if _takes_orders(agent, entry.capability) and not _are_blocked(contacts, now)
        ]

    def _tell_one(self, agent_id: str, capability: str, now: datetime) -> tuple[int, int]:
        """Tell one agent. Return how many frames it took, and how many connections were closed."""
        try:
            found = self.audience.feed.places_and_listeners(agent_id)
            live = [each for each in found if is_live(each, now)]
            taken, gone = self._send(live, capability)
            waits = any(each["entry"] < LISTENERS for each in live)
            if waits or not taken:
                Hints(self.audience.feed).put(agent_id, capability, now)
        except Exception:
            logger.exception("a candidate was not told", agent_id=agent_id)
            return 0, 0
        return taken, gone

    def _send(self, live: list[Item], capability: str) -> tuple[int, int]:
        """Send a frame on the connection that was used last. If it is closed, try one more."""
        text = frames.text(frames.AvailableFrame(capability=capability))
        newest_first = sorted(sockets(live), key=lambda each: -int(each["purge_at"]))
        gone = 0
        for each in newest_first[:CONNECTIONS]:
            try:
                self.connections.post(connection_of(each), text, attempts=1)
            except ConnectionGoneError:
                gone += 1
            except ConnectionFailedError:
                logger.info("a connection took no hint", connection_id=connection_of(each))
            else:
                return 1, gone
        return 0, gone


def _takes_orders(item: Item | None, capability: str) -> bool:
    """Return whether an agent has the capability, takes orders, and is not busy."""
    if item is None or has_left(item):
        return False
    agent = parse(item)
    is_free = agent.active_jobs < agent.max_concurrent_jobs
    return capability in agent.capabilities and agent.takes_orders and is_free


def _are_blocked(contacts: Iterable[Item | None], now: datetime) -> bool:
    """Return whether one of two agents blocks the other."""
    return any(state_of(parse_contact(each, now)) is ContactState.BLOCKED for each in contacts)
