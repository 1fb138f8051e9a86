"""Sweep: mark work orders expired that are pending past their deadline."""

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
    """Mark what is overdue as expired, and say how many orders that were."""
    return {"expired": sweep(expiry, clock.now())}
