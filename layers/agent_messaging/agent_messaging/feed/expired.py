"""Find the oldest kept event of a feed that begins with expired ones.

The items of expired events stay for a month. So a feed may begin with very many. Events expire in
the order of their positions, except for what the clocks of two relays differ. So the place is found
by halving the numbers between an expired event and a kept one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent_messaging.feed import item as items
from agent_messaging.feed import position as positions
from agent_messaging.feed.position import Position
from agent_messaging.feed.table import FeedTable, is_event

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

NEAR = 100  # expired events that the last query passes


@dataclass(frozen=True)
class Expired:
    """Searches the feed of an agent, as it is at `now`."""

    feed: FeedTable
    agent_id: str
    now: datetime
    consistent: bool

    def pass_by(self, expired: Position, limit: int) -> list["Item"]:
        """Return the items of at least `limit` events from the oldest kept one on.

        If none is kept, return the item of the newest event. `expired` is one that has expired.
        """
        newest = self.feed.newest(self.agent_id, consistent=self.consistent)
        if newest is None or not self._is_kept(newest):
            return [newest] if newest and is_event(newest) else []
        low = self._before_kept(expired, _place(newest))
        found = self.feed.events(self.agent_id, low, NEAR + limit, consistent=self.consistent)
        kept = next((n for n, item in enumerate(found) if self._is_kept(item)), len(found))
        return found[kept:]

    def _before_kept(self, low: Position, high: Position) -> Position:
        """Return a position shortly before the first kept event.

        The event at `low` has expired. The first one from `high` on is kept.
        """
        while low.epoch < high.epoch:
            start = Position(high.epoch, 0)
            first = self._expired_from(start)
            if first is not None:
                low = first
                break
            before = self.feed.newest(self.agent_id, start.key, consistent=self.consistent)
            if before is None or not self._is_kept(before):
                return start
            high = _place(before)
        while high.number - low.number > NEAR:
            middle = Position(low.epoch, (low.number + high.number) // 2)
            found = self._expired_from(middle)
            if found is None:
                high = middle
            else:
                low = found
        return low

    def _expired_from(self, position: Position) -> Position | None:
        """Return the place of the first event from a position on, or None if it is kept."""
        found = self.feed.events(self.agent_id, position.previous, 1, consistent=self.consistent)
        return _place(found[0]) if found and not self._is_kept(found[0]) else None

    def _is_kept(self, item: "Item") -> bool:
        return is_event(item) and items.is_kept(item, self.now)


def _place(item: "Item") -> Position:
    return positions.of_key(item["entry"])
