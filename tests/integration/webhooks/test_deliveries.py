"""The deliveries that an owner sees: pages, filters, retries by hand, and what all of it costs."""

from datetime import timedelta

import pytest

from agent_messaging.feed.model import EventType
from agent_messaging.storage.table import encode
from agent_messaging.webhooks.deliveries import to_item
from agent_messaging.webhooks.delivery import Attempt, Delivery, DeliveryStatus, event_id_of
from agent_messaging.webhooks.push import message
from agent_messaging.webhooks.schedule import PAUSES
from local.in_process import units
from local.in_process.functions import TEMPLATE
from tests.integration.webhooks.world import START, World, answer

LONG = "a" * 64


def test_pages_are_newest_first_and_end(world: World):
    endpoint = world.endpoint()
    events = []
    for _ in range(5):
        world.now += timedelta(seconds=1)
        events.append(world.event())
    world.pushed(*events)
    world.deliver()
    seen, before = [], None
    while True:
        page = world.deliveries.page(endpoint.webhook_id, before=before, limit=2)
        seen += [each.event_id for each in page.deliveries]
        if (before := page.resume) is None:
            break
    assert seen == [event.event_id for event in reversed(events)]


def test_a_page_shows_what_the_filter_names(world: World):
    endpoint = world.endpoint()
    read, received = world.event(EventType.MESSAGE_READ), world.event()
    world.answers.results = [answer(503), answer()]
    world.pushed(read, received)
    world.deliver()
    hook = endpoint.webhook_id
    for filters, expected in (
        ({"status": DeliveryStatus.DELIVERED}, [received]),
        ({"status": DeliveryStatus.QUEUED}, [read]),
        ({"event_type": "message.read"}, [read]),
        ({"status": DeliveryStatus.FAILED}, []),
        ({"status": DeliveryStatus.QUEUED, "event_type": "message.received"}, []),
    ):
        page = world.deliveries.page(hook, limit=10, **filters)
        assert [each.event_id for each in page.deliveries] == [each.event_id for each in expected]


def test_a_filtered_page_continues_where_it_was_cut(world: World):
    endpoint = world.endpoint()
    events = [world.event() for _ in range(3)]
    world.pushed(*events)
    world.deliver()
    found, before = [], None
    for _ in range(3):
        page = world.deliveries.page(
            endpoint.webhook_id, status=DeliveryStatus.DELIVERED, before=before, limit=1
        )
        found += [each.event_id for each in page.deliveries]
        before = page.resume
    assert found == sorted((event.event_id for event in events), reverse=True)


def test_a_delivery_that_failed_begins_again(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(410), answer()]
    world.pushed(event)
    world.deliver()
    world.endpoint(webhook_id=endpoint.webhook_id)
    failed = world.delivery(endpoint, event)
    assert event_id_of(failed.delivery_id) == event.event_id
    again = world.deliveries.requeue(endpoint.webhook_id, event.event_id, world.now)
    assert again is not None
    assert (again.status, again.step, len(again.attempts)) == (DeliveryStatus.QUEUED, 0, 1)
    assert again.next_attempt_at == world.now
    world.queue.send([message(again.job())])
    world.deliver()
    found = world.delivery(endpoint, event)
    assert (found.status, len(found.attempts)) == (DeliveryStatus.DELIVERED, 2)
    assert world.swept(hours=1) == 0
    assert world.receipt(event)["delivered_via"] == "webhook"


def test_a_retry_that_never_reached_the_queue_is_swept(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(410), answer()]
    world.pushed(event)
    world.deliver()
    world.endpoint(webhook_id=endpoint.webhook_id)
    world.deliveries.requeue(endpoint.webhook_id, event.event_id, world.now)
    assert world.swept(minutes=1) == 1
    world.deliver()
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


def test_what_was_delivered_can_be_replayed(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.pushed(event)
    world.deliver()
    again = world.deliveries.requeue(endpoint.webhook_id, event.event_id, world.now)
    assert again is not None
    world.queue.send([message(again.job()), message(again.job())])
    world.deliver()
    assert len(world.answers.sent) == 2
    assert [body for *_, body in world.answers.sent] == [event.to_json().encode()] * 2


def test_there_is_nothing_to_retry_of_an_unknown_delivery(world: World):
    assert world.deliveries.requeue("whk_1", "evt_1", START) is None


GET, PUT, UPDATE, QUERY = "GetItem", "PutItem", "UpdateItem", "Query"
TABLE = next(table for table in TEMPLATE.tables if table.name == "WebhookDeliveriesTable")


def calls(world: World) -> list[str]:
    """The calls to DynamoDB since this was last asked."""
    return [call.operation for call in world.cloud.cost()]


def written(before: Delivery | None, after: Delivery) -> float:
    """The write units of a change, those of the index included."""
    old, new = before and encode(to_item(before)), encode(to_item(after))
    return units.write_units(old, new) + sum(units.index_units(TABLE.create, old, new).values())


def test_what_an_attempt_costs(world: World):
    """Two reads of one unit each, of the delivery and the endpoint, and one write."""
    endpoint, event = world.endpoint(), world.event(receipt_for=None)
    world.answers.results = [answer(503), answer()]
    world.pushed(event)
    world.cloud.cost()
    world.deliver()
    assert calls(world) == [GET, GET, PUT]
    failed = world.delivery(endpoint, event)
    assert written(None, failed) == 1
    calls(world)
    world.deliver()
    assert calls(world) == [GET, GET, PUT]
    assert written(failed, world.delivery(endpoint, event)) == 1


def test_what_a_late_attempt_costs(world: World):
    """One unit into the index and one out of it, one for the sweep, and the event is read."""
    endpoint, event = world.endpoint(failing_since=START), world.event(receipt_for=None)
    world.answers.results = [answer(503)]
    world.pushed(event)
    waiting = world.delivery(endpoint, event)
    assert written(None, waiting) == 2
    calls(world)
    world.swept(minutes=5)
    assert sorted(calls(world)) == [QUERY] * 4 + [UPDATE]
    swept = world.delivery(endpoint, event)
    assert written(waiting, swept) == 2
    calls(world)
    world.deliver()
    assert calls(world) == [GET, GET, GET, PUT]
    assert written(swept, world.delivery(endpoint, event)) == 2


def test_the_largest_delivery_is_one_write_unit():
    last = Attempt(at=START, status_code=503, duration_ms=10_000, error="status")
    largest = Delivery(
        webhook_id="whk_01khhfxva0n6ekdjsq6kskxyz9",
        event_id="evt_01khhfxva06yfe1qvcvd072mx5",
        agent_id=LONG,
        slot="hook#3",
        type="work_order.input_required",
        created_at=START,
        position="e#00001.000000000042",
        tries=tuple(last.to_text() for _ in PAUSES),
        made=9,
        step=9,
    )
    item = encode(to_item(largest.after(last).due(START)))
    assert units.write_units(None, item) == 1, units.size_of(item)


@pytest.mark.parametrize("error", [None, "timeout"])
@pytest.mark.parametrize("status_code", [None, 204])
def test_an_attempt_is_kept_as_text(status_code, error):
    attempt = Attempt(at=START, status_code=status_code, duration_ms=7, error=error)
    delivery = Delivery(
        webhook_id="w", event_id="evt_1", agent_id="a", slot="hook#1", type="t", created_at=START
    ).after(attempt)
    assert delivery.attempts == [attempt]
