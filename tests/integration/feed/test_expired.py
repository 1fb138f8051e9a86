"""Feeds whose events have expired: the place of the last one stays known, and nothing is refused
that the server itself has named.
"""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.feed.model import Event
from agent_messaging.feed.position import START, Position
from local.in_process.functions import app
from local.in_process.metering import Meter
from tests.integration.cloud import Cloud
from tests.integration.feed.events import append, read, text

DAY = timedelta(days=1)


def get(cloud: Cloud, after: str | None):
    query = {} if after is None else {"after": after}
    return cloud.get("/messaging/feed", {"agent_id": "boots", **query})


def acknowledge(cloud: Cloud, position: str):
    return cloud.post("/messaging/feed/ack", {"agent_id": "boots"}, {"position": position})


def feed_position(cloud: Cloud) -> str:
    return cloud.post("/messaging/heartbeat", {"agent_id": "boots"}, {}).json["feed_position"]


def delete(cloud: Cloud, events: list[Event]) -> None:
    """Delete events, as DynamoDB does after `purge_at`."""
    for event in events:
        key = {"agent_id": {"S": "boots"}, "entry": {"S": event.position.key}}
        cloud.dynamodb.delete_item(TableName="AgentFeedTable", Key=key)


def write(cloud: Cloud, epoch: int, numbers: range, kept_until: int, **changes) -> None:
    """Many events that expire at the same time, without a relay."""
    (event,) = append(cloud)
    item = cloud.read("AgentFeedTable", agent_id="boots", entry=event.position.key)
    delete(cloud, [event])
    for number in numbers:
        entry = Position(epoch, number).key
        cloud.write("AgentFeedTable", {**item, "entry": entry, "kept_until": kept_until, **changes})


# --- the last event has expired, and its item is there


def test_who_missed_nothing_goes_on_after_a_quiet_month(pair: Cloud):
    now = clock.now()
    old = append(pair, now=now - 36 * DAY, times=3)
    assert read(pair, after=text(old[2]))["next_after"] == text(old[2]) == feed_position(pair)
    (new,) = append(pair, now=now)
    assert (new.position, new.previous) == (Position(2, 1), old[2].position)
    assert [e["position"] for e in read(pair, after=text(old[2]))["events"]] == [text(new)]


def test_who_missed_an_expired_event_is_told_once(pair: Cloud):
    old = append(pair, now=clock.now() - 8 * DAY, times=3)
    refused = get(pair, text(old[0]))
    assert (refused.status, refused.json["oldest_position"]) == (410, text(old[2]))
    assert read(pair, after=text(old[2]))["next_after"] == text(old[2])


def test_who_reads_only_expired_events_waits_behind_them(pair: Cloud):
    old = append(pair, now=clock.now() - 8 * DAY, times=3)
    page = read(pair)
    assert (page["events"], page["next_after"], page["has_more"]) == ([], text(old[2]), False)


def test_an_item_lives_a_month_longer_than_its_event(pair: Cloud):
    now = clock.now()
    append(pair, now=now)
    (item,) = [each for each in pair.items("AgentFeedTable") if each["entry"] != "a"]
    assert item["kept_until"] == clock.to_epoch(now + 7 * DAY)
    assert item["purge_at"] == clock.to_epoch(now + 37 * DAY)


def test_an_item_of_an_older_version_expires_when_it_is_deleted(pair: Cloud):
    now = clock.now()
    events = append(pair, times=2)
    for event, purge_at in zip(events, (now - DAY, now + DAY), strict=True):
        key = {"agent_id": "boots", "entry": event.position.key}
        pair.change("AgentFeedTable", key, purge_at=clock.to_epoch(purge_at), kept_until=None)
    assert [e["position"] for e in read(pair)["events"]] == [text(events[1])]
    assert append(pair, now=now + timedelta(hours=1))[0].position == Position(2, 1)


# --- DynamoDB has deleted all


@pytest.fixture
def emptied(pair: Cloud) -> list[Event]:
    """The events that Boots had, and that are deleted."""
    events = append(pair, now=clock.now() - 40 * DAY, times=3)
    delete(pair, events)
    return events


