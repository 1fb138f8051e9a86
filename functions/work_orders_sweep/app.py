"""Sweep: expire overdue work orders, and end the open orders of agents that left."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage import connection
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.sweep import sweep
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], settings.message_retention())
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"], settings.order_retention())
leaving = Leaving(client, agents, messages, orders, Expiry(client, agents, messages, orders))


@deadline.bounded
def handler(_event: Mapping[str, Any], _context: Any) -> dict[str, int]:
    """Return how many orders expired, and how many ended because a party had left."""
    return sweep(leaving, clock.now())._asdict()
