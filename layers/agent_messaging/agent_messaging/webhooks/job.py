"""A job of the queue: deliver one event to one endpoint. Pure."""

from agent_messaging.fields import Model


class Job(Model):
    """What the sender needs for an attempt.

    `event` is the event's JSON as clients see it. A job of the sweep has only the ids, and the
    sender reads the rest. `position` is the key of the event in the feed. A test event has none.
    `made` is how many attempts were made before this one, so that a job that comes twice is known.
    The sweep does not know it.
    """

    webhook_id: str
    event_id: str
    agent_id: str = ""
    slot: str | None = None
    event: str | None = None
    type: str = ""
    position: str | None = None
    receipt_for: str | None = None
    wants_events: bool = False
    message_id: str | None = None
    made: int | None = 0

    def to_json(self) -> str:
        """Return the body of the queue's message."""
        return self.model_dump_json(exclude_defaults=True)


def parse(body: str) -> Job:
    """Return a job from the body of the queue's message."""
    return Job.model_validate_json(body)
