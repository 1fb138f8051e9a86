"""The two functions, as the queue and the schedule call them, under their roles."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.webhooks import delivery, sweep
from agent_messaging.webhooks.deliveries import DeliveriesTable
from agent_messaging.webhooks.delivery import DeliveryStatus
from agent_messaging.webhooks.egress import Egress
from local.in_process.functions import TEMPLATE, app
from local.in_process.runtime import Context
from tests.integration.webhooks.receiver import answering, receiving
from tests.integration.webhooks.world import AGENT, World, answer


class Deployed:
    """The functions over a queue that is a list."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.module = app("webhook_sender")
        sender = self.module.sender
        monkeypatch.setattr(sender, "egress", world.answers)
        monkeypatch.setattr(sender.outcomes.queue, "send", world.queue.send)
        monkeypatch.setattr(app("webhook_sweep").queue, "send", world.queue.send)
        monkeypatch.setattr(clock, "now", lambda: world.now)
        sender._held_at.clear()

    def deliver(self) -> list[dict[str, str]]:
        messages, self.world.queue.messages = self.world.queue.messages, []
        failures = []
        for number, each in enumerate(messages):
            self.world.now += timedelta(seconds=each.delay_seconds)
            event = {"Records": [{"messageId": str(number), "body": each.body}]}
            failures += self.module.handler(event, Context())["batchItemFailures"]
        return failures

    def sweep(self, **after: float) -> int:
        self.world.now += timedelta(**after)
        sent: int = app("webhook_sweep").handler({}, Context())["sent"]
        return sent


@pytest.fixture
def deployed(world: World, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    return Deployed(world, monkeypatch)


def test_from_the_push_to_a_receiver(world: World, deployed: Deployed, monkeypatch):
    with receiving(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as receiver:
        address = f"127.0.0.1:{receiver.port}"
        monkeypatch.setattr(deployed.module.sender, "egress", Egress(address))
        endpoint, event = world.endpoint(url=f"http://{address}/agent"), world.event()
        world.pushed(event)
        assert deployed.deliver() == []
        assert [body for *_, body in receiver.requests] == [event.to_json().encode()]
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED
    assert world.receipt(event)["delivered_via"] == "webhook"


def test_a_delivery_that_fails_is_swept_until_it_succeeds(world: World, deployed: Deployed):
    """It uses every right of both roles, but those of an endpoint that is disabled."""
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(503), answer(503), answer(503), answer()]
    world.pushed(event)
    for _ in range(3):
        assert deployed.deliver() == []
    assert world.stored(endpoint).failing_since is not None
    assert deployed.sweep(minutes=34) == 1
    assert deployed.deliver() == []
    assert world.stored(endpoint).failing_since is None
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


def test_an_endpoint_that_is_gone_is_disabled(world: World, deployed: Deployed):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(410)]
    world.pushed(event)
    assert deployed.deliver() == []
    assert not world.stored(endpoint).is_active
    assert world.feed.listeners(AGENT) == []
    assert world.receipt(event)["delivery_error"].startswith("The webhook of the recipient failed")


def test_while_dynamodb_throttles_the_queue_keeps_the_job(world: World, deployed: Deployed):
    endpoint, event = world.endpoint(), world.event()
    world.pushed(event)
    (message,) = world.queue.messages
    throttled = {"Error": {"Code": "ThrottlingException", "Message": "slow down"}}
    world.cloud.fail("PutItem", 1, throttled)
    assert deployed.deliver() == [{"itemIdentifier": "0"}]
    world.queue.messages = [message]
    assert deployed.deliver() == []
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


def test_each_sweep_begins_with_another_shard_and_the_shards_take_turns(
    world: World, deployed: Deployed, monkeypatch
):
    monkeypatch.setattr(sweep, "PAGE", 3)
    world.endpoint(failing_since=world.now)
    world.pushed(*[world.event() for _ in range(30)])
    asked, due = [], DeliveriesTable.due
    monkeypatch.setattr(
        DeliveriesTable, "due", lambda *args: (asked.append(args[1]), due(*args))[1]
    )
    assert deployed.sweep(minutes=5) == 30
    assert asked[:4] == asked[4:8] == [(asked[0] + number) % 4 for number in range(4)]
    first, asked[:] = asked[0], []
    deployed.sweep(minutes=1)
    assert asked[0] == (first + 1) % 4


def test_a_sweep_without_time_stops(world: World, deployed: Deployed):
    world.endpoint(failing_since=world.now)
    world.pushed(world.event())
    world.now += timedelta(minutes=5)
    assert app("webhook_sweep").handler({}, Context(1000)) == {"sent": 0}
    assert len(world.queue.messages) == 1
    assert deployed.sweep() == 1
    deployed.deliver()
    assert len(world.answers.sent) == 1


def test_the_template_opens_no_local_address():
    for name in ("WebhookSenderFunction", "WebhookSweepFunction"):
        assert "LOCAL_ONLY" not in TEMPLATE.functions[name].environment
    assert app("webhook_sender").sender.egress.local_only == ""


def test_a_deployed_sender_calls_no_local_address(world: World, deployed: Deployed, monkeypatch):
    with receiving(answering(b"HTTP/1.1 200 OK\r\n\r\n")) as receiver:
        monkeypatch.setattr(deployed.module.sender, "egress", Egress(""))
        endpoint = world.endpoint(url=f"http://127.0.0.1:{receiver.port}/agent")
        event = world.event()
        world.pushed(event)
        deployed.deliver()
        assert receiver.connections == 0
    assert world.delivery(endpoint, event).attempts[0].error == "url"


def test_a_delivery_has_the_ulid_of_its_event():
    assert (
        delivery.event_id_of("dlv_01khhfxva06yfe1qvcvd072mx5") == "evt_01khhfxva06yfe1qvcvd072mx5"
    )
