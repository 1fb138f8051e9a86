"""What happens between a read and a write of a webhook or a delivery: the write decides."""

from dataclasses import dataclass

import pytest

from agent_messaging.storage.queue import QueueMessage
from agent_messaging.webhooks.attempt import WebhookSender
from agent_messaging.webhooks.delivery import DeliveryStatus
from agent_messaging.webhooks.egress import Result
from agent_messaging.webhooks.job import parse
from local.in_process.host import Agent
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.calls.operations import PUT, TRANSACT
from tests.integration.cloud import Cloud
from tests.integration.webhooks.endpoints import URL, change, create, created
from tests.integration.webhooks.world import START, World, answer


@pytest.fixture
def scout(cloud: Cloud) -> Agent:
    return cloud.register("scout")


@dataclass
class Slow:
    """A receiver that answers the second sender of a job before the first one."""

    world: World
    second: WebhookSender
    sent: QueueMessage

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Result:
        self.second.attempt(parse(self.sent.body), self.world.now)
        return answer(500)


def test_two_senders_at_once_record_one_attempt(world: World):
    endpoint, event, second = world.endpoint(), world.event(), world.new_sender()
    world.pushed(event)
    world.answers.results = [answer(503)]
    world.sender.egress = Slow(world, second, world.queue.messages[0])  # type: ignore[assignment]
    world.deliver()
    assert [each.status_code for each in world.delivery(endpoint, event).attempts] == [503]
    assert len(world.queue.messages) == 1


def test_a_delivery_that_is_attempted_during_the_sweep_is_swept_again(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """Its next time is in the index before the sweep takes the old one out."""
    endpoint, event = world.endpoint(failing_since=START), world.event()
    world.pushed(event)
    world.answers.results = [answer(503, retry_after="1800"), answer()]
    send = world.queue.send

    def send_and_deliver(messages: list[QueueMessage]) -> None:
        send(messages)
        world.deliver()

    monkeypatch.setattr(world.queue, "send", send_and_deliver)
    assert world.swept(minutes=5) == 1
    assert world.swept(minutes=31) == 1
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


def test_a_retry_that_an_attempt_overtakes_shows_the_outcome_of_the_attempt(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(503), answer()]
    world.pushed(event)
    world.deliver()
    with overtaken("webhook_sender", PUT, world.deliver):
        shown = world.deliveries.requeue(endpoint.webhook_id, event.event_id, world.now)
    found = world.delivery(endpoint, event)
    assert (found.status, len(found.attempts)) == (DeliveryStatus.DELIVERED, 2)
    assert shown == found


def test_a_change_and_a_creation_at_once_give_one_url_to_one_webhook(cloud: Cloud, scout: Agent):
    """The creation takes a slot that was free when the change read it."""
    first = created(cloud, scout, f"{URL}/first")["webhook_id"]
    with overtaken("webhooks", TRANSACT, lambda: create(cloud, scout).status) as other:
        refused = change(cloud, scout, first, url=URL)
    assert (other, refused.status, refused.json["code"]) == ([201], 409, "webhook_exists")
