"""Purge: remove the separate offers of work orders whose heads the retention removed."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import deadline
from agent_messaging.storage import connection
from agent_messaging.work_orders.purge import purge
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"])


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, list[dict[str, str]]]:
    """Remove the offers, and report the first record that failed."""
    failed = purge(orders, event["Records"])
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
