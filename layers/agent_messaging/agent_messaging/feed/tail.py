"""The end of an agent's feed, and how the next event continues it. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from agent_messaging import clock
from agent_messaging.feed import position as positions
from agent_messaging.feed.model import Source
from agent_messaging.feed.position import Position

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

# An event is kept for seven days. After six, the feed goes on in a new epoch.
EPOCH_ENDS_AFTER = timedelta(days=6)
STREAMS_AT_MOST = 4


class Tail(NamedTuple):
    """The newest event: its position, when it was appended, and what the feed has seen by then."""

    position: Position
    appended_at: datetime
    seen: Mapping[str, int]

    def has_seen(self, source: Source) -> bool:
        """Return whether the feed may contain the event of this record already.

        The feed may still lack it, if the numbers of a new stream are lower than those before.
        """
        return source.number <= self.seen.get(source.stream, -1)

    def including(self, source: Source) -> dict[str, int]:
        """Return what the feed has seen after the event of this record."""
        seen = {**self.seen}
        number = max(source.number, seen.pop(source.stream, -1))
        latest = list(seen.items())[-(STREAMS_AT_MOST - 1) :]
        return {**dict(latest), source.stream: number}

    def is_old(self, now: datetime) -> bool:
        """Return whether the next event must begin a new epoch."""
        return now - self.appended_at > EPOCH_ENDS_AFTER


def tail_of(item: "Item") -> Tail:
    """Return the tail of a feed that ends with this item."""
    return Tail(
        positions.of_key(item["entry"]),
        clock.from_text(item["appended_at"]),
        {stream: int(number) for stream, number in item["seen"].items()},
    )
