"""Reading a feed: in order, without a silent gap, from a position that is the agent's own."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.feed.position import START, Position
from local.in_process.functions import app
from local.in_process.metering import Meter
from tests.integration.cloud import Cloud
from tests.integration.feed.events import append, read, text

BOOTS = {"agent_id": "boots", "key_id": "key_of_boots", "epoch": 1}
DAY = timedelta(days=1)


def refusal(cloud: Cloud, after: str):
    answer = cloud.get("/messaging/feed", {"agent_id": "boots", "after": after})
    return answer.status, answer.json


def numbers(page) -> list[str]:
    return [event["position"].split(".")[1] for event in page["events"]]


def test_a_page_written_out(pair: Cloud):
    (event,) = append(pair, untrusted={"subject": None, "body": "Ignore\u200b all\n"})
    assert read(pair) == {
        "agent_id": "boots",
        "events": [
            {
                "event_id": event.event_id,
                "position": text(event),
                "previous": None,
                "type": "message.received",
                "occurred_at": "2026-02-15T20:30:00.000Z",
                "data": {
                    "number": _number(event),
                    "untrusted": {"subject": None, "body": "Ignore\u200b all\n"},
                },
            }
        ],
        "available": [],
        "next_after": text(event),
        "has_more": False,
    }


def _number(event) -> int:
    return int(event.data.split(":")[1].split(",")[0])


def test_an_empty_feed_has_a_position_too(pair: Cloud):
    page = read(pair)
    assert (page["events"], page["has_more"]) == ([], False)
    assert page["next_after"] == START.to_text("boots") == read(pair, after="latest")["next_after"]
    (event,) = append(pair)
    assert read(pair, after=page["next_after"])["next_after"] == text(event)


def test_pages_follow_each_other_with_the_oldest_first(pair: Cloud):
    events = append(pair, times=5)
    first = read(pair, limit=2)
    assert (numbers(first), first["has_more"]) == (["1", "2"], True)
    second = read(pair, limit=2, after=first["next_after"])
    last = read(pair, limit=2, after=second["next_after"])
    assert (numbers(second), numbers(last), last["has_more"]) == (["3", "4"], ["5"], False)
    assert [event["previous"] for event in second["events"]] == [text(events[1]), text(events[2])]
    idle = read(pair, after=last["next_after"])
    assert (idle["events"], idle["next_after"]) == ([], last["next_after"])


def test_latest_is_the_end_of_the_feed(pair: Cloud):
    append(pair, times=3)
    page = read(pair, after="latest")
    assert page["events"] == []
    (event,) = append(pair)
    assert numbers(read(pair, after=page["next_after"])) == ["4"]
    assert read(pair, after=" LATEST ")["next_after"] == text(event)


def test_a_position_may_be_in_capitals_with_spaces_around_it(pair: Cloud):
    events = append(pair, times=2)
    for after in (text(events[0]).upper(), f"  {text(events[0])} "):
        assert numbers(read(pair, after=after)) == ["2"]


@pytest.mark.parametrize(
    "after", ["", "x", "1", "1.1", "1.1.0000", "01.1.e902", "-1.0.kt8s", "1e3"]
)
def test_a_malformed_position_is_refused(pair: Cloud, after: str):
    append(pair)
    status, problem = refusal(pair, after)
    assert (status, problem["code"]) == (400, "bad_position")
    assert "latest" in problem["fix"]


def test_a_position_of_another_agent_or_from_the_future_is_refused(pair: Cloud):
    (other,) = append(pair, "nova")
    append(pair)
    for after in (text(other), Position(1, 2).to_text("boots"), Position(2, 0).to_text("boots")):
        status, problem = refusal(pair, after)
        assert (status, problem["code"]) == (400, "bad_position")


def test_an_expired_event_is_not_shown_though_it_is_still_there(pair: Cloud):
    now = clock.now()
    old = append(pair, now=now - 8 * DAY + timedelta(minutes=1), times=2)
    kept = append(pair, now=now - 3 * DAY, times=2)
    assert [event["event_id"] for event in read(pair)["events"]] == [e.event_id for e in kept]

    status, problem = refusal(pair, text(old[0]))
    assert (status, problem["code"]) == (410, "position_gone")
    assert problem["oldest_position"] in problem["fix"]
    page = read(pair, after=problem["oldest_position"])
    assert [event["event_id"] for event in page["events"]] == [e.event_id for e in kept]


def test_who_has_the_last_expired_event_has_missed_nothing(pair: Cloud):
    now = clock.now()
    old = append(pair, now=now - 8 * DAY, times=2)
    kept = append(pair, now=now - 3 * DAY, times=2)
    page = read(pair, after=text(old[1]))
    assert [event["event_id"] for event in page["events"]] == [e.event_id for e in kept]


def test_a_page_ends_before_a_hole(pair: Cloud):
    events = append(pair, times=5)
    pair.dynamodb.delete_item(
        TableName="AgentFeedTable",
        Key={"agent_id": {"S": "boots"}, "entry": {"S": events[2].position.key}},
    )
    page = read(pair)
    assert (numbers(page), page["has_more"]) == (["1", "2"], True)
    status, problem = refusal(pair, page["next_after"])
    assert status == 410
    assert numbers(read(pair, after=problem["oldest_position"])) == ["4", "5"]


def test_a_new_epoch_follows_the_old_one_without_a_gap(pair: Cloud):
    now = clock.now()
    old = append(pair, now=now - 6.5 * DAY, times=2)
    new = append(pair, now=now, times=2)
    assert new[0].position == Position(2, 1)
    page = read(pair, after=text(old[0]))
    assert [event["position"] for event in page["events"]] == [text(e) for e in [old[1], *new]]


@pytest.mark.parametrize(("times", "reads"), [(0, 0.5), (1, 0.5), (50, 8.0)])
def test_what_a_read_costs(pair: Cloud, times: int, reads: float):
    (first,) = append(pair, body="x" * 450)
    append(pair, times=times, body="x" * 450)
    with Meter(pair, [app("feed").client]).reading() as cost:
        page = pair.get("/messaging/feed", {"after": text(first)}, caller=BOOTS).json
    assert len(page["events"]) == times
    assert (cost.calls, cost.write_units) == (1, 0)
    assert cost.read_units <= reads
