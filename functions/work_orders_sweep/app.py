"""Sweep: do what the clock does to work orders, end those of agents that left, and settle."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline, settings
from agent_messaging.agents.table import AgentsTable
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage import connection
from agent_messaging.work_orders.children_table import ChildrenTable
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.overdue import Overdue
from agent_messaging.work_orders.readiness import Readiness
from agent_messaging.work_orders.settling import Settling
from agent_messaging.work_orders.sweep import Sweep
from agent_messaging.work_orders.system_end import SystemEnding
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], settings.message_retention())
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"], settings.order_retention())
expiry = Expiry(client, agents, messages, orders)
leaving = Leaving(client, agents, messages, orders, expiry)
children = ChildrenTable(client, orders)
ending = SystemEnding(client, agents, messages, orders, expiry)
settling = Settling(ending, children, Readiness(client, messages, children))

outbox = OutboxTable(client, os.environ["AGENT_OUTBOX_TABLE"])
sweep = Sweep(leaving, Overdue(client, orders, outbox), settling)


@deadline.bounded
def handler(_event: Mapping[str, Any], _context: Any) -> dict[str, int]:
    """Return how many orders expired, lapsed, were overdue, ended with a party, or followed."""
    return sweep.run(clock.now())._asdict()
