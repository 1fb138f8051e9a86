"""List agents: read directory entries or leases, then the agents, and keep those that match.

One filter decides what is read: the capability, or else the longest word, or else `online=true`.
Without any of these all agents are read. The other filters are checked on the agents themselves. So
a filtered page examines a bounded number of agents, and may be short although the list continues.
The first filter is checked on the agents too, because its list may lag behind.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from agent_messaging import paging
from agent_messaging.agents.access import parse
from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.directory import schemas, search_terms, table
from agent_messaging.directory.table import DirectoryTable
from agent_messaging.paging import Listing
from agent_messaging.presence.table import PresenceTable
from agent_messaging.presence.table import parse as parse_presence
from agent_messaging.storage.transactions import BATCH_KEYS, batch_get

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The maximum for one batch read, which reads an item and a lease for each agent.
EXAMINED = BATCH_KEYS // 2


@dataclass(frozen=True)
class DirectoryService:
    """The tables for a list of agents."""

    client: "DynamoDBClient"
    agents: AgentsTable
    table: DirectoryTable
    presences: PresenceTable

    def list(
        self, caller_id: str, query: schemas.DirectoryQuery, now: datetime
    ) -> schemas.DirectoryPage:
        """Return a page of the agents that match the query."""
        return _AgentList(self, caller_id, query, now).page()


@dataclass(frozen=True)
class _AgentList:
    """One request for a list: the query of a caller at `now`."""

    tables: DirectoryService
    caller_id: str
    query: schemas.DirectoryQuery
    now: datetime

    def page(self) -> schemas.DirectoryPage:
        """Return the page at the query's cursor."""
        query = self.query
        filters = (query.capability, query.q, query.online)
        position = table.ID if self._range is None else self._range.position
        listing = Listing(self.caller_id, "agents", filters, position)
        after, _ = listing.open(query.cursor)
        places, resume = self._find(after)
        hits, resume = paging.take_page(
            list(self._matching(places)),
            query.limit,
            resume,
            position=lambda hit: hit[0],
            weigh=lambda hit: len(hit[1].model_dump_json().encode()),
        )
        cursor = None if resume is None else listing.cursor(resume, None)
        return schemas.DirectoryPage(agents=[card for _, card in hits], next_cursor=cursor)

    @cached_property
    def _words(self) -> tuple[str, ...]:
        """The words to search for, the longest first, because few agents have it."""
        return tuple(sorted(search_terms.of_query(self.query.q or ""), key=len, reverse=True))

    @cached_property
    def _range(self) -> table.Range | None:
        """The facet to read, None to read the leases."""
        if self.query.capability is not None:
            return table.with_capability(self.query.capability)
        if self._words:
            return table.with_word(self._words[0])
        return None if self.query.online == "true" else table.EVERYBODY

    def _find(self, after: str | None) -> tuple[list[str], str | None]:
        """Return the places to examine, and where to continue, None at the end of the list."""
        limit = max(self.query.limit, EXAMINED) if self._is_filtered else self.query.limit
        if self._range is None:
            return self.tables.presences.online_page(after, limit, self.now)
        return self.tables.table.page(self._range, after, limit)

    @property
    def _is_filtered(self) -> bool:
        """Whether the query has more filters than the one that is read."""
        asked = [self.query.capability, *self._words, self.query.online]
        driving = 0 if self._range is table.EVERYBODY else 1
        return len([each for each in asked if each is not None]) > driving

    def _matching(self, places: list[str]) -> Iterator[tuple[str, schemas.AgentCard]]:
        """Yield the agents that match, each with its place, from one batch read."""
        ids = [table.agent_of(place) for place in places]
        agents, presences = self.tables.agents, self.tables.presences
        wanted = [key(agent_id) for key in (agents.key, presences.key) for agent_id in ids]
        items = batch_get(self.tables.client, wanted)
        profiles, leases = items[: len(ids)], items[len(ids) :]
        for place, item, lease in zip(places, profiles, leases, strict=True):
            if item is None or "deleted_at" in item:
                continue
            agent = parse(item)
            if self._has_what_is_asked(agent, place):
                card = schemas.card(agent, parse_presence(lease), self.now)
                if self._is_there(card):
                    yield place, card

    def _has_what_is_asked(self, agent: Agent, place: str) -> bool:
        if self.query.capability not in (None, *agent.capabilities):
            return False
        if not self._words:
            return True
        known = search_terms.of_agent(agent.agent_id, agent.name)
        return search_terms.match(known, self._words) and self._shows(agent, known, place)

    def _shows(self, agent: Agent, known: tuple[str, ...], place: str) -> bool:
        """Return whether the agent is listed at this place. It is listed only at its first word."""
        if self.query.capability is not None:
            return True
        word = search_terms.first(known, self._words[0])
        return word is not None and place == table.place_of(word, agent.agent_id)

    def _is_there(self, card: schemas.AgentCard) -> bool:
        """Return whether the agent matches the filter `online`. A `closed` agent never does."""
        online = self.query.online
        return online is None or card.is_online is (online == "true")
