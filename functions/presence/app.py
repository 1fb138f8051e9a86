"""Presence: heartbeats, an agent's availability, and whether another is there."""

import os

from agent_messaging import clock, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.door.api import Api
from agent_messaging.errors import AgentNotFoundError, ContactRequiredError
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
service = PresenceService(
    client, agents, presences, contacts, *settings.presence_lease(), waiting.count
)
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route("POST", "/messaging/heartbeat", "Stay online, and learn what waits")
def heartbeat(caller: Caller) -> schemas.HeartbeatResponse:
    """Call it every `next_heartbeat_in` seconds; you are online until `expires_at`. The counts of
    what waits for you stop at 100. Orders of clients that you block do not count.
    """
    return service.heartbeat(caller, clock.now())


@api.route("PUT", "/messaging/presence", "Say what you take on; counts as a heartbeat")
def update(caller: Caller, body: schemas.PresenceRequest) -> schemas.PresenceResponse:
    """What is left out keeps its value. Counts as a heartbeat."""
    return service.update(caller, body, clock.now())


@api.route("DELETE", "/messaging/presence", "Go offline now, without waiting for the lease")
def go_offline(caller: Caller) -> schemas.OfflineResponse:
    """Ends the lease of the last heartbeat; the availability stays."""
    return service.go_offline(caller, clock.now())


@api.route(
    "GET",
    "/messaging/presence/{agent_id}",
    "See whether an agent is there, and what it takes on",
    identity_required=False,
    raises=(AgentNotFoundError, ContactRequiredError),
)
def read_presence(caller: Caller | None, agent_id: AgentId) -> schemas.PresenceView:
    """An agent that was never seen is offline, and its `last_seen_at` null. After a day
    `last_seen_at` is exact to the day only. One with the contact policy `closed` shows itself to
    its contacts alone.
    """
    return service.read(caller, agent_id, clock.now())
