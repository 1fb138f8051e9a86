"""List the deliveries of a webhook, retry one, and send a test event."""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging import clock, ids
from agent_messaging.auth import Caller
from agent_messaging.errors import ContentionError, DeliveryNotFoundError, WebhookDisabledError
from agent_messaging.feed.model import EventType, data_text
from agent_messaging.limits import WindowLimits
from agent_messaging.observability.log import logger
from agent_messaging.paging import Listing
from agent_messaging.storage.queue import Queue, QueueError
from agent_messaging.webhooks import delivery_schemas, schemas
from agent_messaging.webhooks.deliveries import DeliveriesTable
from agent_messaging.webhooks.delivery import event_id_of, of_job
from agent_messaging.webhooks.finding import find
from agent_messaging.webhooks.job import Job
from agent_messaging.webhooks.model import Endpoint
from agent_messaging.webhooks.push import message
from agent_messaging.webhooks.service import WebhookService

POSITION = f"evt_{ids.ULID_PATTERN}"


@dataclass(frozen=True)
class DeliveryService:
    """The webhooks, the table of their deliveries, and the queue that the sender reads."""

    webhooks: WebhookService
    deliveries: DeliveriesTable
    limits: WindowLimits
    queue: Queue

    def page(
        self, agent_id: str, webhook_id: str, query: delivery_schemas.DeliveriesQuery
    ) -> delivery_schemas.DeliveriesPage:
        """Return a page of the deliveries of one webhook, newest first.

        Raises:
            BadCursorError: the cursor belongs to another list.
            WebhookNotFoundError: the agent has no such webhook.
        """
        find(self.webhooks.endpoints.of_agent(agent_id), webhook_id)
        listing = Listing(
            agent_id, f"deliveries {webhook_id}", (query.status, query.event_type), POSITION
        )
        before, _ = listing.open(query.cursor)
        found = self.deliveries.page(
            webhook_id,
            status=query.status,
            event_type=query.event_type,
            before=before,
            limit=query.limit,
        )
        return delivery_schemas.DeliveriesPage(
            agent_id=agent_id,
            webhook_id=webhook_id,
            deliveries=[delivery_schemas.view(each) for each in found.deliveries],
            next_cursor=found.resume and listing.cursor(found.resume, None),
        )

    def retry(
        self, caller: Caller, webhook_id: str, delivery_id: str, now: datetime
    ) -> delivery_schemas.DeliveryResponse:
        """Deliver an event again, whatever became of it, with a new schedule of attempts.

        Raises:
            DeliveryNotFoundError: the webhook has no such delivery.
            KeyRevokedError, AgentSuspendedError: see `require_active`.
            RateLimitedError: the caller asked for too many in this minute.
            WebhookDisabledError: the webhook is disabled.
            WebhookNotFoundError: the caller has no such webhook.
        """
        self._require_active(caller, webhook_id, now)
        event_id = event_id_of(delivery_id)
        if self.deliveries.fetch(webhook_id, event_id) is None:
            raise _not_found(webhook_id, delivery_id)
        self._count(caller, now)
        delivery = self.deliveries.requeue(webhook_id, event_id, now)
        if delivery is None:  # It expired at this moment.
            raise _not_found(webhook_id, delivery_id)
        try:
            self.queue.send([message(delivery.job())])
        except QueueError:
            logger.exception("the sweep retries the delivery", webhook_id=webhook_id)
        return delivery_schemas.retried(delivery)

    def send_test(self, caller: Caller, webhook_id: str, now: datetime) -> schemas.SentTestResponse:
        """Send an event that is only a test.

        Raises:
            ContentionError: the queue took no message.
            KeyRevokedError, AgentSuspendedError, RateLimitedError, WebhookDisabledError,
            WebhookNotFoundError: see `retry`.
        """
        endpoint = self._require_active(caller, webhook_id, now)
        self._count(caller, now)
        job = _test_job(endpoint, now)
        try:
            self.queue.send([message(job)])
        except QueueError:
            logger.exception("the queue took no test event", webhook_id=webhook_id)
            raise ContentionError("The queue of deliveries refused the event.") from None
        # The sender may have been faster. Then its item stays.
        self.deliveries.create(job, now)
        return schemas.SentTestResponse(delivery_id=of_job(job, now).delivery_id)

    def _require_active(self, caller: Caller, webhook_id: str, now: datetime) -> Endpoint:
        endpoint = find(self.webhooks.load(caller, now), webhook_id)
        if not endpoint.is_active:
            raise WebhookDisabledError(
                f"Your webhook `{webhook_id}` is disabled: {endpoint.disabled_reason}.",
                fix=f'Send `{{"status": "active"}}` with PATCH '
                f"/api/v1/messaging/webhooks/{webhook_id}. Then repeat the request.",
            )
        return endpoint

    def _count(self, caller: Caller, now: datetime) -> None:
        """Count against the limit of the caller. Open mode has no limits."""
        if not caller.is_open:
            self.limits.test_webhook(caller.agent_id, now)


def _test_job(endpoint: Endpoint, now: datetime) -> Job:
    """Return the job of a test event, which has no position in the feed."""
    event_id = ids.new("evt", now)
    event = {
        "event_id": event_id,
        "position": None,
        "previous": None,
        "type": EventType.WEBHOOK_TEST,
        "occurred_at": clock.to_text(now),
        "data": {"webhook_id": endpoint.webhook_id},
    }
    return Job(
        webhook_id=endpoint.webhook_id,
        event_id=event_id,
        agent_id=endpoint.agent_id,
        slot=endpoint.slot,
        event=data_text(event),
        type=EventType.WEBHOOK_TEST,
        by_hand=True,
    )


def _not_found(webhook_id: str, delivery_id: str) -> DeliveryNotFoundError:
    return DeliveryNotFoundError(
        f"The webhook has no delivery `{ids.without_key(delivery_id)}`.",
        fix=f"Use a `delivery_id` from GET /api/v1/messaging/webhooks/{webhook_id}/deliveries. "
        "Deliveries are kept for seven days.",
    )
