"""Keep the events of a page that are about one thread or one work order. Pure."""

import json
from typing import NamedTuple

from agent_messaging.feed.model import Event
from agent_messaging.feed.pages import FeedPage


class EventFilter(NamedTuple):
    """What an event must be about. None matches everything."""

    thread_id: str | None = None
    work_order_id: str | None = None

    def matches(self, event: Event) -> bool:
        """Return whether the data of an event has these ids."""
        if self == EVERYTHING:
            return True
        data = json.loads(event.data)
        wanted = self._asdict().items()
        return all(value in (None, data.get(name)) for name, value in wanted)


EVERYTHING = EventFilter()


def matching(page: FeedPage, wanted: EventFilter, limit: int) -> FeedPage:
    """Return the first `limit` events that match. `next_after` passes those that do not."""
    events = [event for event in page.events if wanted.matches(event)]
    if len(events) > limit:
        return FeedPage(events[:limit], events[limit - 1].position, has_more=True)
    return page._replace(events=events)
