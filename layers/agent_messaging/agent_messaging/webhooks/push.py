"""Hand the events of a feed to the agent's endpoints: into the queue, or to the sweep.

While an endpoint fails, its new events wait in the index of deliveries (`is_failing` on its
listener). Otherwise an endpoint that hangs would keep many senders busy. The events also wait there
if the queue takes no messages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent_messaging.feed.model import Event
from agent_messaging.observability.log import logger
from agent_messaging.storage.queue import Queue, QueueError, QueueMessage
from agent_messaging.storage.table import Item
from agent_messaging.webhooks.deliveries import DeliveriesTable
from agent_messaging.webhooks.job import Job
from agent_messaging.webhooks.model import is_wanted
from agent_messaging.webhooks.schedule import STEP_WHILE_FAILING, WHILE_FAILING


@dataclass(frozen=True)
class WebhookPush:
    """The queue of jobs, and the table of deliveries."""

    queue: Queue
    deliveries: DeliveriesTable

    def push(
        self, agent_id: str, listeners: Sequence[Item], events: Sequence[Event], now: datetime
    ) -> None:
        """Hand events to the endpoints among the listeners that want them.

        A listener that cannot be read is skipped. A repeated call delivers nothing twice that has
        been delivered, and may attempt twice what has not.

        Raises:
            ContentionError, or one of FAILURES: neither the queue nor DynamoDB took some jobs. All
                other jobs are handed over, so one endpoint does not hold up another.
        """
        waiting: list[Job] = []
        failing: list[list[Job]] = []
        for listener in listeners:
            if "webhook_id" not in listener:
                continue
            try:
                jobs = [_job(listener, event) for event in events if _is_for(listener, event)]
            except (TypeError, ValueError):
                logger.exception("webhook listener unreadable", extra={"agent_id": agent_id})
                continue
            if listener.get("is_failing"):
                failing.append(jobs)
            else:
                waiting += jobs
        errors = self._send(waiting, now)
        for jobs in failing:
            errors += self._leave_to_sweep(jobs, now, STEP_WHILE_FAILING)
        if errors:
            raise errors[0]

    def _send(self, jobs: Sequence[Job], now: datetime) -> list[Exception]:
        """Send jobs to the queue, or else leave them to the sweep. Return the errors of both."""
        try:
            self.queue.send([message(job) for job in jobs])
        except QueueError as error:
            logger.exception("webhook queue refused jobs")
            return self._leave_to_sweep(jobs[error.sent :], now)
        return []

    def _leave_to_sweep(self, jobs: Sequence[Job], now: datetime, step: int = 0) -> list[Exception]:
        """Write jobs to the index. Return the first error of each endpoint."""
        at = now + WHILE_FAILING if step else now
        errors: dict[str, Exception] = {}
        for job in jobs:
            if job.webhook_id not in errors:
                try:
                    self.deliveries.create_due(job, now, at, step)
                except Exception as error:  # noqa: BLE001 - the other endpoints come first
                    errors[job.webhook_id] = error
        return [*errors.values()]


def message(job: Job, delay_seconds: int = 0) -> QueueMessage:
    """Return the message of a job. The messages of one endpoint are a group."""
    return QueueMessage(job.to_json(), job.webhook_id, delay_seconds)


def _is_for(listener: Item, event: Event) -> bool:
    return is_wanted(event.type, listener.get("event_types"))


def _job(listener: Item, event: Event) -> Job:
    return Job(
        webhook_id=listener["webhook_id"],
        event_id=event.event_id,
        agent_id=event.agent_id,
        slot=listener["entry"].removeprefix("z#"),
        event=event.to_json(),
        type=event.type,
        position=event.position.key,
        receipt_for=event.receipt_for,
        wants_events=event.wants_events,
        message_id=event.message_id,
    )
