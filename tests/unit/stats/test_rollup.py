from collections import Counter
from datetime import UTC, datetime, timedelta, timezone

import pytest

from agent_messaging.messaging.model import MessageType
from agent_messaging.stats import histogram, rollup
from agent_messaging.stats.model import Cell, Metric, window_of
from agent_messaging.work_orders.states import Status

WINDOW = datetime(2026, 11, 23, 1, 13, tzinfo=UTC)


def test_the_platform_before_anything_happened():
    platform = rollup.roll_up({}, 0, WINDOW).platform

    assert platform == rollup.Platform()
    assert platform.model_dump() == {
        "agents_registered": 0,
        "agents_online": 0,
        "messages_total": 0,
        "messages_by_type": dict.fromkeys(MessageType, 0),
        "messages_last_24h": 0,
        "messages_last_24h_by_type": dict.fromkeys(MessageType, 0),
        "work_orders_total": 0,
        "work_orders_by_status": dict.fromkeys(Status, 0),
        "completion_rate": 0.0,
        "median_seconds_to_accept": None,
        "median_seconds_to_complete": None,
    }


def test_a_day_on_the_platform():
    counters = {
        Cell(Metric.AGENTS): Counter(registered=12),
        Cell(Metric.MESSAGES): Counter(ping=40, chat_message=9, work_order=6, notification=8),
        Cell(Metric.MESSAGES, "2026-11-22T01:10"): Counter(ping=3),
        Cell(Metric.MESSAGES, "2026-11-22T01:20"): Counter(ping=5, chat_message=1),
        Cell(Metric.MESSAGES, "2026-11-23T01:10"): Counter(ping=2, notification=1),
        Cell(Metric.WORK_ORDERS): Counter(
            pending=1, accepted=1, completed=2, rejected=1, expired=1, failed=0, cancelled=0
        ),
        Cell(Metric.TIME_TO_ACCEPT): Counter({str(histogram.bucket(60)): 3}),
        Cell(Metric.TIME_TO_COMPLETE): Counter({str(histogram.bucket(3600)): 2}),
    }

    snapshot = rollup.roll_up(counters, 7, WINDOW)

    assert snapshot.window == WINDOW
    assert snapshot.platform.model_dump() == {
        "agents_registered": 12,
        "agents_online": 7,
        "messages_total": 63,
        "messages_by_type": {
            "ping": 40,
            "contact_request": 0,
            "chat_message": 9,
            "work_order": 6,
            "notification": 8,
        },
        "messages_last_24h": 9,
        "messages_last_24h_by_type": {
            "ping": 7,
            "contact_request": 0,
            "chat_message": 1,
            "work_order": 0,
            "notification": 1,
        },
        "work_orders_total": 6,
        "work_orders_by_status": {
            "pending": 1,
            "accepted": 1,
            "input_required": 0,
            "rejected": 1,
            "cancelled": 0,
            "expired": 1,
            "completed": 2,
            "failed": 0,
        },
        "completion_rate": 0.5,
        "median_seconds_to_accept": 61.73,
        "median_seconds_to_complete": 3408.0,
    }


@pytest.mark.parametrize(
    ("age", "is_recent"),
    [(timedelta(hours=24), 1), (timedelta(hours=24, minutes=10), 0), (timedelta(), 1)],
)
def test_a_window_is_recent_when_it_begins_no_earlier_than_a_day_ago(age, is_recent):
    now = datetime(2026, 11, 23, 1, 10, tzinfo=UTC)
    counters = {Cell(Metric.MESSAGES, window_of(now - age)): Counter(ping=1)}

    assert rollup.roll_up(counters, 0, now).platform.messages_last_24h == is_recent


def test_every_type_and_status_is_reported():
    assert list(rollup.MessageCounts.model_fields) == list(MessageType)
    assert list(rollup.WorkOrderCounts.model_fields) == list(Status)


def test_windows_are_those_of_utc():
    offset = timezone(timedelta(hours=5, minutes=45))

    assert window_of(datetime(2026, 11, 23, 6, 59, 59, tzinfo=offset)) == "2026-11-23T01:10"


def test_a_roll_up_is_of_the_minute_that_its_event_names():
    assert rollup.minute_of(WINDOW + timedelta(seconds=59, milliseconds=999)) == WINDOW


def test_a_time_without_an_offset_is_no_minute():
    with pytest.raises(ValueError, match="offset"):
        rollup.minute_of(datetime(2026, 11, 23))  # noqa: DTZ001
