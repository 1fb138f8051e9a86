"""Note what came of an attempt, and plan the next one.

    2xx        the receipt says delivered, and the delivery is over
    410        the endpoint is disabled, and the delivery has failed
    else       another attempt by the schedule, or the delivery has failed. It also fails if the
               next attempt would come after the seven days for which it is kept

A fault of this server uses up an attempt, and says nothing about the endpoint.

The order of the writes makes a crash harmless, because the queue delivers the job again. The
receipt comes before the end of the delivery. The item with the next time comes before the job for
it. A job that comes again after that finds an item that is one attempt further, and only sends the
next job again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent_messaging.feed.outbox import DeliveredVia
from agent_messaging.observability import metrics
from agent_messaging.observability.metrics import AttemptOutcome
from agent_messaging.receipts.table import ReceiptsTable
from agent_messaging.storage.queue import MAX_DELAY_SECONDS, Queue
from agent_messaging.webhooks import schedule
from agent_messaging.webhooks.deliveries import DeliveriesTable
from agent_messaging.webhooks.delivery import Attempt, Delivery, DeliveryStatus
from agent_messaging.webhooks.egress import Failure
from agent_messaging.webhooks.endpoints import EndpointsTable
from agent_messaging.webhooks.item import FAILURES
from agent_messaging.webhooks.job import Job
from agent_messaging.webhooks.model import DisabledReason, Endpoint
from agent_messaging.webhooks.push import message


@dataclass(frozen=True)
class Tried:
    """An attempt that was made: its job, the delivery and endpoint before it, and what came."""

    job: Job
    delivery: Delivery
    endpoint: Endpoint
    attempt: Attempt
    retry_after: str | None = None
    slow_since: datetime | None = None
    """Since when the endpoint is slow, as this attempt has shown."""

    @property
    def is_own_fault(self) -> bool:
        """Whether this server failed, and not the receiver."""
        return self.attempt.error == Failure.INTERNAL_ERROR

    @property
    def error(self) -> str:
        """What the sender of the message is told."""
        if self.is_own_fault:
            return "The server failed to call the webhook of the recipient."
        code = self.attempt.status_code
        status = "" if code is None else f" {code}"
        return f"The webhook of the recipient failed: {self.attempt.error}{status}."


@dataclass(frozen=True)
class Outcomes:
    """Where the outcome of an attempt is noted. `fraction` returns random numbers from 0 to 1."""

    endpoints: EndpointsTable
    deliveries: DeliveriesTable
    receipts: ReceiptsTable
    queue: Queue
    fraction: Callable[[], float]

    def succeed(self, tried: Tried, now: datetime) -> None:
        """End a delivery that the receiver has acknowledged."""
        job, delivery = tried.job, tried.delivery
        if job.receipt_for and job.message_id:
            self.receipts.delivered(
                job.receipt_for,
                job.message_id,
                to_agent_id=delivery.agent_id,
                at=now,
                via=DeliveredVia.WEBHOOK,
                wants_events=job.wants_events,
                now=now,
            )
        working = dict.fromkeys(FAILURES)
        self.endpoints.mark(tried.endpoint, **working, slow_since=tried.slow_since)
        self._end(tried, DeliveryStatus.DELIVERED)
        metrics.webhook_attempt(AttemptOutcome.DELIVERED)

    def fail(self, tried: Tried, now: datetime) -> None:
        """Plan the next attempt. If there is none, give the delivery up."""
        if self._disable(tried, now):
            self.give_up(tried, now)
            return
        delivery = tried.delivery
        at = schedule.next_attempt(delivery.step, now, self.fraction(), tried.retry_after)
        if at is None or at >= delivery.ends_at:
            self.give_up(tried, now)
        else:
            self._plan(tried, at, now)
        if not tried.is_own_fault:
            self._note_failure(tried, now)

    def give_up(self, tried: Tried, now: datetime) -> None:
        """End a delivery without success, and say so on the receipt of the message."""
        job = tried.job
        if job.receipt_for and job.message_id:
            self.receipts.delivery_error(
                job.receipt_for, job.message_id, tried.delivery.agent_id, tried.error, now
            )
        self._end(tried, DeliveryStatus.FAILED)
        metrics.webhook_attempt(AttemptOutcome.FAILED)

    def postpone(self, delivery: Delivery, now: datetime) -> bool:
        """Attempt a delivery later, with the same step of the schedule.

        Return False if it would be later than its end.
        """
        at = schedule.after_postponing(now, self.fraction())
        if at >= delivery.ends_at:
            return False
        self.deliveries.record(delivery, delivery.due(at))
        return True

    def send_again(self, job: Job, delivery: Delivery, now: datetime) -> None:
        """Send the job of the next attempt, if this job was served, but perhaps not to its end.

        The sweep's job does not say which attempt it is for, so the next one may be sent twice.
        """
        at = delivery.next_attempt_at
        if at is None or delivery.due_at or job.made not in (None, delivery.made - 1):
            return
        seconds = max(0, min(MAX_DELAY_SECONDS, round((at - now).total_seconds())))
        self._send(job, delivery.made, seconds)

    def _end(self, tried: Tried, status: DeliveryStatus) -> None:
        ended = tried.delivery.after(tried.attempt, status=status)
        self.deliveries.record(tried.delivery, ended)

    def _plan(self, tried: Tried, at: datetime, now: datetime) -> None:
        """Note when the next attempt is, and leave it to the queue or to the sweep."""
        before = tried.delivery
        after = before.after(tried.attempt, step=before.step + 1, next_attempt_at=at)
        seconds = round((at - now).total_seconds())
        if seconds > MAX_DELAY_SECONDS:
            self.deliveries.record(before, after.due(at))
        elif self.deliveries.record(before, after):
            self._send(tried.job, after.made, seconds)
        metrics.webhook_attempt(AttemptOutcome.RETRIED)

    def _send(self, job: Job, made: int, seconds: int) -> None:
        following = job.model_copy(update={"made": made, "by_hand": False})
        self.queue.send([message(following, seconds)])

    def _note_failure(self, tried: Tried, now: datetime) -> None:
        """Note since when the endpoint fails, or refuses events."""
        noted: dict[str, datetime | None] = {"slow_since": tried.slow_since}
        # The failure of a first attempt may be an accident. The next one is five seconds away.
        if tried.delivery.step > 0:
            is_failing = schedule.shows_trouble(tried.attempt.status_code)
            name = "failing_since" if is_failing else "refusing_since"
            noted[name] = getattr(tried.endpoint, name) or now
        self.endpoints.mark(tried.endpoint, **noted)

    def _disable(self, tried: Tried, now: datetime) -> bool:
        """Disable an endpoint that is gone or has failed for days. Return whether it is so.

        An endpoint that was changed during the attempt is not disabled for what its old URL said.
        """
        endpoint = tried.endpoint
        if tried.attempt.status_code == schedule.GONE:
            return self.endpoints.disable(endpoint, DisabledReason.GONE, now)
        if tried.is_own_fault:
            return False
        if schedule.has_failed_too_long(endpoint.unsuccessful_since, now):
            return self.endpoints.disable(endpoint, DisabledReason.FAILING, now)
        return False
