"""Append events to feeds: in order, without a gap, and each once.

An event is put after the newest one, on the condition that this place is free. So of several relays
that append at once one wins, and the others read the tail again. An instance remembers the tails of
the feeds that it wrote. A remembered tail that is out of date is found out by the same condition.

Streams deliver records more than once. Each event holds the highest number of each stream that the
feed has seen by then. So a record with a higher number is new, without a search. For any other the
feed is searched backwards, to the event at which the feed had not seen the number yet.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.errors import ContentionError
from agent_messaging.feed import item as items
from agent_messaging.feed import tail as tails
from agent_messaging.feed.model import Event, NewEvent, Source
from agent_messaging.feed.position import Position
from agent_messaging.feed.tail import Tail, tail_of
from agent_messaging.storage.table import ConditionFailedError, Item, Table, TransactItem
from agent_messaging.storage.transactions import TransactionFailedError, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Record = tuple[NewEvent, Source]

IS_FREE = "attribute_not_exists(agent_id)"
IS_EPOCH = "epoch = :was"
ANCHOR = "a"
FIRST_EVENT, LAST_EVENT = "e#", "e#~"
# How often another relay may append first before the batch is delivered again.
ATTEMPTS = 50
WALK = 100  # events that one query reads to find a repeated one
REMEMBERED = 2_000  # tails in the memory of an instance


def newest(table: Table, agent_id: str, *, consistent: bool) -> Item | None:
    """Return the item of the agent's newest event, or None. It may have expired."""
    found = table.query(
        "agent_id = :agent AND entry BETWEEN :first AND :last",
        limit=1,
        consistent=consistent,
        agent=agent_id,
        first=FIRST_EVENT,
        last=LAST_EVENT,
    )
    return found.items[0] if found.items else None


class Appender:
    """Appends to all feeds, and remembers their tails."""

    def __init__(self, client: "DynamoDBClient", table: Table) -> None:
        self.client = client
        self.table = table
        self._tails: OrderedDict[str, Tail] = OrderedDict()

    def append(self, agent_id: str, records: Sequence[Record], now: datetime) -> Iterator[Event]:
        """Append events of one agent in this order, and yield each at its position.

        An event that the feed contains already is yielded as it is there, and not appended again.

        Raises:
            ContentionError: other relays kept appending first. Nothing is lost, if the caller
                repeats the call.
        """
        # A tail is remembered again only after the last event, so not after an error.
        tail = self._tails.pop(agent_id, None) or self._tail(agent_id)
        feed = _Feed(self.client, self.table, agent_id, tail)
        for event, source in records:
            yield items.parse(feed.append(event, source, now))
        if feed.tail is not None:
            self._tails[agent_id] = feed.tail
            if len(self._tails) > REMEMBERED:
                self._tails.popitem(last=False)

    def forget(self) -> None:
        """Forget all tails, as a new instance has none."""
        self._tails.clear()

    def _tail(self, agent_id: str) -> Tail | None:
        found = newest(self.table, agent_id, consistent=True)
        return None if found is None else tail_of(found)


