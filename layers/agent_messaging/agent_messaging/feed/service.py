"""Read an agent's feed, and acknowledge it. Every door calls this: HTTP, the WebSocket, others."""

from datetime import datetime

from agent_messaging.errors import BadPositionError
from agent_messaging.feed import item as items
from agent_messaging.feed import pages, position
from agent_messaging.feed.outbox import DeliveredVia, OutboxTable
from agent_messaging.feed.pages import FeedPage
from agent_messaging.feed.position import START, Position
from agent_messaging.feed.table import FeedTable

LATEST = "latest"
QUERIES = 12  # of one read, if DynamoDB has not deleted the expired events yet
HOW_TO_ACKNOWLEDGE = (
    "Set `position` to the `next_after` from GET /api/v1/messaging/feed, after you have handled "
    "its events."
)


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
    ) -> FeedPage:
        """Return the page of events after a position.

        The query begins at the position itself. Usually its event is still there, which proves that
        the position is real. So a read that finds nothing new is one query of half a read unit.
        More queries follow only if the page begins with expired events.

        Raises:
            BadPositionError: the position lies after the newest event.
            PositionGoneError: events after the position have expired.
        """
        start, size = after.previous, limit + 2
        for _ in range(QUERIES):
            found = self.feed.events(agent_id, start, size, consistent=consistent)
            later = [item for item in found if item["entry"] > after.key]
            if len(found) < size or items.is_kept(later[0], now):
                break
            start, size = pages.beyond_expired(later, limit, now)
        else:
            return pages.skipped(agent_id, after, start)
        if not found and after != START:
            self._require_known(agent_id, after)
        return pages.cut(agent_id, later, after, limit, now)

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

    def newest(self, agent_id: str) -> Position:
        """Return the position of the agent's newest event, or the start of an empty feed."""
        newest = self.feed.newest(agent_id)
        return START if newest is None else position.of_key(newest["entry"])

    def _require_known(self, agent_id: str, after: Position) -> None:
        """Check a position that the feed's table does not have, with a consistent read.

        A client may know a position from its socket before all copies of the table have its event.
        """
        pages.require_known(after, self.feed.newest(agent_id, consistent=True))


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
        newest = self.feed.newest(agent_id, consistent=True)
        if newest is None and wanted != START:
            raise BadPositionError("Your feed has no events.", fix=HOW_TO_ACKNOWLEDGE)
        pages.require_known(wanted, newest, HOW_TO_ACKNOWLEDGE)
        return self.outbox.acknowledge(agent_id, wanted, via, now)
