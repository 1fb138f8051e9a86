"""The feed's table: under each agent its events, and behind them who listens to it.

    (agent, a)                        the anchor: the number of the current epoch
    (agent, e#<epoch>.<number>)       an event, kept for seven days and stored for 37
    (agent, h)                        which audiences the agent is in (`feed.audience`)
    (agent, h#<capability>)           a hint that waits for the agent (`feed.hints`)
    (agent, t#<hash>)                 a ticket, for one connection
    (agent, w#<number>)               a place for one request that waits
    (agent, z#hook#<number>)          a webhook that gets events
    (agent, z#ws#<connection id>)     a connection that gets events
    (*<capability>, <place>)          an agent that gets hints about a capability

Only the relay appends (`feed.appending`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from agent_messaging import clock
from agent_messaging.feed.appending import ANCHOR, FIRST_EVENT, LAST_EVENT, Appender, Record
from agent_messaging.feed.model import Event
from agent_messaging.feed.position import START, Position
from agent_messaging.storage.table import Item, QueryResult, Table, TableKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AUDIENCES, HINT, LAST_HINT = "h", "h#", "h#~"
PLACES = "w#"
LISTENERS, LAST = "z#", "z#~"


class Behind(NamedTuple):
    """The items of an agent: some events, and what lies behind the events.

    `joined` says which audiences the agent is in, and is None if the agent is in none.
    """

    events: list[Item]
    hints: list[Item]
    listeners: list[Item]
    joined: Item | None


class FeedTable:
    """The events of all agents, and their listeners."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)
        self.appender = Appender(client, self.table)

    def key(self, agent_id: str, entry: str) -> TableKey:
        """Return the key of an entry, for a batch read or a transaction."""
        return self.table.name, {"agent_id": agent_id, "entry": entry}

    # --- reading

    def events(
        self, agent_id: str, after: Position, limit: int, *, consistent: bool = False
    ) -> list[Item]:
        """Return the items of at most `limit` events after a position, oldest first.

        They may have expired, and there may be a gap before them (`feed.pages`). After a position
        before `START`, the anchor comes first.
        """
        return self._after(agent_id, after, limit, LAST_EVENT, consistent=consistent).items

    def events_and_hints(self, agent_id: str, after: Position, limit: int) -> Behind:
        """Return what `events` returns, and the hints of the agent, with one query.

        If the events fill it, there are no hints.
        """
        found = self._after(agent_id, after, limit, LAST_HINT, consistent=False)
        return _split(found.items)

    def events_and_listeners(self, agent_id: str, after: Position, limit: int) -> Behind:
        """Return what `events` returns, and what lies behind the events, read consistently.

        One query reads both, unless the events fill it.
        """
        found = self._after(agent_id, after, limit, LAST, consistent=True)
        if not found.last_key:
            return _split(found.items)
        events = [each for each in found.items if each["entry"] <= LAST_EVENT]
        return _split([*events, *self._behind(agent_id, AUDIENCES, consistent=True)])

    def _after(
        self, agent_id: str, after: Position, limit: int, last: str, *, consistent: bool
    ) -> QueryResult:
        """Return at most `limit` items after a position, up to a key."""
        return self.table.query(
            "agent_id = :agent AND entry BETWEEN :first AND :last",
            limit=limit,
            newest_first=False,
            consistent=consistent,
            agent=agent_id,
            first=ANCHOR if after < START else after.following.key,
            last=last,
        )

    def newest(
        self, agent_id: str, before: str = LAST_EVENT, *, consistent: bool = False
    ) -> Item | None:
        """Return the item of the agent's newest event, up to a key. It may have expired.

        Return the anchor if no event is left, and None if there never was one.
        """
        found = self.table.query(
            "agent_id = :agent AND entry BETWEEN :first AND :last",
            limit=1,
            consistent=consistent,
            agent=agent_id,
            first=ANCHOR,
            last=before,
        )
        return found.items[0] if found.items else None

    def listeners(self, agent_id: str) -> list[Item]:
        """Return the items of who listens to the agent, read consistently."""
        return self._behind(agent_id, LISTENERS, consistent=True)

    def places_and_listeners(self, agent_id: str) -> list[Item]:
        """Return the places of requests that wait, and who listens. Both may lag a little."""
        return self._behind(agent_id, PLACES, consistent=False)

    def _behind(self, agent_id: str, first: str, *, consistent: bool) -> list[Item]:
        found = self.table.query(
            "agent_id = :agent AND entry BETWEEN :first AND :last",
            newest_first=False,
            consistent=consistent,
            agent=agent_id,
            first=first,
            last=LAST,
        )
        return found.items

    # --- appending

    def append(self, agent_id: str, records: Sequence[Record], now: datetime) -> list[Event]:
        """Append events of one agent in this order; see `Appender.append`."""
        return list(self.appender.append(agent_id, records, now))


def _split(items: Sequence[Item]) -> Behind:
    """Return the items by what they are."""
    return Behind(
        events=[each for each in items if each["entry"] <= LAST_EVENT],
        hints=[each for each in items if each["entry"].startswith(HINT)],
        listeners=[each for each in items if each["entry"] >= LISTENERS],
        joined=next((each for each in items if each["entry"] == AUDIENCES), None),
    )


def is_event(item: Item) -> bool:
    """Return whether an item is an event."""
    return str(item["entry"]).startswith(FIRST_EVENT)


def is_live(listener: Item, now: datetime) -> bool:
    """Return whether a listener's time has not run out. Webhooks have none."""
    return "purge_at" not in listener or int(listener["purge_at"]) > clock.to_epoch(now)
