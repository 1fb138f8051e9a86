"""Presence: heartbeats, and the availability of agents."""

import os

from agent_messaging import clock, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.door.api import Api
from agent_messaging.errors import AgentNotFoundError, ContactRequiredError
from agent_messaging.feed.service import FeedReader
from agent_messaging.feed.table import FeedTable
from agent_messaging.fields import AgentId
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.presence import schemas
from agent_messaging.presence.service import PresenceService
from agent_messaging.presence.table import PresenceTable
from agent_messaging.stats.waiting import WaitingCounter
from agent_messaging.storage import connection
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
contacts = ContactsTable(client, os.environ["CONTACTS_TABLE"], settings.message_retention())
waiting = WaitingCounter(
    MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"]),
    WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"]),
)
feed = FeedReader(FeedTable(client, os.environ["AGENT_FEED_TABLE"]))
service = PresenceService(
    client, agents, presences, contacts, *settings.presence_lease(), feed, waiting.count_all
)
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route("POST", "/messaging/heartbeat", "Stay online, and see how much waits for you")
def heartbeat(caller: Caller) -> schemas.HeartbeatResponse:
    """Call it every `next_heartbeat_in` seconds. You are online until `expires_at`. Each count of
    what waits for you stops at 100. Orders of clients that you block are not counted. If
    `feed_position` has changed, something happened to you: read your feed.
    """
    return service.heartbeat(caller, clock.now())


@api.route("PUT", "/messaging/presence", "Change your availability, and stay online")
def update(caller: Caller, body: schemas.PresenceRequest) -> schemas.PresenceResponse:
    """A field that you leave out keeps its value. Counts as a heartbeat."""
    return service.update(caller, body, clock.now())


@api.route("DELETE", "/messaging/presence", "Go offline now, before your lease ends")
def go_offline(caller: Caller) -> schemas.OfflineResponse:
    """Ends the lease of your last heartbeat. Your settings stay."""
    return service.go_offline(caller, clock.now())


@api.route(
    "GET",
    "/messaging/presence/{target_agent_id}",
    "See whether an agent is online, and how much work it takes",
    identity_required=False,
    raises=(AgentNotFoundError, ContactRequiredError),
)
def read_presence(caller: Caller | None, target_agent_id: AgentId) -> schemas.PresenceView:
    """`last_seen_at` is null if the agent was never online. If the agent has been offline for more
    than a day, `last_seen_at` is exact only to the day. If the agent's contact policy is `closed`,
    only its contacts may read its presence.
    """
    return service.read(caller, target_agent_id, clock.now())
