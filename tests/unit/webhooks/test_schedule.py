"""The schedule: nine pauses after failures, longer if the receiver asks, and an end."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.webhooks import schedule

NOW = clock.from_text("2026-02-15T20:30:00.000Z")
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
PAUSES = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    *(hours * HOUR for hours in (2, 5, 10, 14, 20, 24)),
]


@pytest.mark.parametrize(("step", "pause"), list(enumerate(PAUSES)))
def test_the_pause_after_each_attempt(step, pause):
    assert schedule.next_attempt(step, NOW, 0.0) == NOW + pause
    assert schedule.next_attempt(step, NOW, 1.0) == NOW + pause * 1.1


def test_after_the_tenth_attempt_there_is_none():
    assert schedule.next_attempt(9, NOW, 0.0) is None
    assert schedule.next_attempt(9, NOW, 0.0, "60") is None


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [
        ("60", MINUTE),
        ("1", 5 * SECOND),  # the schedule's own pause is longer
        ("0", 5 * SECOND),
        ("172800", 24 * HOUR),  # at most a day
        ("999999999", 24 * HOUR),
        ("9999999999", 5 * SECOND),
        ("Sun, 15 Feb 2026 20:32:00 GMT", 2 * MINUTE),
        ("Sun, 15 Feb 2026 20:32:00 -0000", 2 * MINUTE),
        ("Sun, 15 Feb 2026 19:00:00 GMT", 5 * SECOND),  # over
        ("Sun, 99 Feb 2026 19:00:00 GMT", 5 * SECOND),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 5 * SECOND),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 5 * SECOND),
        ("soon", 5 * SECOND),
        ("-5", 5 * SECOND),
        ("", 5 * SECOND),
        ("٣", 5 * SECOND),
        (None, 5 * SECOND),
    ],
)
def test_a_receiver_can_ask_for_a_longer_pause(retry_after, pause):
    assert schedule.next_attempt(0, NOW, 0.0, retry_after) == NOW + pause


@pytest.mark.parametrize(
    ("status_code", "expected"),
    [
        *((status, False) for status in (400, 401, 403, 404, 422, 499)),
        *((status, True) for status in (None, 302, 408, 410, 429, 500, 503)),
    ],
)
def test_a_refused_event_says_nothing_about_its_endpoint(status_code, expected):
    assert schedule.shows_trouble(status_code) is expected


def test_the_schedule_ends_before_a_delivery_is_deleted():
    assert sum(PAUSES, timedelta()) * 1.1 < timedelta(days=7)


@pytest.mark.parametrize(
    ("since", "is_too_long"),
    [(None, False), (NOW - 5 * 24 * HOUR + SECOND, False), (NOW - 5 * 24 * HOUR, True)],
)
def test_five_failing_days_are_too_long(since, is_too_long):
    assert schedule.has_failed_too_long(since, NOW) is is_too_long
