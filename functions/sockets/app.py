"""Sockets: the routes of the WebSocket API."""

import os

from agent_messaging import settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.door.socket import SocketApi
from agent_messaging.feed.audience import Audience
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.service import FeedService
from agent_messaging.feed.table import FeedTable
from agent_messaging.meter.limiter import Meter
from agent_messaging.presence.leases import Leases
from agent_messaging.presence.table import PresenceTable
from agent_messaging.sockets.connections import Connections
from agent_messaging.sockets.listeners import Listeners
from agent_messaging.sockets.model import LASTS
from agent_messaging.sockets.online import OnlineContacts
from agent_messaging.sockets.posting import Posting
from agent_messaging.sockets.service import SocketService
from agent_messaging.storage import connection

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
presences = PresenceTable(client, os.environ["AGENT_PRESENCE_TABLE"])
contacts = ContactsTable(client, os.environ["CONTACTS_TABLE"], settings.message_retention())
feed = FeedTable(client, os.environ["AGENT_FEED_TABLE"])
outbox = OutboxTable(client, os.environ["AGENT_OUTBOX_TABLE"])
connections = Connections(os.environ["SOCKETS_ENDPOINT"])
service = SocketService(
    client,
    agents,
    contacts,
    FeedService(feed, outbox),
    Leases(agents, presences, LASTS),
    Audience(feed, agents),
    OnlineContacts(client, contacts, presences),
    Posting(connections, Listeners(feed)),
)
meter = Meter.connect(client, agents)
api = handler = SocketApi(service, meter)
