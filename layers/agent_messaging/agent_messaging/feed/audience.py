"""The audience of a capability: the agents that get hints about orders for its candidates.

    (agent, h)                     capabilities, purge_at    which audiences the agent is in
    (*<capability>, <place>)       candidate_id, purge_at    one agent of an audience

An agent joins the audiences of its capabilities when it connects, pings or waits. It leaves them
after 20 minutes without any of these. The agent's own item tells when it has to join again, so most
pings and waits write nothing. An agent without capabilities costs nothing.

The place of an agent is a hash of its id. So a query from a random place finds random agents,
however large the audience is. No agent's id contains `*`.
"""

import contextlib
import hashlib
from datetime import datetime, timedelta

from agent_messaging import clock
from agent_messaging.agents.access import has_left, parse
from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.errors import ContentionError, OutOfTimeError
from agent_messaging.feed.table import AUDIENCES, FeedTable
from agent_messaging.storage.table import FAILURES, Item

LASTS = timedelta(minutes=20)
# Longer than the time between two pings, so an agent that pings is never out of its audiences.
RENEWED_BEFORE = timedelta(minutes=10)
PLACE_DIGITS = 16
BEFORE, LAST = " ", "g"  # sort before and after all places
# DynamoDB deletes expired items late, so a query may find more of these than of others.
EXAMINED = 64
IS_LIVE = "purge_at > :now"


class Audience:
    """The audiences of all capabilities, in the feed's table."""

    def __init__(self, feed: FeedTable, agents: AgentsTable) -> None:
        self.feed = feed
        self.table = feed.table
        self.agents = agents

    def join_waiting(self, agent_id: str, joined: Item | None, now: datetime) -> None:
        """Let an agent that waits join its audiences; see `join`."""
        with contextlib.suppress(ContentionError, *FAILURES):
            item = self.agents.table.get(self.agents.key(agent_id)[1])
            if item is not None and not has_left(item):
                self.join(parse(item), joined, now)

    def renew(self, agent: Agent, now: datetime) -> None:
        """Let a connected agent stay in its audiences; see `join`."""
        if not agent.capabilities:
            return
        with contextlib.suppress(ContentionError, *FAILURES):
            key = self.feed.key(agent.agent_id, AUDIENCES)[1]
            self.join(agent, self.table.get(key), now)

    def join(self, agent: Agent, joined: Item | None, now: datetime) -> None:
        """Let an agent join the audiences of its capabilities. It raises nothing of DynamoDB.

        `joined` is the agent's own item, or None. If the agent is in all audiences for ten more
        minutes, this writes nothing. The agent's item is written last, so whoever stops before it
        joins again.
        """
        if not (agent.capabilities and agent.takes_orders) or _is_in(joined, agent, now):
            return
        purge_at = clock.to_epoch(now + LASTS)
        place = place_of(agent.agent_id)
        own = self.feed.key(agent.agent_id, AUDIENCES)[1]
        with contextlib.suppress(ContentionError, OutOfTimeError, *FAILURES):
            for capability in agent.capabilities:
                key = self.feed.key(partition_of(capability), place)[1]
                self.table.put({**key, "candidate_id": agent.agent_id, "purge_at": purge_at})
            self.table.put({**own, "capabilities": agent.capabilities, "purge_at": purge_at})

    def sample(self, capability: str, most: int, start: str, now: datetime) -> list[str]:
        """Return the ids of at most `most` agents of an audience: those from a place on."""
        ids = self._between(capability, start, LAST, now)
        if len(ids) < most:
            ids += self._between(capability, BEFORE, start, now)
        return list(dict.fromkeys(ids))[:most]

    def _between(self, capability: str, first: str, last: str, now: datetime) -> list[str]:
        found = self.table.query(
            "agent_id = :partition AND entry BETWEEN :first AND :last",
            matching=IS_LIVE,
            limit=EXAMINED,
            newest_first=False,
            partition=partition_of(capability),
            first=first,
            last=last,
            now=clock.to_epoch(now),
        )
        return [item["candidate_id"] for item in found.items]


def partition_of(capability: str) -> str:
    """Return the partition key of an audience."""
    return f"*{capability}"


def place_of(agent_id: str) -> str:
    """Return the place of an agent in each of its audiences."""
    return hashlib.sha256(agent_id.encode()).hexdigest()[:PLACE_DIGITS]


def _is_in(joined: Item | None, agent: Agent, now: datetime) -> bool:
    """Return whether the agent is in all its audiences for long enough."""
    if joined is None or set(joined["capabilities"]) != set(agent.capabilities):
        return False
    return int(joined["purge_at"]) >= clock.to_epoch(now + RENEWED_BEFORE)
