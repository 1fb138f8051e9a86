"""What one sender, one receiver or one lost job cannot do to the other deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from agent_messaging import deadline, ids
from agent_messaging.errors import OutOfTimeError
from agent_messaging.feed.model import EventType, NewEvent, Source, data_text, event_id
from agent_messaging.webhooks import sweep
from agent_messaging.webhooks.delivery import DeliveryStatus
from agent_messaging.webhooks.egress import Result
from agent_messaging.webhooks.job import Job, parse
from agent_messaging.webhooks.model import EndpointStatus
from agent_messaging.webhooks.push import message
from tests.integration.webhooks.world import AGENT, START, World, answer

HELD = Result(None, "timeout", 10_000)  # type: ignore[arg-type]


@dataclass
class Picky:
    """A receiver that answers some events with another status."""

    status: int
    refused: set[str] = field(default_factory=set)
    taken: list[str] = field(default_factory=list)

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Result:
        if headers["webhook-id"] in self.refused:
            return answer(self.status)
        self.taken.append(headers["webhook-id"])
        return answer()


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_a_receiver_that_refuses_one_event_gets_the_others_at_once(world: World, status: int):
    endpoint = world.endpoint()
    world.sender.egress = picky = Picky(status)  # type: ignore[assignment]
    bad = world.event()
    picky.refused = {bad.event_id}
    world.pushed(bad)
    for _ in range(3):
        world.deliver()
    assert len(world.delivery(endpoint, bad).attempts) == 3
    assert world.stored(endpoint).failing_since is None
    good = world.event()
    world.pushed(good)
    world.deliver()
    assert picky.taken == [good.event_id]


@pytest.mark.parametrize("status", [408, 429, 500, 503, 302])
def test_other_failures_say_that_the_endpoint_fails(world: World, status: int):
    endpoint = world.endpoint()
    world.answers.results = [answer(status)]
    world.pushed(world.event())
    for _ in range(2):
        world.deliver()
    assert world.stored(endpoint).failing_since is not None


def test_a_failure_that_comes_at_once_postpones_nothing(world: World):
    world.endpoint(failing_since=START)
    world.answers.results = [answer(503)]
    world.pushed(*[world.event() for _ in range(5)])
    assert world.swept(minutes=5) == 5
    world.deliver()
    assert len(world.answers.sent) == 5


def test_what_is_postponed_keeps_all_its_attempts(world: World):
    endpoint = world.endpoint(failing_since=START)
    events = [world.event() for _ in range(2)]
    world.answers.results = [HELD]
    world.pushed(*events)
    world.swept(minutes=5)
    world.deliver()
    (waiting,) = [each for each in (world.delivery(endpoint, e) for e in events) if not each.made]
    assert (waiting.step, waiting.next_attempt_at) == (2, world.now + timedelta(minutes=5))


SLOW, FAST = Result(204, None, 5_000), Result(204, None, 4_999)


def test_an_endpoint_that_is_slow_twice_in_a_row_gets_its_next_events_later(world: World):
    endpoint = world.endpoint()
    for results, is_slow in (([SLOW], False), ([FAST], False), ([SLOW], False), ([SLOW], True)):
        world.answers.results = results
        world.pushed(world.event())
        world.deliver()
        assert (world.stored(endpoint).slow_since is not None) is is_slow
    world.now += timedelta(minutes=1)
    event = world.event()
    world.pushed(event)
    assert world.queue.messages == []
    world.answers.results = [FAST]
    assert world.swept(minutes=5) == 1
    world.deliver()
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED
    assert world.stored(endpoint).slow_since is None
    world.pushed(world.event())
    assert len(world.queue.messages) == 1


def test_slow_answers_leave_an_instance_time_for_others(world: World):
    endpoint, started = world.endpoint(slow_since=START), world.now
    world.answers.results = [SLOW]
    events = [world.event() for _ in range(5)]
    world.pushed(*events)
    assert world.swept(minutes=5) == 5
    world.deliver()
    assert len(world.answers.sent) == 1
    while len(world.answers.sent) < 5:
        world.swept(minutes=1)
        world.deliver()
    assert {world.delivery(endpoint, each).status for each in events} == {DeliveryStatus.DELIVERED}
    assert world.now - started < timedelta(hours=1)


def test_copies_of_one_job_change_nothing(world: World):
    endpoint, event = world.endpoint(failing_since=START), world.event()
    world.answers.results = [HELD]
    world.pushed(world.event())
    world.swept(minutes=5)
    world.deliver()
    job = Job(
        webhook_id=endpoint.webhook_id,
        event_id=event.event_id,
        agent_id=AGENT,
        slot=endpoint.slot,
        event=event.to_json(),
        type=event.type,
        position=event.position.key,
    )
    world.queue.messages = [message(job)]
    world.deliver()
    before = world.delivery(endpoint, event)
    world.now += timedelta(seconds=1)
    world.queue.messages = [message(job)] * 5
    world.deliver()
    assert world.delivery(endpoint, event) == before
    assert (before.step, before.made, len(world.answers.sent)) == (0, 0, 1)


def test_a_retry_by_hand_right_after_a_repair_is_attempted(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [HELD]
    world.pushed(event)
    for _ in range(2):
        world.deliver()
    assert world.stored(endpoint).failing_since is not None
    world.queue.messages, world.answers.results = [], [answer()]
    again = world.deliveries.requeue(endpoint.webhook_id, event.event_id, world.now)
    assert again is not None
    world.queue.send([message(again.job())])
    world.deliver()
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize("retry_after", [None, "600"])
def test_a_lost_job_of_the_sweep_is_sent_again(world: World, retry_after: str | None):
    endpoint, event = world.endpoint(), world.event()
    world.queue.failures = 1
    world.pushed(event)
    world.answers.results = [answer(503, retry_after=retry_after), answer()]
    assert world.swept(seconds=1) == 1
    (job,) = world.queue.messages
    world.queue.failures = 1  # The attempt is written, the next job is not sent.
    assert world.deliver() == ["0"]
    world.now += timedelta(seconds=180)
    world.queue.messages = [job]
    assert world.deliver() == []
    world.deliver()
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED
    assert len(world.answers.sent) == 2


def test_a_job_of_the_sweep_that_is_early_by_another_clock_is_not_lost(world: World):
    endpoint, event = world.endpoint(failing_since=START), world.event()
    world.pushed(event)
    world.swept(minutes=5)
    world.now -= timedelta(milliseconds=30)
    world.deliver()
    world.now += timedelta(milliseconds=30)
    world.deliver()
    assert world.delivery(endpoint, event).status is DeliveryStatus.DELIVERED


def test_the_body_of_a_job_has_only_characters_that_sqs_takes(world: World):
    world.endpoint()
    new = NewEvent(
        agent_id=AGENT,
        event_id=event_id(world.now, "odd"),
        type=EventType.MESSAGE_RECEIVED,
        occurred_at=world.now,
        data=data_text({"message_id": ids.new("msg", world.now), "subject": "\uffff\ufffe Grüße"}),
    )
    (event,) = world.feed.append(AGENT, [(new, Source(stream="m", number=1))], world.now)
    world.pushed(event)
    (sent,) = world.queue.messages
    assert sent.body.isascii()
    assert parse(sent.body).event == event.to_json()


def test_one_job_that_fails_by_a_fault_does_not_fail_the_others(world: World):
    endpoint = world.endpoint()
    events = [world.event() for _ in range(2)]
    world.pushed(*events)
    real = world.answers.post

    class Broken:
        def post(self, url: str, headers: dict[str, str], body: bytes) -> Result:
            if headers["webhook-id"] == events[0].event_id:
                raise OverflowError
            return real(url, headers, body)

    world.sender.egress = Broken()  # type: ignore[assignment]
    records = [
        {"messageId": str(number), "body": each.body}
        for number, each in enumerate(world.queue.messages)
    ]
    assert world.sender.serve(records, lambda: world.now) == ["0"]
    assert world.delivery(endpoint, events[1]).status is DeliveryStatus.DELIVERED


def test_a_410_of_the_old_url_says_nothing_about_the_new_one(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.pushed(event)

    class Changing:
        def post(self, url: str, headers: dict[str, str], body: bytes) -> Result:
            world.endpoint(webhook_id=endpoint.webhook_id, url="https://new.example.com/")
            return answer(410)

    world.sender.egress = Changing()  # type: ignore[assignment]
    world.deliver()
    assert world.stored(endpoint).status is EndpointStatus.ACTIVE
    assert world.delivery(endpoint, event).status is DeliveryStatus.QUEUED
    world.sender.egress = world.answers  # type: ignore[assignment]
    world.deliver()
    assert [url for url, *_ in world.answers.sent] == ["https://new.example.com/"]


def test_a_delivery_fails_if_its_next_attempt_would_come_after_its_end(world: World):
    endpoint, event = world.endpoint(), world.event()
    world.answers.results = [answer(503)]
    world.pushed(event)
    world.deliver()
    world.now = START + timedelta(days=6, hours=1)
    world.answers.results = [answer(503, retry_after="86400")]
    world.deliver()
    assert world.delivery(endpoint, event).status is DeliveryStatus.FAILED
    assert world.receipt(event)["delivery_error"]


def test_nothing_is_posted_if_its_outcome_could_not_be_written(world: World):
    world.endpoint()
    world.pushed(world.event())
    (sent,) = world.queue.messages

    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return 15_000

    with deadline.within(Context()), pytest.raises(OutOfTimeError):
        world.sender.attempt(parse(sent.body), world.now)
    assert world.answers.sent == []


def test_a_sweep_sends_all_that_is_due(world: World, monkeypatch: Any):
    monkeypatch.setattr(sweep, "PAGE", 3)
    world.endpoint(failing_since=START)
    events = [world.event() for _ in range(30)]
    world.pushed(*events)
    assert world.swept(minutes=5) == 30
    assert {parse(each.body).event_id for each in world.queue.messages} == {
        event.event_id for event in events
    }
    assert len(world.queue.messages) == 30
    assert world.swept() == 0
