"""Waiting for events: at once, within a poll, not too long, and not too often at the same time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from agent_messaging import clock, deadline
from agent_messaging.auth import Caller
from agent_messaging.errors import PositionGoneError, RateLimitedError
from agent_messaging.feed.schemas import FeedView, WaitQuery
from agent_messaging.feed.slots import WaitSlots
from agent_messaging.feed.waiting import LAST_SECONDS, POLL_SECONDS, FeedWaiter
from agent_messaging.storage import units
from agent_messaging.storage.tally import TALLY
from local.in_process.functions import app
from local.in_process.metering import Meter
from local.in_process.runtime import Context
from tests.integration.cloud import Cloud
from tests.integration.feed.events import append, text

BOOTS = Caller("boots", "key_of_boots", 1)
KEYED = BOOTS._asdict()
THREAD = f"thr_01jd5m3v9k8q7w6x5y4z3a2b1c{'0' * 16}"
ORDER = "wo_01jd5m4t8n7p6q5r4s3t2v1w0x"


class Hours:
    """A time that passes only in pauses. `then` says what happens in which pause."""

    def __init__(self, **then: Any) -> None:
        self.now = 0.0
        self.pauses = 0
        self.then = then

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.pauses += 1
        self.then.get(f"in_{self.pauses}", lambda: None)()

    def ticks(self) -> float:
        return self.now


def waiter(hours: Hours, longest: int = 20) -> FeedWaiter:
    module = app("feed_wait")
    return FeedWaiter(
        module.waiter.reader,
        module.waiter.slots,
        module.waiter.audience,
        longest,
        hours.pause,
        hours.ticks,
    )


def wait(
    hours: Hours,
    caller: Caller = BOOTS,
    longest: int = 20,
    now: datetime | None = None,
    **query: Any,
) -> FeedView:
    return waiter(hours, longest).wait(caller, WaitQuery(**query), now or clock.now())


def numbers(page: FeedView) -> list[int]:
    return [event.position.number for event in page.events]  # type: ignore[attr-defined]


def test_events_that_are_there_are_answered_at_once_without_a_write(pair: Cloud):
    append(pair, times=2)
    with Meter(pair, [app("feed_wait").client]).reading() as cost:
        answer = pair.get("/messaging/feed/wait", {"limit": 1}, caller=KEYED)
    assert answer.status == 200
    assert [e["position"].split(".")[1] for e in answer.json["events"]] == ["1"]
    assert answer.json["has_more"] is True
    assert (cost.calls, cost.write_units, cost.read_units) == (1, 0, 0.5)


def test_the_answer_comes_within_a_poll_after_the_event(pair: Cloud):
    (last,) = append(pair)
    hours = Hours(in_8=lambda: append(pair, times=2))
    page = wait(hours, after=text(last))
    assert numbers(page) == [2, 3]
    assert hours.now == 8 * POLL_SECONDS


def test_a_wait_for_nothing_ends_in_time_with_the_same_position(pair: Cloud):
    (last,) = append(pair)
    hours = Hours()
    page = wait(hours, after="latest", wait=3)
    assert (page.events, page.next_after, page.has_more) == ([], text(last), False)
    assert hours.now == 3


def test_a_stack_without_a_reservation_waits_two_seconds(pair: Cloud):
    assert app("feed_wait").waiter.longest == 2
    hours = Hours()
    wait(hours, longest=2, wait=20)
    assert hours.now == 2


def test_a_wait_in_an_empty_feed_gets_the_first_event(pair: Cloud):
    assert numbers(wait(Hours(in_1=lambda: append(pair)))) == [1]


def test_it_ends_before_the_functions_deadline(pair: Cloud):
    hours = Hours()
    with deadline.within(Context((LAST_SECONDS + 1) * 1000)):
        assert wait(hours).events == []
    assert hours.now == pytest.approx(1)
    with deadline.within(Context(LAST_SECONDS * 1000)):
        assert wait(hours).events == []
    assert hours.now == pytest.approx(1)
    assert pair.items("AgentFeedTable") == []


@pytest.mark.parametrize(
    "query", [{"thread_id": THREAD}, {"work_order_id": ORDER.upper()}, {"thread_id": f" {THREAD}"}]
)
def test_a_filter_passes_the_others(pair: Cloud, query: dict[str, str]):
    append(pair, times=3, thread_id="another", work_order_id=None)
    hours = Hours(
        in_2=lambda: append(pair, times=2, thread_id=None),
        in_4=lambda: append(pair, thread_id=THREAD, work_order_id=ORDER),
    )
    page = wait(hours, **query)
    assert numbers(page) == [6]
    assert hours.pauses == 4
    quiet = wait(Hours(in_1=lambda: append(pair)), after=page.next_after, wait=1, **query)
    assert (quiet.events, quiet.next_after.split(".")[1]) == ([], "7")


def test_both_filters_must_match(pair: Cloud):
    append(pair, thread_id=THREAD, work_order_id=None)
    append(pair, thread_id=THREAD, work_order_id=ORDER)
    assert numbers(wait(Hours(), thread_id=THREAD, work_order_id=ORDER)) == [2]


def test_a_filtered_page_stops_at_its_limit(pair: Cloud):
    append(pair, times=2, thread_id=THREAD)
    append(pair, times=150)
    append(pair, times=2, thread_id=THREAD)
    first = wait(Hours(), thread_id=THREAD, limit=1)
    assert (numbers(first), first.has_more) == ([1], True)
    second = wait(Hours(), thread_id=THREAD, limit=1, after=first.next_after)
    third = wait(Hours(), thread_id=THREAD, limit=5, after=second.next_after)
    assert (numbers(second), numbers(third), third.has_more) == ([2], [153, 154], False)


def test_the_fourth_wait_of_an_agent_is_refused(pair: Cloud):
    seen = []

    def fourth() -> None:
        with pytest.raises(RateLimitedError) as caught:
            wait(Hours(), wait=2)
        seen.append(caught.value)

    def third() -> None:
        wait(Hours(in_1=fourth), wait=1)

    def second() -> None:
        wait(Hours(in_1=third), wait=1)

    wait(Hours(in_1=second), wait=7)
    (error,) = seen
    assert error.headers["RateLimit-Policy"] == '"wait";q=3;w=20'
    assert 1 <= int(error.headers["Retry-After"]) <= 7
    assert "one request at a time" in error.fix
    assert wait(Hours(), wait=1).events == []
    assert pair.items("AgentFeedTable") == []


def test_another_agents_waits_do_not_count(pair: Cloud):
    slots, now = WaitSlots(app("feed_wait").feed), clock.now()
    for _ in range(3):
        slots.take("nova", timedelta(seconds=20), now)
    assert wait(Hours(), wait=1).events == []


def test_a_place_that_was_not_given_back_becomes_free(pair: Cloud):
    slots, now = WaitSlots(app("feed_wait").feed), clock.now()
    taken = [slots.take("boots", timedelta(seconds=20), now) for _ in range(3)]
    with pytest.raises(RateLimitedError):
        slots.take("boots", timedelta(seconds=20), now + timedelta(seconds=24))
    later = slots.take("boots", timedelta(seconds=20), now + timedelta(seconds=26))
    assert later.key == taken[0].key
    slots.give_back(taken[0])  # whose place another request has by now
    assert pair.read("AgentFeedTable", **later.key)["holder"] == later.holder
    slots.give_back(later)
    assert pair.read("AgentFeedTable", **later.key) is None


def test_a_place_whose_answer_was_lost_is_not_taken_twice(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch
):
    slots = WaitSlots(app("feed_wait").feed)
    put = slots.table.client.put_item

    def put_again(**request: Any) -> Any:
        put(**request)  # DynamoDB writes, the answer is lost, and boto3 sends it again
        return put(**request)

    with monkeypatch.context() as patch:
        patch.setattr(slots.table.client, "put_item", put_again)
        taken = [slots.take("boots", timedelta(seconds=20), clock.now()) for _ in range(3)]
    assert [slot.key["entry"] for slot in taken] == ["w#1", "w#2", "w#3"]
    for slot in taken:
        slots.give_back(slot)
    assert pair.items("AgentFeedTable") == []


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError"])
def test_a_place_that_cannot_be_given_back_spoils_no_answer(pair: Cloud, code: str):
    pair.fail("DeleteItem", 1, {"Error": {"Code": code, "Message": "not now"}})
    assert numbers(wait(Hours(in_1=lambda: append(pair)))) == [1]


def test_a_look_that_fails_spoils_no_wait(pair: Cloud):
    refusal = {"Error": {"Code": "InternalServerError", "Message": "not now"}}
    hours = Hours(in_1=lambda: pair.fail("Query", 5, refusal), in_3=lambda: append(pair))
    assert numbers(wait(hours)) == [1]


def test_a_refusal_gives_the_place_back(pair: Cloud):
    now = clock.now()
    (old,) = append(pair)

    def lose() -> None:
        append(pair, times=3)
        for number in (1, 2, 3):
            key = {"agent_id": "boots", "entry": f"e#00001.{number:012d}"}
            pair.change("AgentFeedTable", key, purge_at=clock.to_epoch(now) - 1)

    with pytest.raises(PositionGoneError):
        wait(Hours(in_1=lose), after=text(old))
    assert [i["entry"] for i in pair.items("AgentFeedTable") if i["entry"].startswith("w")] == []


def test_in_open_mode_places_are_not_taken(pair: Cloud):
    seen = []
    hours = Hours(in_1=lambda: seen.extend(pair.items("AgentFeedTable")))
    assert wait(hours, Caller("boots"), wait=1).events == []
    assert (hours.pauses, seen) == (4, [])


def test_what_a_wait_costs(pair: Cloud):
    (last,) = append(pair)
    TALLY.begin()
    with Meter(pair, [app("feed_wait").client]).reading() as cost:
        wait(Hours(), after=text(last), wait=2)
    # The feed, the agent for its capabilities, a place, the feed eight times, and the place again.
    assert (cost.calls, cost.write_units, cost.read_units) == (1 + 1 + 1 + 8 + 1, 2, 10 * 0.5)
    # moto reports a whole unit for each query, and half a unit for the agent.
    database = 12 * units.CALL + 2 * units.WRITE_UNIT + 9 * units.READ_UNIT + units.READ_UNIT // 2
    assert TALLY.tenths == database + 2 * units.WAITED_SECOND


@pytest.mark.parametrize("seconds", ["0", "21", "-1", "1.5", "soon", ""])
def test_a_wrong_wait_is_refused(pair: Cloud, seconds: str):
    answer = pair.get("/messaging/feed/wait", {"agent_id": "boots", "wait": seconds})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "?wait")


@pytest.mark.parametrize("after", ["x", "1.9.e902"])
def test_a_wrong_position_is_refused_at_once(pair: Cloud, after: str):
    answer = pair.get("/messaging/feed/wait", {"agent_id": "boots", "after": after})
    assert (answer.status, answer.json["code"]) == (400, "bad_position")


def test_a_real_wait_lasts_a_second(pair: Cloud):
    before = clock.now()
    answer = pair.get("/messaging/feed/wait", {"agent_id": "boots", "wait": " 01 "})
    assert (answer.status, answer.json["events"]) == (200, [])
    assert timedelta(seconds=1) <= clock.now() - before < timedelta(seconds=3)
