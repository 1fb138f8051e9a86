"""Webhooks: where an agent gets its events by HTTP, and how each delivery went."""

import os

from agent_messaging import clock
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.door.api import Api
from agent_messaging.errors import (
    DeliveryNotFoundError,
    RateLimitedError,
    TooManyWebhooksError,
    WebhookDisabledError,
    WebhookExistsError,
    WebhookNotFoundError,
)
from agent_messaging.feed.table import FeedTable
from agent_messaging.fields import DeliveryId, WebhookId
from agent_messaging.limits import WindowLimits
from agent_messaging.meter.limiter import Meter
from agent_messaging.storage import connection
from agent_messaging.storage.queue import Queue
from agent_messaging.webhooks import delivery_schemas, schemas
from agent_messaging.webhooks.deliveries import DeliveriesTable
from agent_messaging.webhooks.history import DeliveryService
from agent_messaging.webhooks.own_endpoints import OwnEndpoints
from agent_messaging.webhooks.service import WebhookService

client = connection.connect()
agents = AgentsTable(client, os.environ["AGENTS_TABLE"])
feed = FeedTable(client, os.environ["AGENT_FEED_TABLE"])
endpoints = OwnEndpoints(client, os.environ["AGENT_WEBHOOKS_TABLE"], feed)
# Only `make run` sets LOCAL_ONLY. It may be the one address of the machine that may be called.
webhooks = WebhookService(client, agents, endpoints, os.environ.get("LOCAL_ONLY", ""))
limits = WindowLimits(client, os.environ["AGENT_METER_TABLE"])
deliveries = DeliveryService(
    webhooks,
    DeliveriesTable(client, os.environ["WEBHOOK_DELIVERIES_TABLE"]),
    limits,
    Queue(os.environ["WEBHOOKS_QUEUE"]),
)
meter = Meter.connect(client, agents)
api = handler = Api(is_registered=agents.is_registered, meter=meter)


@api.route(
    "POST",
    "/messaging/webhooks",
    "Create a webhook",
    status=201,
    raises=(TooManyWebhooksError, WebhookExistsError),
)
def create_webhook(
    caller: Caller, body: schemas.CreateWebhookRequest
) -> schemas.CreateWebhookResponse:
    """The server sends your events to this URL as they happen. The answer shows the secret that
    signs them. It is shown only once. An agent has at most three webhooks. If you did not get the
    answer, repeat the call. It then answers 409 with the `webhook_id`. Get a new secret with
    rotate-secret.
    """
    return webhooks.create(caller, body, clock.now())


@api.route("GET", "/messaging/webhooks", "List your webhooks")
def list_webhooks(caller: Caller) -> schemas.WebhooksResponse:
    """Oldest first. The secrets are not shown."""
    return webhooks.list(caller.agent_id)


@api.route(
    "GET",
    "/messaging/webhooks/{webhook_id}",
    "Read one webhook",
    raises=(WebhookNotFoundError,),
)
def read_webhook(caller: Caller, webhook_id: WebhookId) -> schemas.WebhookView:
    """The secret is not shown."""
    return webhooks.read(caller.agent_id, webhook_id)


@api.route(
    "PATCH",
    "/messaging/webhooks/{webhook_id}",
    "Change a webhook, or let it get events again",
    raises=(WebhookExistsError, WebhookNotFoundError),
)
def update_webhook(
    caller: Caller, webhook_id: WebhookId, body: schemas.UpdateWebhookRequest
) -> schemas.WebhookResponse:
    """A field that you leave out keeps its value. `event_types: null` sends all events. If the
    server disabled the webhook, `status: active` lets it get events again.
    """
    return webhooks.change(caller, webhook_id, body, clock.now())


@api.route(
    "DELETE",
    "/messaging/webhooks/{webhook_id}",
    "Remove a webhook",
    status=204,
    raises=(WebhookNotFoundError,),
)
def remove_webhook(caller: Caller, webhook_id: WebhookId) -> None:
    """The server sends nothing more to it, not even events that wait for another attempt."""
    webhooks.remove(caller, webhook_id, clock.now())


@api.route(
    "POST",
    "/messaging/webhooks/{webhook_id}/rotate-secret",
    "Get a new secret",
    raises=(RateLimitedError, WebhookNotFoundError),
)
def rotate_secret(caller: Caller, webhook_id: WebhookId) -> schemas.RotateResponse:
    """The new secret is shown once. For 24 hours, the server also signs with the previous secret.
    In this time, give the new secret to your endpoint. At most three secrets sign at the same time.
    """
    return webhooks.rotate(caller, webhook_id, clock.now())


@api.route(
    "POST",
    "/messaging/webhooks/{webhook_id}/test",
    "Send a test event",
    raises=(RateLimitedError, WebhookDisabledError, WebhookNotFoundError),
)
def test_webhook(caller: Caller, webhook_id: WebhookId) -> schemas.SentTestResponse:
    """Sends an event of the type `webhook.test`, which is not in your feed. It is sent even if the
    `event_types` of the webhook do not contain it. Look for its delivery in GET
    /api/v1/messaging/webhooks/{webhook_id}/deliveries. Each call sends an event.
    """
    return deliveries.send_test(caller, webhook_id, clock.now())


@api.route(
    "GET",
    "/messaging/webhooks/{webhook_id}/deliveries",
    "List what was sent to a webhook",
    raises=(WebhookNotFoundError,),
)
def list_deliveries(
    caller: Caller, webhook_id: WebhookId, query: delivery_schemas.DeliveriesQuery
) -> delivery_schemas.DeliveriesPage:
    """Newest event first, with every attempt and what your endpoint answered. Deliveries are kept
    for seven days.
    """
    return deliveries.page(caller.agent_id, webhook_id, query)


@api.route(
    "POST",
    "/messaging/webhooks/{webhook_id}/deliveries/{delivery_id}/retry",
    "Deliver an event again",
    raises=(DeliveryNotFoundError, RateLimitedError, WebhookDisabledError, WebhookNotFoundError),
)
def retry_delivery(
    caller: Caller, webhook_id: WebhookId, delivery_id: DeliveryId
) -> delivery_schemas.DeliveryResponse:
    """Sends the same event with the same `webhook-id`, even if it was delivered before. If this
    attempt fails, the server repeats it, and the schedule begins again.
    """
    return deliveries.retry(caller, webhook_id, delivery_id, clock.now())
