"""The feed's table: under each agent its events, and behind them who listens to it.

    (agent, a)                        the anchor: the number of the current epoch
    (agent, e#<epoch>.<number>)       an event, kept for seven days
    (agent, t#<hash>)                 a ticket, for one connection
    (agent, w#<number>)               a place for one request that waits
    (agent, z#hook#<number>)          a webhook that gets events
    (agent, z#ws#<connection id>)     a connection that gets events

One descending query reads the listeners and the newest events. Only the relay appends. It puts the
event after the newest one, on the condition that this place is free. So the numbers have no gaps,
and no event has two places, although several relays may run at once.
"""

import contextlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.errors import ContentionError
from agent_messaging.feed import item as items
from agent_messaging.feed.model import Event, NewEvent, Source
from agent_messaging.feed.position import Position
from agent_messaging.feed.tail import EPOCH_ENDS_AFTER, Tail, tail_of
from agent_messaging.storage.table import ConditionFailedError, Item, Table, TableKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IS_FREE = "attribute_not_exists(agent_id)"
IS_EPOCH = "epoch = :was"
ANCHOR = "a"
FIRST_EVENT, LAST_EVENT = "e#", "e#~"
LISTENERS, LAST = "z#", "z#~"
# How often another relay may append first before the batch is delivered again.
ATTEMPTS = 50
WALK = 100  # events that one query reads to find a repeated one


class FeedTable:
    """The events of all agents, and their listeners."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.client = client
        self.table = Table(client, name)

    def key(self, agent_id: str, entry: str) -> TableKey:
        """Return the key of an entry, for a batch read or a transaction."""
        return self.table.name, {"agent_id": agent_id, "entry": entry}

    # --- reading

    def events(
        self, agent_id: str, after: Position, limit: int, *, consistent: bool = False
    ) -> list[Item]:
        """Return the items of at most `limit` events after a position, oldest first.

        They may have expired, and there may be a gap before them (`feed.pages`).
        """
        found = self.table.query(
            "agent_id = :agent AND entry BETWEEN :first AND :last",
            limit=limit,
            newest_first=False,
            consistent=consistent,
            agent=agent_id,
            first=after.following.key,
            last=LAST_EVENT,
        )
        return found.items

    def newest(self, agent_id: str, *, consistent: bool = False) -> Item | None:
        """Return the item of the agent's newest event, or None. It may have expired."""
        found = self.table.query(
            "agent_id = :agent AND entry BETWEEN :first AND :last",
            limit=1,
            consistent=consistent,
            agent=agent_id,
            first=FIRST_EVENT,
            last=LAST_EVENT,
        )
        return found.items[0] if found.items else None

    def listeners(self, agent_id: str) -> list[Item]:
        """Return the items of who listens to the agent, read consistently."""
        found = self.table.query(
            "agent_id = :agent AND entry BETWEEN :first AND :last",
            newest_first=False,
            consistent=True,
            agent=agent_id,
            first=LISTENERS,
            last=LAST,
        )
        return found.items

    # --- appending

    def append(
        self, agent_id: str, records: Sequence[tuple[NewEvent, Source]], now: datetime
    ) -> list[Event]:
        """Append events of one agent in this order, and return them at their positions.

        An event that the feed contains already is returned as it is there, and not appended again.

        Raises:
            ContentionError: other relays kept appending first. Nothing is lost, if the caller
                repeats the call.
        """
        tail = self._tail(agent_id)
        appended: list[Event] = []
        for event, source in records:
            stored, tail = self._append(event, source, tail, now)
            appended.append(items.parse(stored))
        return appended

    def _append(
        self, event: NewEvent, source: Source, tail: Tail | None, now: datetime
    ) -> tuple[Item, Tail]:
        for _ in range(ATTEMPTS):
            if tail is not None and tail.has_seen(source):
                stored = self._find(event, source)
                if stored is not None:
                    return stored, tail
            if tail is None or tail.is_old(now):
                position, follows = self._new_epoch(event.agent_id, tail, now)
            else:
                position, follows = tail.position.following, tail.position
            seen = {source.stream: source.number} if tail is None else tail.including(source)
            new = items.to_item(
                event, source, position=position, follows=follows, seen=seen, now=now
            )
            try:
                self.table.put(new, IS_FREE)
            except ConditionFailedError as error:
                # The answer to an earlier attempt may have been lost.
                if error.item is not None and error.item["event_id"] == event.event_id:
                    return error.item, tail_of(error.item)
                tail = self._tail(event.agent_id)
            else:
                return new, Tail(position, now, seen)
        raise ContentionError("Other relays kept appending to the same feed.")

    def _tail(self, agent_id: str) -> Tail | None:
        newest = self.newest(agent_id, consistent=True)
        return None if newest is None else tail_of(newest)

    def _find(self, event: NewEvent, source: Source) -> Item | None:
        """Return the item of an event that may have been appended, or None.

        The events of one stream are in the order of their numbers. So the search, from the newest
        event backwards, ends at the first event of the stream with a lower number.
        """
        last = LAST_EVENT
        while True:
            found = self.table.query(
                "agent_id = :agent AND entry BETWEEN :first AND :last",
                limit=WALK,
                consistent=True,
                agent=event.agent_id,
                first=FIRST_EVENT,
                last=last,
            )
            for stored in found.items:
                if stored["event_id"] == event.event_id:
                    return stored
                if stored["stream"] == source.stream and int(stored["sequence"]) < source.number:
                    return None
            if not found.last_key:
                return None
            # `BETWEEN` includes its ends, so the last event is read a second time.
            last = found.last_key["entry"]

    def _new_epoch(
        self, agent_id: str, tail: Tail | None, now: datetime
    ) -> tuple[Position, Position | None]:
        """Begin an epoch, or join one that another relay has begun without an event yet.

        Return the place of its first event, and the position that this event follows.
        """
        follows = None if tail is None else tail.position
        key = self.key(agent_id, ANCHOR)[1]
        for _ in range(ATTEMPTS):
            anchor = self.table.get(key, consistent=True)
            epoch = 0 if anchor is None else int(anchor["epoch"])
            if anchor is not None and _is_to_join(anchor, tail, now):
                return Position(epoch, 1), follows
            condition, was = (IS_FREE, {}) if anchor is None else (IS_EPOCH, {"was": epoch})
            new = {**key, "epoch": epoch + 1, "begun_at": clock.to_text(now)}
            # If another relay was first, its epoch is joined in the next round.
            with contextlib.suppress(ConditionFailedError):
                self.table.put(new, condition, **was)
                return Position(epoch + 1, 1), follows
        raise ContentionError("Other relays kept beginning epochs of the same feed.")


def _is_to_join(anchor: Item, tail: Tail | None, now: datetime) -> bool:
    """Return whether the anchor's epoch has no event yet, and had none before.

    The events of an epoch that began in the last days cannot have expired.
    """
    if tail is not None:
        return int(anchor["epoch"]) > tail.position.epoch
    return now - clock.from_text(anchor["begun_at"]) <= EPOCH_ENDS_AFTER


def is_live(listener: Item, now: datetime) -> bool:
    """Return whether a listener's time has not run out. Webhooks have none."""
    return "purge_at" not in listener or int(listener["purge_at"]) > clock.to_epoch(now)
