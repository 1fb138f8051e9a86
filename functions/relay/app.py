"""Relay: append the events of agents to their feeds, and push them to who listens."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline, settings
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.table import FeedTable
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.relay.service import Relay
from agent_messaging.sockets.connections import Connections
from agent_messaging.sockets.listeners import Listeners
from agent_messaging.sockets.posting import Posting
from agent_messaging.sockets.push import SocketPush
from agent_messaging.storage import connection
from agent_messaging.storage.queue import Queue
from agent_messaging.webhooks.deliveries import DeliveriesTable
from agent_messaging.webhooks.push import WebhookPush

client = connection.connect()
retention = settings.message_retention()
feed = FeedTable(client, os.environ["AGENT_FEED_TABLE"])
outbox = OutboxTable(client, os.environ["AGENT_OUTBOX_TABLE"])
receipts = ReceiptsTable(client, os.environ["AGENT_OUTBOX_TABLE"], retention)
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], retention)
sockets = Posting(Connections(os.environ["SOCKETS_ENDPOINT"]), Listeners(feed))
webhooks = WebhookPush(
    Queue(os.environ["WEBHOOKS_QUEUE"]),
    DeliveriesTable(client, os.environ["WEBHOOK_DELIVERIES_TABLE"]),
)
pushes = (SocketPush(sockets), webhooks)
relay = Relay(feed, outbox, receipts, messages, pushes)


@deadline.bounded
def handler(event: Mapping[str, Any], _context: Any) -> dict[str, list[dict[str, str]]]:
    """Handle a batch. Lambda delivers it again from the first record that is reported."""
    failed = relay.handle(event["Records"], clock.now())
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
