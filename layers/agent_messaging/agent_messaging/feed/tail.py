"""The end of an agent's feed, and how the next event continues it. Pure.

An event is kept for seven days. Its item stays for 30 more, which no client sees: so after a quiet
time the next event still knows which one it follows. After six days without another event, the feed
goes on in a new epoch. A
relay whose clock is ahead may begin it while another still continues the old epoch. So in the hour
before, an event also checks that no other epoch has begun (`is_aging`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from agent_messaging.feed import position as positions
from agent_messaging.feed.model import Source
from agent_messaging.feed.position import Position

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

KEPT_FOR = timedelta(days=7)
STORED_FOR = KEPT_FOR + timedelta(days=30)
EPOCH_ENDS_AFTER = timedelta(days=6)
# Longer than the clocks of two relays differ.
AGING_AFTER = EPOCH_ENDS_AFTER - timedelta(hours=1)
# A feed has two streams. A restored table has a new one.
STREAMS_AT_MOST = 4


class Tail(NamedTuple):
    """The newest event: its position, when it was appended, and what the feed has seen by then."""

    position: Position
    appended_at: datetime
    seen: Mapping[str, int]

    def has_seen(self, source: Source) -> bool:
        """Return whether the feed may contain the event of this record already.

        The feed may lack it: it may have been a dead letter while later records were appended.
        """
        return has_seen(self.seen, source)

    def including(self, source: Source) -> dict[str, int]:
        """Return what the feed has seen after the event of this record, its stream last."""
        others = [(name, number) for name, number in self.seen.items() if name != source.stream]
        number = max(source.number, self.seen.get(source.stream, -1))
        return dict([*others[1 - STREAMS_AT_MOST :], (source.stream, number)])

    def is_aging(self, now: datetime) -> bool:
        """Return whether another relay might have begun a new epoch already."""
        return now - self.appended_at > AGING_AFTER

    def is_old(self, now: datetime) -> bool:
        """Return whether the next event must begin a new epoch."""
        return now - self.appended_at > EPOCH_ENDS_AFTER

    def is_certain(self, now: datetime) -> bool:
        """Return whether this is the newest event that there ever was.

        DynamoDB deletes in any order. Once it may delete this event, it may have deleted later
        ones.
        """
        return now - self.appended_at < STORED_FOR


def has_seen(seen: Mapping[str, int], source: Source) -> bool:
    """Return whether a feed that has seen these numbers may contain the event of this record."""
    return source.number <= seen.get(source.stream, -1)


def seen_to_text(seen: Mapping[str, int]) -> str:
    """Return the highest number of each stream as text. Short, because each event stores it."""
    return " ".join(f"{stream}:{number:x}" for stream, number in seen.items())


def seen_from_text(text: str) -> dict[str, int]:
    """Return the numbers of a text. The inverse of `seen_to_text`."""
    pairs = (each.split(":") for each in text.split())
    return {stream: int(number, 16) for stream, number in pairs}


def kept_until(item: "Item") -> int:
    """Return until when clients see an event, in epoch seconds.

    Items of older versions have no `kept_until`. They are deleted when they expire.
    """
    purge_at = int(item["purge_at"])
    return min(int(item.get("kept_until", purge_at)), purge_at)


def tail_of(item: "Item") -> Tail:
    """Return the tail of a feed that ends with this item."""
    return Tail(
        positions.of_key(item["entry"]),
        datetime.fromtimestamp(kept_until(item), UTC) - KEPT_FOR,
        seen_from_text(item["seen"]),
    )