class _Feed:
    """The feed of one agent, while events are appended to it."""

    def __init__(
        self, client: "DynamoDBClient", table: Table, agent_id: str, tail: Tail | None
    ) -> None:
        self.client = client
        self.table = table
        self.agent_id = agent_id
        self.tail = tail
        self._found: dict[str, Item] = {}
        self._found_down_to: Source | None = None

    def append(self, event: NewEvent, source: Source, now: datetime) -> Item:
        """Append an event, or find it, and return its item."""
        for _ in range(ATTEMPTS):
            if self.tail is not None and self.tail.has_seen(source):
                stored = self._find(event, source)
                if stored is not None:
                    return stored
            position = self._place(now)
            if position is None:
                continue
            before = self.tail
            seen = {source.stream: source.number} if before is None else before.including(source)
            follows = before.position if before is not None and before.is_certain(now) else None
            item = items.to_item(event, position=position, follows=follows, seen=seen, now=now)
            try:
                self._put(item, position, now)
            except ConditionFailedError as error:
                # The answer to an earlier attempt may have been lost.
                if error.item is not None and error.item.get("event_id") == event.event_id:
                    self.tail = tail_of(error.item)
                    return error.item
                self._read_tail()
            else:
                self.tail = Tail(position, now, seen)
                return item
        raise ContentionError("Other relays kept appending to the same feed.")

    def _place(self, now: datetime) -> Position | None:
        """Return the position of the next event: behind the tail, or at the start of an epoch.

        Return None if the tail has changed. The anchor is read before the tail is read again. So if
        the anchor stays the same, no epoch has begun that this tail does not show.
        """
        if self.tail is not None and not self.tail.is_old(now):
            return self.tail.position.following
        anchor, before = self.table.get(self._anchor_key, consistent=True), self.tail
        self._read_tail()
        if self.tail != before:
            return None
        return Position(1 if anchor is None else int(anchor["epoch"]) + 1, 1)

    def _put(self, item: Item, position: Position, now: datetime) -> None:
        """Put an event in its place.

        Raises:
            ConditionFailedError: the place is taken, or its epoch has ended, or has begun already.
        """
        if position.number > 1 and self.tail is not None and not self.tail.is_aging(now):
            self.table.put(item, IS_FREE)
            return
        checks = self._begin(position, now) if position.number == 1 else [self._check(position)]
        try:
            transact(self.client, [self.table.transact_put(item, IS_FREE), *checks])
        except TransactionFailedError as error:
            raise ConditionFailedError(error.items[0]) from None

    def _check(self, position: Position) -> TransactItem:
        """Return the check that no relay has begun another epoch than this position's."""
        return self.table.transact_check(self._anchor_key, IS_EPOCH, was=position.epoch)

    def _begin(self, position: Position, now: datetime) -> list[TransactItem]:
        """Return what begins an epoch, in the transaction of its first event.

        So no epoch is without an event, and two relays cannot begin the same one. If the tail still
        exists, no other event may follow it.
        """
        was = position.epoch - 1
        anchor = {**self._anchor_key, "epoch": position.epoch, "begun_at": clock.to_text(now)}
        condition, values = (IS_EPOCH, {"was": was}) if was else (IS_FREE, {})
        begun = [self.table.transact_put(anchor, condition, **values)]
        if self.tail is not None:
            following = {"agent_id": self.agent_id, "entry": self.tail.position.following.key}
            begun.append(self.table.transact_check(following, IS_FREE))
        return begun

    @property
    def _anchor_key(self) -> Item:
        return {"agent_id": self.agent_id, "entry": ANCHOR}

    def _read_tail(self) -> None:
        found = newest(self.table, self.agent_id, consistent=True)
        self.tail = None if found is None else tail_of(found)
        self._found_down_to = None

    # --- events that are appended already

    def _find(self, event: NewEvent, source: Source) -> Item | None:
        """Return the item of an event that may have been appended, or None.

        The events that were read for one record of a batch serve the later ones too.
        """
        known = self._found_down_to
        if known is None or known.stream != source.stream or known.number > source.number:
            self._found = {item["event_id"]: item for item in self._walk(source)}
            self._found_down_to = source
        return self._found.get(event.event_id)

    def _walk(self, source: Source) -> Iterator[Item]:
        """Yield the events, newest first, down to where the feed had not seen the number yet."""
        last = LAST_EVENT
        while True:
            found = self.table.query(
                "agent_id = :agent AND entry BETWEEN :first AND :last",
                limit=WALK,
                consistent=True,
                agent=self.agent_id,
                first=FIRST_EVENT,
                last=last,
            )
            for item in found.items:
                if not tails.has_seen(tails.seen_from_text(item["seen"]), source):
                    return
                yield item
            if not found.last_key:
                return
            # `BETWEEN` includes its ends, so the last event is read a second time.
            last = found.last_key["entry"]
