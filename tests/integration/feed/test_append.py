"""Appending: each event has one place, in order and without a gap, also when it is repeated."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.feed import pages, position
from agent_messaging.feed.model import EventType, NewEvent, Source, event_id
from agent_messaging.feed.position import Position
from agent_messaging.feed.table import FeedTable

NOW = clock.from_text("2026-02-15T20:30:00.000Z")
WEEK = timedelta(days=7)


@pytest.fixture
def feed(cloud):
    return FeedTable(cloud.dynamodb, "AgentFeedTable")


def record(number):
    event = NewEvent(
        agent_id="nova",
        event_id=event_id(NOW, f"message.received#{number}"),
        type=EventType.MESSAGE_RECEIVED,
        occurred_at=NOW,
        data=f'{{"number":{number}}}',
    )
    return event, Source(stream="messages", number=number)


def test_events_get_the_numbers_from_one_on(feed):
    events = feed.append("nova", [record(10), record(11)], NOW)
    assert [event.position for event in events] == [Position(1, 1), Position(1, 2)]
    assert [event.previous for event in events] == [None, Position(1, 1)]


def test_a_repeated_batch_finds_its_events_in_their_places(feed):
    first = feed.append("nova", [record(10), record(11), record(12)], NOW)
    assert feed.append("nova", [record(11), record(12), record(13)], NOW)[:2] == first[1:]
    page = pages.cut("nova", feed.events("nova", position.START, 11), position.START, 10, NOW)
    assert [event.data for event in page.events] == [f'{{"number":{n}}}' for n in range(10, 14)]


def test_after_six_quiet_days_a_new_epoch_follows_the_old_one(feed):
    feed.append("nova", [record(10)], NOW)
    (event,) = feed.append("nova", [record(11)], NOW + timedelta(days=6, seconds=1))
    assert (event.position, event.previous) == (Position(2, 1), Position(1, 1))


def test_a_stream_whose_numbers_begin_again_loses_nothing_and_doubles_nothing(feed):
    feed.append("nova", [record(number) for number in range(50, 60)], NOW)
    again = [
        (event.model_copy(update={"event_id": f"{event.event_id[:-3]}new"}), source)
        for event, source in (record(number) for number in range(45, 55))
    ]
    first = feed.append("nova", again, NOW)
    assert [event.position.number for event in first] == [*range(11, 21)]
    feed.appender.forget()
    assert feed.append("nova", again, NOW) == first


def test_a_dead_letter_that_comes_late_is_appended_once_and_disturbs_no_repetition(feed):
    first = feed.append("nova", [record(10), record(12), record(13)], NOW)
    (late,) = feed.append("nova", [record(11)], NOW)
    feed.appender.forget()
    assert feed.append("nova", [record(number) for number in (12, 11, 13, 10)], NOW) == [
        first[1],
        late,
        first[2],
        first[0],
    ]


def test_a_repeated_event_is_found_behind_250_others(feed):
    events = feed.append("nova", [record(number) for number in range(1, 251)], NOW)
    feed.appender.forget()
    assert feed.append("nova", [record(3)], NOW) == [events[2]]
