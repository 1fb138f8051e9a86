"""Sweep: do what the clock does to work orders, and end those of agents that left."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage import connection
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.overdue import Overdue
from agent_messaging.work_orders.sweep import Sweep
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], settings.message_retention())
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"], settings.order_retention())
leaving = Leaving(client, agents, messages, orders, Expiry(client, agents, messages, orders))

outbox = OutboxTable(client, os.environ["AGENT_OUTBOX_TABLE"])
sweep = Sweep(leaving, Overdue(client, orders, outbox))


@deadline.bounded
def handler(_event: Mapping[str, Any], _context: Any) -> dict[str, int]:
    """Return how many orders expired, lapsed, were told to be overdue, and ended with a party."""
    return sweep.run(clock.now())._asdict()
