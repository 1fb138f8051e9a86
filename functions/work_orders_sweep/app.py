"""Sweep: mark pending work orders past their deadline as expired."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline, settings
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.storage import connection
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.sweep import sweep
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], settings.message_retention())
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"], settings.order_retention())
expiry = Expiry(client, messages, orders)


@deadline.bounded
def handler(_event: Mapping[str, Any], _context: Any) -> dict[str, int]:
    """Mark overdue orders as expired, and return how many."""
    return {"expired": sweep(expiry, clock.now())}
