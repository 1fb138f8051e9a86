"""From the push to the receiver: what an attempt writes, and when the next one is."""

import json
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from agent_messaging import clock
from agent_messaging.feed.model import EventType
from agent_messaging.webhooks import signing
from agent_messaging.webhooks.delivery import DeliveryStatus
from agent_messaging.webhooks.egress import Egress
from agent_messaging.webhooks.job import Job
from agent_messaging.webhooks.model import EndpointStatus
from agent_messaging.webhooks.push import message
from local.in_process.functions import app
from tests.integration.webhooks.receiver import OK, answering, receiving
from tests.integration.webhooks.world import AGENT, SECRET, START, World, answer, at

LATER = {"minutes": 30, "seconds": 1}


def test_an_event_reaches_a_receiver_and_its_receipt_says_so(world: World):
    with receiving(answering(OK)) as receiver:
        endpoint = world.endpoint(url=f"http://127.0.0.1:{receiver.port}/agent")
        world.sender.egress = Egress(f"127.0.0.1:{receiver.port}")
        event = world.event()
        world.pushed(event)
        assert world.deliver() == []
        ((line, headers, body),) = receiver.requests
    assert line == "POST /agent HTTP/1.1"
    assert body == event.to_json().encode()
    assert headers["webhook-id"] == event.event_id
    assert headers["Content-Type"] == "application/json"
    signed = signing.headers(event.event_id, START, body, [SECRET])
    assert headers["webhook-signature"] == signed["webhook-signature"]
    found = world.delivery(endpoint, event)
    assert found.status is DeliveryStatus.DELIVERED
    assert [each.status_code for each in found.attempts] == [204]
    receipt = world.receipt(event)
    assert receipt["delivered_via"] == "webhook"
    assert receipt["to_agent_id"] == AGENT


def test_the_library_verifies_what_was_sent(world: World):
    world.endpoint()
    world.now = clock.now()
    event = world.event()
    world.pushed(event)
    world.deliver()
    ((_, headers, body),) = world.answers.sent
    assert Webhook(SECRET).verify(body, headers)["event_id"] == event.event_id


@pytest.mark.parametrize(
    ("event_types", "wanted"),
    [
        (None, True),
        (["message.received"], True),
        (["message.*"], True),
        (["work_order.*", "message.received"], True),
        (["message.read"], False),
        (["work_order.*"], False),
    ],
)
def test_an_endpoint_gets_the_types_that_it_asked_for(event_types, wanted, world: World):
    world.endpoint(event_types=event_types)
    world.pushed(world.event(EventType.MESSAGE_RECEIVED))
    assert bool(world.queue.messages) is wanted


def test_three_endpoints_get_an_event_each_in_its_own_group(world: World):
    hooks = {world.endpoint(f"hook#{number}").webhook_id for number in (1, 2, 3)}
    world.pushed(world.event())
    assert {each.group for each in world.queue.messages} == hooks
    world.deliver()
    assert len(world.answers.sent) == 3


def test_a_listener_of_another_kind_and_a_broken_one_are_passed_over(world: World):
    world.endpoint("hook#2")
    broken = {"agent_id": AGENT, "entry": "z#hook#1", "webhook_id": "whk_1", "event_types": 5}
    socket = {"agent_id": AGENT, "entry": "z#ws#1", "key_id": "key_1"}
    world.cloud.write("AgentFeedTable", broken, socket)
    world.pushed(world.event())
    assert len(world.queue.messages) == 1