def test_the_positions_of_an_emptied_feed_still_work(pair: Cloud, emptied: list[Event]):
    for event in emptied:
        assert read(pair, after=text(event))["next_after"] == text(event)
        answer = acknowledge(pair, text(event))
        assert (answer.status, answer.json["acknowledged_position"]) == (200, text(event))
    assert len(pair.items("AgentOutboxTable")) == 1


def test_the_end_of_an_emptied_feed_is_the_same_everywhere(pair: Cloud, emptied: list[Event]):
    end = feed_position(pair)
    assert end == Position(2, 0).to_text("boots")
    for query in ({}, {"after": "latest"}, {"after": end}):
        assert read(pair, **query)["next_after"] == end
    assert acknowledge(pair, end).status == 200
    (new,) = append(pair)
    assert [e["position"] for e in read(pair, after=end)["events"]] == [text(new)]


def test_who_may_have_missed_an_event_is_told(pair: Cloud, emptied: list[Event]):
    (new,) = append(pair)
    refused = get(pair, text(emptied[2]))
    assert refused.status == 410
    page = read(pair, after=refused.json["oldest_position"])
    assert [e["position"] for e in page["events"]] == [text(new)]


@pytest.mark.parametrize("position", [Position(2, 1), Position(3, 0), Position(9, 999)])
def test_a_position_of_the_future_is_refused(pair: Cloud, emptied: list[Event], position: Position):
    for answer in (
        get(pair, position.to_text("boots")),
        acknowledge(pair, position.to_text("boots")),
    ):
        assert (answer.status, answer.json["code"]) == (400, "bad_position")


def test_a_feed_that_never_had_an_event_knows_only_its_start(pair: Cloud):
    assert feed_position(pair) == START.to_text("boots")
    for answer in (
        get(pair, Position(1, 7).to_text("boots")),
        acknowledge(pair, Position(1, 7).to_text("boots")),
    ):
        assert (answer.status, answer.json["code"]) == (400, "bad_position")


# --- very many have expired


@pytest.mark.parametrize("epochs", [(1, 1, 1), (1, 2, 2), (1, 1, 2), (1, 2, 3)])
@pytest.mark.parametrize("after", [None, Position(1, 1), Position(1, 700)])
def test_many_expired_events_are_passed_in_a_few_reads(
    pair: Cloud, epochs: tuple[int, int, int], after: Position | None
):
    now = clock.to_epoch(clock.now())
    first, second, third = epochs
    write(pair, first, range(1, 801), now - 9)
    start = 801 if second == first else 1
    write(pair, second, range(start, start + 300), now - 5)
    begin = start + 300 if third == second else 1
    write(pair, third, range(begin, begin + 5), now + 99)
    with Meter(pair, [app("feed").client]).reading() as cost:
        answer = get(pair, after and after.to_text("boots"))
        if after is not None:
            assert answer.status == 410
            answer = get(pair, answer.json["oldest_position"])
    assert cost.calls <= 12
    page = answer.json
    expected = [Position(third, number).to_text("boots") for number in range(begin, begin + 5)]
    assert [event["position"] for event in page["events"]] == expected
    assert read(pair, after=page["next_after"])["events"] == []


def test_kept_events_of_two_epochs_come_after_many_expired_ones(pair: Cloud):
    now = clock.to_epoch(clock.now())
    write(pair, 1, range(1, 401), now - 9)
    write(pair, 1, range(401, 404), now + 9)
    write(pair, 2, range(1, 3), now + 99, follows=Position(1, 403).key)
    found = [event["position"].rsplit(".", 1)[0] for event in read(pair, limit=5)["events"]]
    assert found == ["1.401", "1.402", "1.403", "2.1", "2.2"]


def test_a_position_among_expired_events_leads_to_the_first_kept_one(pair: Cloud):
    now = clock.now()
    old = append(pair, now=now - 8 * DAY, times=130)
    kept = append(pair, now=now - 3 * DAY, times=5)
    first = read(pair, limit=2)
    assert [e["event_id"] for e in first["events"]] == [e.event_id for e in kept[:2]]
    assert first["has_more"] is True
    refused = get(pair, text(old[0]))
    assert (refused.status, refused.json["oldest_position"]) == (410, text(old[-1]))
