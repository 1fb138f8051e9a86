"""Webhook sweep: send the deliveries whose next attempt is due to the queue."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline
from agent_messaging.storage import connection
from agent_messaging.storage.queue import Queue
from agent_messaging.webhooks.deliveries import DeliveriesTable
from agent_messaging.webhooks.sweep import sweep

client = connection.connect()
deliveries = DeliveriesTable(client, os.environ["WEBHOOK_DELIVERIES_TABLE"])
queue = Queue(os.environ["WEBHOOKS_QUEUE"])


@deadline.bounded
def handler(_event: Mapping[str, Any], _context: Any) -> dict[str, int]:
    """Return how many deliveries were sent to the queue."""
    return {"sent": sweep(deliveries, queue, clock.now())}
