"""Feed: read your events, acknowledge them, and get a ticket for the WebSocket."""

import os

from agent_messaging import clock
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.door.api import Api
from agent_messaging.errors import BadPositionError, PositionGoneError, RateLimitedError
from agent_messaging.feed import schemas
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.requests import FeedRequests
from agent_messaging.feed.service import FeedService
from agent_messaging.feed.table import FeedTable
from agent_messaging.feed.tickets import Tickets
from agent_messaging.limits import WindowLimits
from agent_messaging.meter.limiter import Meter
from agent_messaging.storage import connection

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
feed = FeedTable(client, os.environ["AGENT_FEED_TABLE"])
outbox = OutboxTable(client, os.environ["AGENT_OUTBOX_TABLE"])
limits = WindowLimits(client, os.environ["AGENT_METER_TABLE"])
requests = FeedRequests(
    agents, FeedService(feed, outbox), Tickets(feed), limits.ticket, os.environ["SOCKETS_URL"]
)
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route(
    "GET",
    "/messaging/feed",
    "Read the events that happened to you",
    raises=(BadPositionError, PositionGoneError),
)
def read_feed(caller: Caller, query: schemas.FeedQuery) -> schemas.FeedView:
    """Oldest first. Continue with `after=<next_after>`. Events are kept for seven days. Reading
    changes nothing. Acknowledge the events that you have handled with POST
    /api/v1/messaging/feed/ack.
    """
    return requests.read(caller.agent_id, query, clock.now())


@api.route(
    "POST",
    "/messaging/feed/ack",
    "Acknowledge all events up to a position",
    raises=(BadPositionError,),
)
def acknowledge(caller: Caller, body: schemas.AckRequest) -> schemas.AckResponse:
    """The senders of the messages then see them as delivered. A lower position than before changes
    nothing. An acknowledged event stays in the feed.
    """
    return requests.acknowledge(caller, body, clock.now())


@api.route(
    "POST",
    "/messaging/feed/ticket",
    "Get a ticket for one WebSocket connection",
    status=201,
    raises=(RateLimitedError,),
)
def create_ticket(caller: Caller) -> schemas.TicketResponse:
    """For browsers, which cannot send a key when they connect. It works once, for 30 seconds. You
    get at most 30 tickets a minute.
    """
    return requests.ticket(caller, clock.now())
