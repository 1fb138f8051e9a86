"""Webhook sender: attempt the deliveries that the queue of webhooks hands over."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline, settings
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.table import FeedTable
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.storage import connection
from agent_messaging.storage.queue import Queue
from agent_messaging.webhooks.attempt import WebhookSender
from agent_messaging.webhooks.deliveries import DeliveriesTable
from agent_messaging.webhooks.egress import Egress
from agent_messaging.webhooks.endpoints import EndpointsTable

client = connection.connect()
feed = FeedTable(client, os.environ["AGENT_FEED_TABLE"])
outbox = os.environ["AGENT_OUTBOX_TABLE"]
sender = WebhookSender(
    egress=Egress(os.environ.get("LOCAL_ONLY", "")),
    endpoints=EndpointsTable(
        client, os.environ["AGENT_WEBHOOKS_TABLE"], feed, OutboxTable(client, outbox)
    ),
    deliveries=DeliveriesTable(client, os.environ["WEBHOOK_DELIVERIES_TABLE"]),
    feed=feed,
    receipts=ReceiptsTable(client, outbox, settings.message_retention()),
    queue=Queue(os.environ["WEBHOOKS_QUEUE"]),
)


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, list[dict[str, str]]]:
    """Serve a batch. SQS delivers the messages that are reported again."""
    failed = sender.serve(event["Records"], clock.now)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
