"""Hints in the feed: a wait returns each once, a page shows those of the last minute."""

from datetime import timedelta
from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.auth import Caller
from agent_messaging.feed import audience, hints
from agent_messaging.feed.audience import Audience, partition_of, place_of
from agent_messaging.feed.hints import Hints
from agent_messaging.sockets.model import LONGEST, PING_EVERY
from agent_messaging.storage.table import Table
from local.in_process.functions import app
from local.in_process.metering import Meter
from local.in_process.time import stopped_clock
from tests.integration.cloud import Cloud
from tests.integration.feed.events import append
from tests.integration.feed.test_wait import KEYED, ORDER, THREAD, Hours, wait

FEED = "AgentFeedTable"
ADA = Caller("ada")  # in open mode, where a wait takes no place


@pytest.fixture
def ada(pair: Cloud) -> Any:
    """An agent with two capabilities."""
    return pair.register("ada", capabilities=["painting", "translation"])


@pytest.fixture
def members(pair: Cloud) -> Audience:
    return app("feed_wait").waiter.audience


def put(agent_id: str = "boots", capability: str = "painting") -> None:
    Hints(app("feed_wait").feed).put(agent_id, capability, clock.now())


def capabilities(page: Any) -> list[str]:
    return [each.capability for each in page.available]


def test_a_hint_ends_a_wait_within_a_poll_and_is_returned_once(pair: Cloud):
    hours = Hours(in_3=lambda: [put(), put(), put(capability="translation")])
    page = wait(hours)
    assert (capabilities(page), page.events) == (["painting", "translation"], [])
    assert hours.pauses == 3
    assert pair.items(FEED) == []
    assert capabilities(wait(Hours(), wait=1)) == []


def test_a_hint_that_is_there_is_answered_at_once_together_with_events(pair: Cloud):
    append(pair)
    put()
    hours = Hours()
    page = wait(hours)
    assert (len(page.events), capabilities(page), hours.pauses) == (1, ["painting"], 0)


def test_a_hint_moves_no_position(pair: Cloud):
    append(pair, times=2)
    before = wait(Hours(), after="latest", wait=1).next_after
    put()
    page = wait(Hours(), after=before)
    assert (capabilities(page), page.next_after, page.has_more) == (["painting"], before, False)


@pytest.mark.parametrize("query", [{"thread_id": THREAD}, {"work_order_id": ORDER}])
def test_a_wait_with_a_filter_takes_no_hint(pair: Cloud, query: dict[str, str]):
    put()
    assert capabilities(wait(Hours(), wait=1, **query)) == []
    assert capabilities(wait(Hours())) == ["painting"]


def test_the_feed_shows_hints_for_a_minute_and_takes_none(pair: Cloud):
    put()
    with stopped_clock() as time:
        for _ in range(2):
            found = pair.get("/messaging/feed", {"agent_id": "boots"}).json["available"]
            assert found == [{"capability": "painting"}]
        time.advance(seconds=62)
        assert pair.get("/messaging/feed", {"agent_id": "boots"}).json["available"] == []
        assert capabilities(wait(Hours(), wait=1)) == []


def test_hints_cost_a_page_nothing(pair: Cloud):
    append(pair)
    put()
    with Meter(pair, [app("feed").client]).reading() as cost:
        pair.get("/messaging/feed", caller=KEYED)
    assert (cost.calls, cost.write_units, cost.read_units) == (1, 0, 0.5)


@pytest.mark.parametrize("code", ["ThrottlingException", "InternalServerError"])
def test_a_hint_that_cannot_be_deleted_is_returned_again(pair: Cloud, code: str):
    put()
    pair.fail("DeleteItem", 9, {"Error": {"Code": code, "Message": "not now"}})
    assert capabilities(wait(Hours())) == ["painting"]
    assert capabilities(wait(Hours())) == ["painting"]


def test_a_wait_joins_the_audiences_and_again_only_in_their_last_ten_minutes(
    pair: Cloud, ada: Any, members: Audience
):
    with stopped_clock() as time:
        for minutes, writes in ((0, 3), (0, 0), (10, 0), (1, 3)):
            time.advance(minutes=minutes)
            with Meter(pair, [app("feed_wait").client]).reading() as cost:
                wait(Hours(), ADA, wait=1)
            assert cost.write_units == writes
        for capability in ("painting", "translation"):
            assert members.sample(capability, 16, "0", clock.now()) == ["ada"]
        time.advance(minutes=20)
        assert members.sample("painting", 16, "0", clock.now()) == []


def test_a_new_capability_is_joined_with_the_next_wait(pair: Cloud, ada: Any, members: Audience):
    wait(Hours(), ADA, wait=1)
    body = {"capabilities": ["cooking"]}
    assert pair.call("PATCH", "/agents/me", {"agent_id": "ada"}, body).status == 200
    wait(Hours(), ADA, wait=1)
    assert members.sample("cooking", 16, "0", clock.now()) == ["ada"]


@pytest.mark.parametrize("query", [{"thread_id": THREAD}, {"work_order_id": ORDER}])
def test_a_wait_with_a_filter_joins_nothing(pair: Cloud, ada: Any, query: dict[str, str]):
    wait(Hours(), ADA, wait=1, **query)
    assert pair.items(FEED) == []


def test_who_takes_no_orders_or_has_no_capability_joins_nothing(pair: Cloud, ada: Any):
    presence = {"accepts_work_orders": False}
    assert pair.call("PUT", "/messaging/presence", {"agent_id": "ada"}, presence).status == 200
    for agent_id in ("ada", "boots"):
        wait(Hours(), Caller(agent_id), wait=1)
    assert pair.items(FEED) == []


@pytest.mark.parametrize("operation", ["GetItem", "PutItem"])
def test_tables_that_fail_spoil_no_wait(pair: Cloud, ada: Any, operation: str):
    pair.fail(operation, 9, {"Error": {"Code": "InternalServerError", "Message": ""}})
    assert wait(Hours(in_1=lambda: append(pair, agent_id="ada")), ADA).events


def test_who_stopped_before_the_last_write_joins_again(pair: Cloud, ada: Any, members: Audience):
    members.join(app("agents").agents.fetch("ada"), None, clock.now())
    Table(pair.dynamodb, FEED).delete({"agent_id": "ada", "entry": "h"})
    with Meter(pair, [app("feed_wait").client]).reading() as cost:
        wait(Hours(), ADA, wait=1)
    assert cost.write_units == 3


def test_a_sample_goes_round_and_leaves_out_those_whose_time_is_over(
    pair: Cloud, members: Audience
):
    now = clock.now()
    ids = sorted((f"agent-{number}" for number in range(10)), key=place_of)
    for number, agent_id in enumerate(ids):
        key = {"agent_id": partition_of("painting"), "entry": place_of(agent_id)}
        ends = now + timedelta(minutes=-1 if number == 8 else 1)
        pair.write(FEED, {**key, "candidate_id": agent_id, "purge_at": clock.to_epoch(ends)})
    found = members.sample("painting", 4, place_of(ids[7]), now)
    assert found == [ids[7], ids[9], ids[0], ids[1]]
    assert len(members.sample("painting", 99, place_of(ids[7]), now)) == 9


def test_an_agent_that_pings_or_waits_stays_in_its_audiences():
    assert PING_EVERY < audience.RENEWED_BEFORE < audience.LASTS < LONGEST
    assert hints.KEPT_FOR < audience.LASTS
