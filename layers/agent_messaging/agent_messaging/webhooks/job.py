"""A job of the queue: deliver one event to one endpoint. Pure."""

import json

from agent_messaging.fields import Model


class Job(Model):
    """What the sender needs for an attempt.

    `event` is the event's JSON as clients see it. A job of the sweep has only the ids, and the
    sender reads the rest. `position` is the key of the event in the feed. A test event has none.
    `made` is how many attempts were made before this one, so that a job that comes twice is known.
    The sweep does not know it. With `by_hand`, the owner asked for this attempt.
    """

    webhook_id: str
    event_id: str
    agent_id: str = ""
    slot: str = ""
    event: str | None = None
    type: str = ""
    position: str | None = None
    receipt_for: str | None = None
    wants_events: bool = False
    message_id: str | None = None
    made: int | None = 0
    by_hand: bool = False

    def to_json(self) -> str:
        """Return the body of the queue's message.

        It is ASCII, because SQS refuses U+FFFE and U+FFFF, which the text of an event may have.
        """
        return json.dumps(self.model_dump(mode="json", exclude_defaults=True))


def parse(body: str) -> Job:
    """Return a job from the body of the queue's message."""
    return Job.model_validate_json(body)
