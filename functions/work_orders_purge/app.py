"""Purge: follow the stream of the orders. Tell candidates of orders, and purge removed orders.

A stream has two readers at most, and the projector is the other one. So this one does both.
"""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.contacts.table import ContactsTable
from agent_messaging.feed.audience import Audience
from agent_messaging.feed.table import FeedTable
from agent_messaging.sockets.connections import Connections
from agent_messaging.storage import connection
from agent_messaging.work_orders.hints import CandidateHints
from agent_messaging.work_orders.purge import purge
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"])
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
contacts = ContactsTable(client, os.environ["CONTACTS_TABLE"], settings.message_retention())
feed = FeedTable(client, os.environ["AGENT_FEED_TABLE"])
connections = Connections(os.environ["SOCKETS_ENDPOINT"])
hints = CandidateHints(client, agents, contacts, Audience(feed, agents), connections)


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, list[dict[str, str]]]:
    """Tell candidates, remove the parts of removed orders, and report the first failed record."""
    hints.tell(event["Records"], clock.now())
    failed = purge(orders, event["Records"])
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