def test_an_attempt_that_fails_comes_again_by_the_schedule(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(503), answer(None, "timeout"), answer(500), answer()]
    world.pushed(event)
    world.deliver()
    assert [each.delay_seconds for each in world.queue.messages] == [5]
    world.deliver()
    assert [each.delay_seconds for each in world.queue.messages] == [300]
    world.deliver()
    assert world.queue.messages == []  # The next one is later than a queue can wait.
    found = world.delivery(endpoint, event)
    assert found.next_attempt_at == world.now + timedelta(minutes=30, milliseconds=20)
    assert world.swept(minutes=30) == 0
    assert world.swept(seconds=1) == 1
    world.deliver()
    found = world.delivery(endpoint, event)
    told = [(each.status_code, each.error) for each in found.attempts]
    assert told == [(503, "status"), (None, "timeout"), (500, "status"), (204, None)]
    assert found.status is DeliveryStatus.DELIVERED
    assert {headers["webhook-id"] for _, headers, _ in world.answers.sent} == {event.event_id}
    assert {body for *_, body in world.answers.sent} == {event.to_json().encode()}


def test_the_receiver_can_ask_for_a_longer_pause(world: World):
    world.endpoint()
    world.answers.results = [answer(429, retry_after="600")]
    world.pushed(world.event())
    world.deliver()
    assert [each.delay_seconds for each in world.queue.messages] == [600]


def test_after_ten_attempts_the_delivery_has_failed_and_the_receipt_says_why(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(503)]
    world.pushed(event)
    world.deliver()
    while (found := world.delivery(endpoint, event)).next_attempt_at is not None:
        if found.due_at:
            world.now = found.next_attempt_at
            assert world.swept() == 1
        world.deliver()
    assert (found.status, len(found.attempts)) == (DeliveryStatus.FAILED, 10)
    assert world.receipt(event)["delivery_error"] == (
        "The webhook of the recipient failed: status 503."
    )
    assert "delivered_at" not in world.receipt(event)
    assert found.next_attempt_at is None


def test_a_410_disables_the_endpoint_and_says_so(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(410)]
    world.pushed(event)
    world.deliver()
    assert world.stored(endpoint).status is EndpointStatus.DISABLED
    assert world.delivery(endpoint, event).status is DeliveryStatus.FAILED
    (told,) = world.outbox_events()
    assert (told["type"], json.loads(told["data"])["reason"]) == ("webhook.disabled", "gone")
    world.pushed(world.event())
    assert world.queue.messages == []


def test_five_failing_days_disable_the_endpoint(world: World):
    endpoint = world.endpoint(failing_since=START - timedelta(days=5))
    world.answers.results = [answer(503)]
    event = world.event()
    world.pushed(event)
    world.swept(minutes=5)
    world.deliver()
    assert world.stored(endpoint).disabled_reason == "failing"
    assert world.delivery(endpoint, event).status is DeliveryStatus.FAILED
    assert [each["type"] for each in world.outbox_events()] == ["webhook.disabled"]


def test_a_second_failure_marks_the_endpoint_and_a_success_unmarks_it(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(503), answer(503), answer(503), answer()]
    world.pushed(event)
    world.deliver()
    assert world.stored(endpoint).failing_since is None
    world.deliver()
    assert world.stored(endpoint).failing_since is not None
    (listener,) = world.feed.listeners(AGENT)
    assert listener["is_failing"] is True
    world.deliver()
    world.swept(**LATER)
    world.deliver()
    assert world.stored(endpoint).failing_since is None
    (listener,) = world.feed.listeners(AGENT)
    assert listener["is_failing"] is False


def test_while_an_endpoint_fails_new_events_wait_for_the_sweep(world: World):
    endpoint = world.endpoint(failing_since=START)
    event = world.event()
    world.pushed(event)
    assert world.queue.messages == []
    assert world.delivery(endpoint, event).due_at == at(START + timedelta(minutes=5))
    assert (world.swept(minutes=4), world.swept(minutes=1)) == (0, 1)
    world.deliver()
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


