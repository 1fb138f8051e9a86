"""A delivery: one event for one endpoint, with the attempts to deliver it. Pure.

An item has at most 1,000 bytes, so that an attempt costs one write unit. It holds the place of the
event in the feed in place of the event, and each attempt as a short text:

    2026-02-15T20:30:00.000Z 503 127 status       when, status code, milliseconds, error
    2026-02-15T20:30:05.000Z - 10000 timeout      no status code
    2026-02-15T20:35:05.000Z 204 31               no error
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.fields import Model, Record, StoredTime
from agent_messaging.webhooks.job import Job
from agent_messaging.webhooks.schedule import PAUSES

KEPT_FOR = timedelta(days=7)
ATTEMPTS_SHOWN = len(PAUSES) + 1
PREFIX, EVENT_PREFIX = "dlv", "evt"


class DeliveryStatus(StrEnum):
    """What became of a delivery."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    FAILED = "failed"


class Attempt(Model):
    """One attempt. `status_code` is None without a response. `error` is None if it succeeded."""

    at: StoredTime
    status_code: int | None
    duration_ms: int
    error: str | None

    def to_text(self) -> str:
        """Return the attempt as the table holds it."""
        code = "-" if self.status_code is None else str(self.status_code)
        parts = [clock.to_text(self.at), code, str(self.duration_ms), self.error]
        return " ".join(filter(None, parts))


def parse_attempt(text: str) -> Attempt:
    """Return an attempt from its text."""
    at, code, milliseconds, *error = text.split(" ")
    return Attempt(
        at=clock.from_text(at),
        status_code=None if code == "-" else int(code),
        duration_ms=int(milliseconds),
        error=error[0] if error else None,
    )


class Delivery(Record):
    """The delivery of one event to one endpoint.

    `made` counts all attempts, and `step` those of the schedule, which begins again when the owner
    retries. `due_at` is set if the sweep has to find the delivery. `event` is the text of a test
    event, which is not in the feed.
    """

    webhook_id: str
    event_id: str
    agent_id: str
    slot: str
    type: str
    status: DeliveryStatus = DeliveryStatus.QUEUED
    created_at: StoredTime
    made: int = 0
    step: int = 0
    tries: tuple[str, ...] = ()
    next_attempt_at: StoredTime | None = None
    due_at: str | None = None
    position: str | None = None
    event: str | None = None

    @property
    def delivery_id(self) -> str:
        """The id that the owner sees."""
        return f"{PREFIX}_{ids.ulid_of(self.event_id)}"

    @property
    def attempts(self) -> list[Attempt]:
        """The latest attempts, oldest first."""
        return [parse_attempt(each) for each in self.tries]

    @property
    def ends_at(self) -> datetime:
        """When DynamoDB deletes it."""
        return self.created_at + KEPT_FOR

    @property
    def is_queued(self) -> bool:
        """Whether it is not over."""
        return self.status is DeliveryStatus.QUEUED

    def after(self, attempt: Attempt, **changes: Any) -> "Delivery":
        """Return the delivery after an attempt, with other changes."""
        tries = (*self.tries, attempt.to_text())[-ATTEMPTS_SHOWN:]
        changes = {"next_attempt_at": None, "due_at": None, **changes}
        return self.model_copy(update={"made": self.made + 1, "tries": tries, **changes})

    def due(self, at: datetime, **changes: Any) -> "Delivery":
        """Return the delivery as the sweep finds it at `at`."""
        return self.model_copy(
            update={"next_attempt_at": at, "due_at": clock.to_text(at), **changes}
        )

    def job(self) -> Job:
        """Return the job of a retry by hand. It has no event, so the sender reads it."""
        return Job(webhook_id=self.webhook_id, event_id=self.event_id, made=self.made, by_hand=True)


def of_job(job: Job, now: datetime) -> Delivery:
    """Return the delivery that begins with a job."""
    return Delivery(
        webhook_id=job.webhook_id,
        event_id=job.event_id,
        agent_id=job.agent_id,
        slot=job.slot,
        type=job.type,
        created_at=now,
        position=job.position,
        event=None if job.position else job.event,
    )


def event_id_of(delivery_id: str) -> str:
    """Return the id of the event that a delivery is for."""
    return f"{EVENT_PREFIX}_{ids.ulid_of(delivery_id)}"
