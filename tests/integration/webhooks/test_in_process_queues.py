"""The queues of this process deliver to the template's functions, as SQS and Lambda do."""

import pytest

from agent_messaging import clock
from agent_messaging.storage.queue import Queue, QueueMessage
from agent_messaging.webhooks.delivery import DeliveryStatus
from agent_messaging.webhooks.push import WebhookPush
from local.in_process.functions import app
from local.in_process.queues import Queues
from tests.integration.webhooks.world import AGENT, START, World, answer

NAME = "WebhooksQueue"


@pytest.fixture
def queues(world: World, monkeypatch):
    found = Queues(START.timestamp())
    monkeypatch.setattr(app("webhook_sender").sender, "egress", world.answers)
    monkeypatch.setattr(clock, "now", lambda: START.fromtimestamp(found.now, START.tzinfo))
    app("webhook_sender").sender._held_at.clear()
    with found.installed():
        yield found


def pushed(world: World, *events) -> None:
    push = WebhookPush(Queue(f"https://sqs/1/{NAME}"), world.deliveries)
    push.push(AGENT, world.feed.listeners(AGENT), events, world.now)


def test_a_message_that_fails_comes_again_on_the_clock(world: World, queues: Queues):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(503), answer()]
    pushed(world, event)
    assert queues.deliver() == 1
    assert queues.deliver() == 0
    assert queues.next_at() == pytest.approx(queues.now + 5, abs=0.6)
    queues.now += 6
    assert queues.deliver() == 1
    assert queues.waiting(NAME) == 0
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


def test_a_message_that_no_function_can_read_is_given_up(queues: Queues):
    queues.send(NAME, [QueueMessage("{", "group")])
    for _ in range(6):
        queues.deliver()
        queues.now += 180
    assert [each.body for each in queues.dead] == ["{"]
    assert queues.waiting(NAME) == 0
