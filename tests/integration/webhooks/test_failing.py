"""What the failures of an endpoint come to in the end, and which failures are not its own."""

from datetime import timedelta

from agent_messaging.webhooks.delivery import DeliveryStatus
from agent_messaging.webhooks.egress import Failure
from agent_messaging.webhooks.model import EndpointStatus
from tests.integration.webhooks.world import START, World, answer

FIVE_DAYS_AGO = START - timedelta(days=5)


def test_a_fault_of_this_server_is_tried_again_and_not_held_against_the_endpoint(world: World):
    endpoint, event = world.endpoint(failing_since=FIVE_DAYS_AGO), world.event()
    world.answers.results = [answer(None, Failure.INTERNAL_ERROR)] * 3 + [answer()]
    world.pushed(event)
    assert world.swept(minutes=5) == 1
    world.deliver()
    assert world.stored(endpoint) == endpoint
    assert [each.error for each in world.delivery(endpoint, event).attempts] == ["internal_error"]
    while world.delivery(endpoint, event).is_queued:
        world.swept(hours=2)
        world.deliver()
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED
    assert world.stored(endpoint).failing_since is None


def test_an_endpoint_that_only_this_server_failed_is_as_it_was_in_the_end(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(None, Failure.INTERNAL_ERROR)]
    world.pushed(event)
    world.deliver()
    while world.delivery(endpoint, event).is_queued:
        world.swept(hours=6)
        world.deliver()
    assert len(world.answers.sent) == 10
    assert world.stored(endpoint) == endpoint
    error = "The server failed to call the webhook of the recipient."
    assert world.receipt(event)["delivery_error"] == error


def test_an_endpoint_that_refuses_every_event_for_five_days_is_disabled(world: World):
    endpoint = world.endpoint()
    world.answers.results = [answer(404)]
    world.pushed(world.event())
    for _ in range(2):
        world.deliver()
    since = world.stored(endpoint).refusing_since
    assert since is not None
    for days, status in ((4, EndpointStatus.ACTIVE), (5, EndpointStatus.DISABLED)):
        world.now = since + timedelta(days=days)
        world.queue.messages.clear()
        world.pushed(world.event())
        world.deliver()
        assert world.stored(endpoint).status is status
    found = world.stored(endpoint)
    assert found.disabled_reason == "failing"
    assert found.refusing_since is None
    assert [each["type"] for each in world.outbox_events()] == ["webhook.disabled"]


def test_one_success_ends_what_an_endpoint_refused(world: World):
    endpoint = world.endpoint(refusing_since=FIVE_DAYS_AGO)
    world.pushed(world.event())
    world.deliver()
    assert world.stored(endpoint).refusing_since is None
    world.answers.results = [answer(404)]
    world.pushed(world.event())
    world.deliver()
    assert world.stored(endpoint).is_active


def test_failures_and_refusals_count_together(world: World):
    endpoint = world.endpoint(refusing_since=FIVE_DAYS_AGO, failing_since=START)
    world.answers.results = [answer(503)]
    world.pushed(world.event())
    assert world.swept(minutes=5) == 1
    world.deliver()
    assert world.stored(endpoint).disabled_reason == "failing"
