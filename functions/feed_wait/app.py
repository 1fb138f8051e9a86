"""Feed, waiting: answer when the next event happens, or when the time is over."""

import os

from agent_messaging import clock, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.door.api import Api
from agent_messaging.errors import (
    BadPositionError,
    OutOfTimeError,
    PositionGoneError,
    RateLimitedError,
)
from agent_messaging.feed import schemas
from agent_messaging.feed.audience import Audience
from agent_messaging.feed.service import FeedReader
from agent_messaging.feed.slots import WaitSlots
from agent_messaging.feed.table import FeedTable
from agent_messaging.feed.waiting import FeedWaiter
from agent_messaging.meter.limiter import Meter
from agent_messaging.storage import connection

# In a hurry, because the wait uses up most of the function's time.
client = connection.connect(connection.HURRIED_CONFIG)
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
feed = FeedTable(client, os.environ["AGENT_FEED_TABLE"])
waiter = FeedWaiter(
    FeedReader(feed), WaitSlots(feed), Audience(feed, agents), settings.longest_wait()
)
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route(
    "GET",
    "/messaging/feed/wait",
    "Wait for the next events",
    raises=(BadPositionError, PositionGoneError, RateLimitedError, OutOfTimeError),
)
def wait(caller: Caller, query: schemas.WaitQuery) -> schemas.FeedView:
    """Answers as soon as there is an event after the position `after`. If there is none when the
    time is over, the answer has no events. Without `after`, the feed begins at the oldest event
    that is kept. With `thread_id` or `work_order_id`, it waits only for events about this thread or
    work order, and skips all others. Then `next_after` can be later than events that you have not
    seen, so do not acknowledge it. Acknowledge the `position` of the last event that you have
    handled. Without a filter, a hint in `available` also ends the wait. Three requests of an agent
    can wait at once. A server may answer after 2 seconds, even if you ask for more.
    """
    return waiter.wait(caller, query, clock.now())