def test_an_endpoint_that_hangs_is_attempted_once_and_the_rest_is_postponed(world: World):
    endpoint = world.endpoint(failing_since=START)
    events = [world.event() for _ in range(20)]
    world.answers.results = [answer(None, "timeout")]
    world.pushed(*events)
    assert world.swept(minutes=5) == 20
    world.deliver()
    assert len(world.answers.sent) == 1
    found = [world.delivery(endpoint, event) for event in events]
    assert sum(len(each.attempts) for each in found) == 1
    assert all(each.due_at for each in found)


def test_if_the_queue_refuses_a_job_the_sweep_sends_it(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.queue.failures = 1
    world.pushed(event)
    assert world.swept() == 1
    world.deliver()
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


def test_a_job_that_comes_twice_is_sent_once(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.pushed(event)
    world.pushed(event)
    assert len(world.queue.messages) == 2
    world.deliver()
    assert len(world.answers.sent) == 1
    assert len(world.delivery(endpoint, event).attempts) == 1


def test_a_crash_between_the_item_and_the_next_job_loses_nothing(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(503), answer()]
    world.pushed(event)
    (message,) = world.queue.messages
    world.queue.failures = 1  # The item is written, the next job is not sent.
    assert world.deliver() == ["0"]
    assert world.queue.messages == []
    world.queue.messages = [message]  # SQS delivers the message again.
    assert world.deliver() == []
    assert [each.delay_seconds for each in world.queue.messages] == [5]
    assert len(world.answers.sent) == 1
    world.deliver()
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


def test_a_sweep_that_dies_after_the_queue_has_a_job_sends_it_again(world: World, monkeypatch):
    endpoint, event = world.endpoint(failing_since=START), world.event()
    world.pushed(event)
    with monkeypatch.context() as patch:
        patch.setattr(world.deliveries.__class__, "leave_to_queue", lambda *_: None)
        world.swept(minutes=5)
    world.swept()
    assert len(world.queue.messages) == 2
    world.deliver()
    assert len(world.answers.sent) == 1
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


def test_a_job_of_a_deleted_endpoint_is_dropped(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.pushed(event)
    app("webhooks").endpoints.remove(endpoint)
    assert world.deliver() == []
    assert world.answers.sent == []


def test_a_job_of_a_disabled_endpoint_fails(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.pushed(event)
    world.endpoint(webhook_id=endpoint.webhook_id, status="disabled", disabled_reason="gone")
    world.deliver()
    assert world.answers.sent == []
    found = world.delivery(endpoint, event)
    assert (found.status, found.attempts[0].error) == (DeliveryStatus.FAILED, "disabled")


def test_an_event_that_has_expired_from_the_feed_fails(world: World):
    endpoint, event = world.endpoint(failing_since=START), world.event()
    world.pushed(event)
    world.swept(days=8)
    world.deliver()
    assert world.delivery(endpoint, event).attempts[0].error == "expired"


def test_a_test_event_is_kept_with_its_delivery(world: World):
    endpoint = world.endpoint()
    job = Job(
        webhook_id=endpoint.webhook_id,
        event_id="evt_01kjm8q3v0000000000000000a",
        agent_id=AGENT,
        slot=endpoint.slot,
        type=EventType.WEBHOOK_TEST,
        event='{"type":"webhook.test"}',
    )
    created = world.deliveries.create(job, world.now)
    assert created.delivery_id == "dlv_01kjm8q3v0000000000000000a"
    world.answers.results = [answer(503), answer(503), answer(503), answer()]
    for _ in range(3):
        world.queue.messages = world.queue.messages or [message(job)]
        world.deliver()
    world.swept(**LATER)
    world.deliver()
    assert world.answers.sent[-1][2] == b'{"type":"webhook.test"}'
    found = world.deliveries.fetch(endpoint.webhook_id, job.event_id)
    assert found is not None
    assert (found.status, len(found.attempts)) == (DeliveryStatus.DELIVERED, 4)


def test_an_unreadable_message_is_reported(world: World):
    record = {"messageId": "m", "body": "{"}
    assert world.sender.serve([record], lambda: START) == ["m"]
