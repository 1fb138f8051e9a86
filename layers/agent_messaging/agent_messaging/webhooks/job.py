"""A job of the queue: deliver one event to one endpoint. Pure."""

import json

from agent_messaging.fields import Model


class Job(Model):
    """What the sender needs for an attempt. `event` is the event's JSON as clients see it."""

    agent_id: str
    slot: str
    webhook_id: str
    event: str
    event_id: str
    type: str
    receipt_for: str | None = None
    wants_events: bool = False
    message_id: str | None = None
    attempt: int = 1

    def to_json(self) -> str:
        """Return the body of the queue's message."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":"))


def parse(body: str) -> Job:
    """Return a job from the body of the queue's message."""
    return Job.model_validate_json(body)
