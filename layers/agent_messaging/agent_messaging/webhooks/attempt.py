"""Attempt deliveries: send the event of a job to its endpoint.

A job comes at least once, so a receiver may get an event twice, always with the same `webhook-id`.
A job whose attempt is already recorded sends nothing.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from agent_messaging import clock, deadline
from agent_messaging.feed import item as feed_items
from agent_messaging.feed.table import FeedTable
from agent_messaging.observability.log import logger
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.storage.connection import longest_call
from agent_messaging.storage.queue import Queue
from agent_messaging.webhooks import job as jobs
from agent_messaging.webhooks import signing
from agent_messaging.webhooks.deliveries import DeliveriesTable
from agent_messaging.webhooks.delivery import Attempt, Delivery, of_job
from agent_messaging.webhooks.egress import SECONDS, Egress, Failure
from agent_messaging.webhooks.endpoints import EndpointsTable
from agent_messaging.webhooks.job import Job
from agent_messaging.webhooks.model import Endpoint
from agent_messaging.webhooks.outcomes import Outcomes, Tried

DISABLED, EXPIRED = "disabled", "expired"
# While an endpoint hangs, an instance attempts it once in this time, and postpones the rest.
FAILING_PAUSE = timedelta(seconds=30)
HELD_MILLISECONDS = 2000  # An attempt that lasts longer holds the instance.
SLOW_MILLISECONDS = 5000  # An endpoint that lasts longer twice in a row is slow.
HEADERS = {"Content-Type": "application/json", "User-Agent": "agent-messaging-webhooks/1"}


class WebhookSender:
    """All that an attempt needs. `fraction` returns random numbers from 0 to 1."""

    def __init__(
        self,
        *,
        egress: Egress,
        endpoints: EndpointsTable,
        deliveries: DeliveriesTable,
        feed: FeedTable,
        receipts: ReceiptsTable,
        queue: Queue,
        fraction: Callable[[], float] = random.random,
    ) -> None:
        self.egress = egress
        self.endpoints = endpoints
        self.deliveries = deliveries
        self.feed = feed
        self.outcomes = Outcomes(endpoints, deliveries, receipts, queue, fraction)
        self._held_at: dict[str, datetime] = {}
        self._slow: set[str] = set()

    def serve(self, records: Iterable[Mapping[str, Any]], now: Callable[[], datetime]) -> list[str]:
        """Serve messages of the queue, and return the ids of those to deliver again."""
        failed = []
        for record in records:
            message_id = record["messageId"]
            try:
                self.attempt(jobs.parse(record["body"]), now())
            except Exception:  # One job must not fail the others.
                logger.exception("webhook job failed", queue_message_id=message_id)
                failed.append(message_id)
        return failed

    def attempt(self, job: Job, now: datetime) -> None:
        """Attempt the delivery of a job, unless it is over or another job is for it."""
        delivery = self.deliveries.fetch(job.webhook_id, job.event_id)
        if delivery is None and job.agent_id:
            delivery = of_job(job, now)
        if delivery is None or not delivery.is_queued:
            return
        if not _is_current(job, delivery, now):
            self.outcomes.send_again(job, delivery, now)
            return
        endpoint = self.endpoints.fetch(delivery.agent_id, delivery.webhook_id, delivery.slot)
        if endpoint is None:  # Its owner has deleted it.
            return
        may_wait = not job.by_hand and self._is_hanging(endpoint, now)
        if may_wait and self.outcomes.postpone(delivery, now):
            return
        self._attempt(self._with_event(job, delivery, now), delivery, endpoint, now)

    def _attempt(self, job: Job, delivery: Delivery, endpoint: Endpoint, now: datetime) -> None:
        if job.event is None or not endpoint.is_active:
            error = EXPIRED if job.event is None else DISABLED
            attempt = Attempt(at=now, status_code=None, duration_ms=0, error=error)
            self.outcomes.give_up(Tried(job, delivery, endpoint, attempt), now)
            return
        # Otherwise nobody would know of the attempt.
        deadline.require(SECONDS + longest_call(self.deliveries.client))
        tried = self._post(job, job.event.encode(), delivery, endpoint, at=now)
        now = clock.to_millisecond(now + timedelta(milliseconds=tried.attempt.duration_ms))
        tried = replace(tried, slow_since=self._slow_since(tried, now))
        if tried.attempt.error is None:
            self.outcomes.succeed(tried, now)
        else:
            self.outcomes.fail(tried, now)

    def _post(
        self, job: Job, body: bytes, delivery: Delivery, endpoint: Endpoint, *, at: datetime
    ) -> Tried:
        signed = signing.headers(job.event_id, at, body, endpoint.signing(at))
        result = self.egress.post(endpoint.url, {**HEADERS, **signed}, body)
        status_code, failure, milliseconds, retry_after = result
        attempt = Attempt(at=at, status_code=status_code, duration_ms=milliseconds, error=failure)
        logger.info(
            "webhook attempted",
            webhook_id=job.webhook_id,
            event_id=job.event_id,
            attempts=delivery.made + 1,
            status_code=status_code,
            failure=failure,
            duration_ms=milliseconds,
        )
        return Tried(job, delivery, endpoint, attempt, retry_after)

    def _is_hanging(self, endpoint: Endpoint, now: datetime) -> bool:
        """Return whether a failing or slow endpoint held this instance a moment ago.

        Otherwise each event of an endpoint that hangs would take ten seconds. A failure that comes
        at once costs no time, so it postpones nothing.
        """
        held_at = self._held_at.get(endpoint.webhook_id)
        may_hang = endpoint.is_active and endpoint.is_troubled
        return may_hang and held_at is not None and now - held_at < FAILING_PAUSE

    def _slow_since(self, tried: Tried, now: datetime) -> datetime | None:
        """Remember how long an attempt took, and return since when its endpoint is slow."""
        endpoint, milliseconds = tried.endpoint, tried.attempt.duration_ms
        if tried.is_own_fault:
            return endpoint.slow_since
        if milliseconds >= HELD_MILLISECONDS or tried.attempt.error == Failure.TIMEOUT:
            self._held_at[endpoint.webhook_id] = now
        else:
            self._held_at.pop(endpoint.webhook_id, None)
        if milliseconds < SLOW_MILLISECONDS:
            self._slow.discard(endpoint.webhook_id)
            return None
        if endpoint.webhook_id in self._slow:
            return endpoint.slow_since or now
        self._slow.add(endpoint.webhook_id)
        return endpoint.slow_since

    def _with_event(self, job: Job, delivery: Delivery, now: datetime) -> Job:
        """Return the job with its event, read from the feed if it has none, unless it expired."""
        if job.event is not None:
            return job
        if delivery.position is None:
            return job.model_copy(update={"event": delivery.event})
        _, key = self.feed.key(delivery.agent_id, delivery.position)
        item = self.feed.table.get(key, consistent=True)
        if item is None or not feed_items.is_kept(item, now):
            return job
        event = feed_items.parse(item)
        found = {
            "event": event.to_json(),
            "receipt_for": event.receipt_for,
            "wants_events": event.wants_events,
            "message_id": event.message_id,
        }
        return job.model_copy(update=found)


def _is_current(job: Job, delivery: Delivery, now: datetime) -> bool:
    """Return whether the job is for the next attempt of the delivery, and it is time for it."""
    if job.made not in (None, delivery.made):
        return False
    is_time = delivery.next_attempt_at is None or delivery.next_attempt_at <= now
    return is_time or (job.made is not None and delivery.due_at is None)
