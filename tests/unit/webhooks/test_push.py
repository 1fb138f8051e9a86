"""Events are handed over to each endpoint, whatever happens to another one."""

from datetime import UTC, datetime

import pytest

from agent_messaging.errors import ContentionError
from agent_messaging.feed.model import Event, EventType
from agent_messaging.feed.position import Position
from agent_messaging.storage.queue import QueueError
from agent_messaging.webhooks.push import WebhookPush

NOW = datetime(2036, 1, 1, 12, tzinfo=UTC)
EVENTS = [
    Event(
        agent_id="boots",
        event_id=f"evt_01jd5m4s2c3d4e5f6g7h8j9k0{number}",
        type=EventType.CONTACT_ALLOWED,
        occurred_at=NOW,
        data="{}",
        position=Position(1, number),
        previous=None,
    )
    for number in (1, 2)
]


class Queue:
    """Takes some messages, then none."""

    def __init__(self, takes):
        self.takes = takes
        self.sent = []

    def send(self, messages):
        self.sent = messages[: self.takes]
        if len(messages) > self.takes:
            raise QueueError(self.takes)


class Deliveries:
    """Refuses the jobs of some endpoints."""

    def __init__(self, *refused):
        self.refused = refused
        self.due = []

    def create_due(self, job, _now, _at, _step):
        if job.webhook_id in self.refused:
            raise ContentionError("throttled")
        self.due.append((job.webhook_id, job.event_id[-1]))


def listeners(states):
    return [
        {
            "entry": f"z#hook#{number}",
            "webhook_id": f"whk_{number}",
            "is_failing": state == "failing",
        }
        for number, state in enumerate(states.split(), 1)
    ]


def push(queue, deliveries, states):
    WebhookPush(queue, deliveries).push("boots", listeners(states), EVENTS, NOW)


def test_a_failing_endpoint_that_is_throttled_holds_up_no_other():
    queue, deliveries = Queue(10), Deliveries("whk_1")
    with pytest.raises(ContentionError):
        push(queue, deliveries, "failing healthy failing")
    assert [each.group for each in queue.sent] == ["whk_2", "whk_2"]
    assert deliveries.due == [("whk_3", "1"), ("whk_3", "2")]


def test_without_a_queue_an_endpoint_that_is_throttled_holds_up_no_other():
    queue, deliveries = Queue(1), Deliveries("whk_1")
    with pytest.raises(ContentionError):
        push(queue, deliveries, "healthy healthy")
    assert deliveries.due == [("whk_2", "1"), ("whk_2", "2")]


def test_what_the_queue_refuses_waits_for_the_sweep():
    queue, deliveries = Queue(1), Deliveries()
    push(queue, deliveries, "healthy")
    assert len(queue.sent) == 1
    assert deliveries.due == [("whk_1", "2")]
