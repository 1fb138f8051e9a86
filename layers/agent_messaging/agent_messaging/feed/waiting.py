"""Wait for events: read the feed again and again, until it has one or the time is over.

The first read is made at once. Only a request that finds nothing takes a place (`slots`) and reads
four times a second. It ends in time to give the place back before Lambda stops the function.

The same reads find hints about orders for candidates. A hint also ends a wait, unless the request
has a filter.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent_messaging import clock, deadline
from agent_messaging.auth import Caller
from agent_messaging.feed import schemas
from agent_messaging.feed.audience import Audience
from agent_messaging.feed.filtering import EVERYTHING, EventFilter, matching
from agent_messaging.feed.hints import Hints
from agent_messaging.feed.position import Position
from agent_messaging.feed.service import FeedReader, Look
from agent_messaging.feed.slots import WaitSlots
from agent_messaging.observability.log import logger
from agent_messaging.storage import units
from agent_messaging.storage.connection import UNANSWERED
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
    audience: Audience
    longest: int
    pause: Callable[[float], None] = time.sleep
    ticks: Callable[[], float] = time.monotonic

    def wait(self, caller: Caller, query: schemas.WaitQuery, now: datetime) -> schemas.FeedView:
        """Return the first events after the query's position that match its filter, and hints.

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
        look = search.look(after, now)
        seconds = min(query.wait, self.longest, deadline.left() - LAST_SECONDS)
        if look.is_empty and seconds > 0:
            look = self._wait(caller, search, look, seconds)
        Hints(self.reader.feed).take(caller.agent_id, look.available)
        return schemas.view(caller.agent_id, look.page, look.available)

    def _wait(self, caller: Caller, search: "_Search", look: Look, seconds: float) -> Look:
        if search.wants_hints:
            self.audience.join_waiting(caller.agent_id, look.joined, clock.now())
        if caller.is_open:
            return self._poll(search, look, seconds)
        slot = self.slots.take(caller.agent_id, timedelta(seconds=seconds), clock.now())
        try:
            return self._poll(search, look, seconds)
        finally:
            self.slots.give_back(slot)

    def _poll(self, search: "_Search", look: Look, seconds: float) -> Look:
        began = self.ticks()
        try:
            while look.is_empty and (left := began + seconds - self.ticks()) > 0:
                if not look.page.has_more:
                    self.pause(min(POLL_SECONDS, left))
                look = self._look_again(search, look)
        finally:
            TALLY.add(units.of_wait(self.ticks() - began))
        return look

    def _look_again(self, search: "_Search", look: Look) -> Look:
        """Look once more. If the table does not answer, there is nothing new to tell yet."""
        try:
            return search.look(look.page.next_after, clock.now())
        except UNANSWERED:
            logger.exception("not looked again")
            self.pause(POLL_SECONDS)
            return look


@dataclass(frozen=True)
class _Search:
    """Reads the feed of an agent for events that match."""

    reader: FeedReader
    agent_id: str
    limit: int
    wanted: EventFilter

    @property
    def wants_hints(self) -> bool:
        """Whether the request has no filter."""
        return self.wanted == EVERYTHING

    def look(self, after: Position, now: datetime) -> Look:
        """Return the matching events of the next page, and hints. A search reads larger pages."""
        size = self.limit if self.wants_hints else SEARCHED
        look = self.reader.look(self.agent_id, after, size, now)
        page = matching(look.page, self.wanted, self.limit)
        return Look(page, look.available if self.wants_hints else [], look.joined)
