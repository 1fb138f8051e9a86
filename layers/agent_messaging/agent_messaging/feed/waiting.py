"""Wait for events: read the feed again and again, until it has one or the time is over.

The first read is made at once. Only a request that finds nothing takes a place (`slots`) and reads
four times a second. It ends in time to give the place back before Lambda stops the function.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent_messaging import clock, deadline
from agent_messaging.auth import Caller
from agent_messaging.feed import schemas
from agent_messaging.feed.filtering import EVERYTHING, EventFilter, matching
from agent_messaging.feed.pages import FeedPage
from agent_messaging.feed.position import Position
from agent_messaging.feed.service import FeedReader
from agent_messaging.feed.slots import WaitSlots
from agent_messaging.storage import units
from agent_messaging.storage.tally import TALLY

POLL_SECONDS = 0.25
# To give the place back, which may take a call of 5 seconds, and to answer.
LAST_SECONDS = 6.0
SEARCHED = 100  # events that a request with a filter reads at a time


@dataclass(frozen=True)
class FeedWaiter:
    """Waits for at most `longest` seconds. `pause` sleeps, and `ticks` counts seconds."""

    reader: FeedReader
    slots: WaitSlots
    longest: int
    pause: Callable[[float], None] = time.sleep
    ticks: Callable[[], float] = time.monotonic

    def wait(self, caller: Caller, query: schemas.WaitQuery, now: datetime) -> schemas.FeedView:
        """Return the first events after the query's position that match its filter.

        Raises:
            BadPositionError, PositionGoneError: see `FeedReader.read`.
            RateLimitedError: three requests of the caller wait already.
        """
        after = self.reader.position(caller.agent_id, query.after)
        search = _Search(
            self.reader,
            caller.agent_id,
            query.limit,
            EventFilter(query.thread_id, query.work_order_id),
        )
        page = search.page(after, now)
        seconds = min(query.wait, self.longest, deadline.left() - LAST_SECONDS)
        if not page.events and seconds > 0:
            page = self._wait(caller, search, page, seconds)
        return schemas.view(caller.agent_id, page)

    def _wait(self, caller: Caller, search: "_Search", page: FeedPage, seconds: float) -> FeedPage:
        if caller.is_open:
            return self._poll(search, page, seconds)
        slot = self.slots.take(caller.agent_id, timedelta(seconds=seconds), clock.now())
        try:
            return self._poll(search, page, seconds)
        finally:
            self.slots.give_back(slot)

    def _poll(self, search: "_Search", page: FeedPage, seconds: float) -> FeedPage:
        began = self.ticks()
        try:
            while not page.events and (left := began + seconds - self.ticks()) > 0:
                if not page.has_more:
                    self.pause(min(POLL_SECONDS, left))
                page = search.page(page.next_after, clock.now())
        finally:
            TALLY.add(units.of_wait(self.ticks() - began))
        return page


@dataclass(frozen=True)
class _Search:
    """Reads the feed of an agent for events that match."""

    reader: FeedReader
    agent_id: str
    limit: int
    wanted: EventFilter

    def page(self, after: Position, now: datetime) -> FeedPage:
        """Return the matching events of the next page. A search reads larger pages."""
        size = self.limit if self.wanted == EVERYTHING else SEARCHED
        return matching(self.reader.read(self.agent_id, after, size, now), self.wanted, self.limit)
