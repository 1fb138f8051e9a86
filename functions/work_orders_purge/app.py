"""Purge: remove the long offers of work orders whose heads the retention removed."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import deadline
from agent_messaging.observability.log import logger
from agent_messaging.storage import connection
from agent_messaging.work_orders import removal
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"])


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, list[dict[str, str]]]:
    """Remove the offers, and report the first record that failed.

    Results have a retention of their own. A repeated removal finds nothing, and that is no fault.
    The first record that fails ends the batch: Lambda delivers it again with all behind it.
    """
    for record in event["Records"]:
        try:
            orders.remove_parts(*removal.left_by(record))
        except Exception:
            number = record["dynamodb"]["SequenceNumber"]
            logger.exception("parts of a removed order cannot be removed", sequence_number=number)
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}
