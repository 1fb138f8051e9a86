"""Read an agent's feed, and acknowledge it. Every door calls this: HTTP, the WebSocket, others."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from agent_messaging.feed import item as items
from agent_messaging.feed import pages, position
from agent_messaging.feed.expired import Expired
from agent_messaging.feed.hints import capabilities_of
from agent_messaging.feed.outbox import DeliveredVia, OutboxTable
from agent_messaging.feed.pages import FeedPage
from agent_messaging.feed.position import START, Position
from agent_messaging.feed.table import Behind, FeedTable, is_event

if TYPE_CHECKING:
    from agent_messaging.storage.table import Item

LATEST = "latest"
# A page reads two more events: the one at the position, and one that shows there are more.
AROUND = 2
HOW_TO_ACKNOWLEDGE = (
    "Set `position` to the `position` of the last event that you have handled, unchanged. "
    "GET /api/v1/messaging/feed lists your events."
)


class Look(NamedTuple):
    """A page of a feed, and what was read with it.

    `available` has the capabilities of the hints that wait for the agent. `joined` says which
    audiences the agent is in.
    """

    page: FeedPage
    available: list[str]
    joined: "Item | None"

    @property
    def is_empty(self) -> bool:
        """Whether it found neither events nor hints."""
        return not self.page.events and not self.available


class FeedReader:
    """Reads the feed's table. It writes nothing."""

    def __init__(self, feed: FeedTable) -> None:
        self.feed = feed

    def read(
        self,
        agent_id: str,
        after: Position,
        limit: int,
        now: datetime,
        *,
        consistent: bool = False,
        found: "Sequence[Item] | None" = None,
    ) -> FeedPage:
        """Return the page of events after a position.

        `found` has the items that this would read first, if another query has read them.

        The query begins at the position itself. Usually its event is still there, which proves that
        the position is real. So a read that finds nothing new is one query of half a read unit.
        More queries follow only if the page begins with expired events.

        Raises:
            BadPositionError: the position lies after the newest event.
            PositionGoneError: events after the position have expired.
        """
        if found is None:
            found = self.feed.events(
                agent_id, after.previous, limit + AROUND, consistent=consistent
            )
        later = [item for item in found if item["entry"] > after.key]
        if not later:
            end = self._end(agent_id, after, now, is_found=bool(found))
            return FeedPage([], end, has_more=False)
        if not items.is_kept(later[0], now):
            expired = position.of_key(later[0]["entry"])
            later = Expired(self.feed, agent_id, now, consistent).pass_by(expired, limit + 1)
            if later and not items.is_kept(later[0], now):
                return pages.without_kept(agent_id, after, position.of_key(later[0]["entry"]))
        return pages.cut(agent_id, later, after, limit, now)

    def look(self, agent_id: str, after: Position, limit: int, now: datetime) -> Look:
        """Return the page of events after a position, and the hints that wait for the agent.

        This costs no more than `read`, and raises the same errors.
        """
        found = self.feed.events_and_hints(agent_id, after.previous, limit + AROUND)
        page = self.read(agent_id, after, limit, now, found=found.events)
        return Look(page, capabilities_of(found.hints, now), found.joined)

    def page_and_listeners(self, agent_id: str, after: Position, limit: int) -> Behind:
        """Return what `read` reads first for a page, and who listens, both read consistently."""
        return self.feed.events_and_listeners(agent_id, after.previous, limit + AROUND)

    def _end(self, agent_id: str, after: Position, now: datetime, *, is_found: bool) -> Position:
        """Return where a reader waits that has found no event after a position.

        `is_found` says whether its query has found the event at the position, or the anchor.

        Raises:
            BadPositionError: the position lies after the newest event.
        """
        if after == START:
            return self.newest(agent_id) if is_found else START
        if not is_found:
            # A client may know a position from its socket before all copies of the table have it.
            newest = self.feed.newest(agent_id, consistent=True)
            # DynamoDB deletes expired events in any order, so the last one may be gone first.
            is_expired = newest is not None and is_event(newest) and not items.is_kept(newest, now)
            if not is_expired:
                pages.require_known(after, _position_of(newest))
        return after

    def position(self, agent_id: str, after: str | None) -> Position:
        """Return the position that a client names. None stands for the oldest event.

        Raises:
            BadPositionError: it is malformed, or another agent's.
        """
        if after is None:
            return START
        if after.strip().lower() == LATEST:
            return self.newest(agent_id)
        return position.parse(agent_id, after)

    def newest(self, agent_id: str, *, consistent: bool = False) -> Position:
        """Return the position of the agent's newest event.

        Return `START` if there never was one. If all have been deleted, return the position before
        the first event of the next epoch: whoever waits there misses nothing.
        """
        newest = self.feed.newest(agent_id, consistent=consistent)
        if newest is None or is_event(newest) or consistent:
            return _position_of(newest)
        # A copy of the table may have the anchor before the event.
        return self.newest(agent_id, consistent=True)


def _position_of(newest: "Item | None") -> Position:
    """Return the position of the item with which an agent's feed ends: an event or the anchor."""
    if newest is None:
        return START
    if is_event(newest):
        return position.of_key(newest["entry"])
    return Position(int(newest["epoch"]) + 1, 0)


class FeedService(FeedReader):
    """The feed's table, and the outbox that gets acknowledgements."""

    def __init__(self, feed: FeedTable, outbox: OutboxTable) -> None:
        super().__init__(feed)
        self.outbox = outbox

    def acknowledge(self, agent_id: str, after: str, via: DeliveredVia, now: datetime) -> Position:
        """Acknowledge all events up to a position, and return how far the agent acknowledged.

        Raises:
            BadPositionError: it is malformed, another agent's, or later than the newest event.
        """
        wanted = position.parse(agent_id, after, HOW_TO_ACKNOWLEDGE)
        newest = self.newest(agent_id)
        if wanted > newest:  # The copy of the table that was read may lack the newest events.
            newest = self.newest(agent_id, consistent=True)
        pages.require_known(wanted, newest, HOW_TO_ACKNOWLEDGE)
        return self.outbox.acknowledge(agent_id, wanted, via, now)
