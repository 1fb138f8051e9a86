from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_messaging import clock

moments = st.datetimes(timezones=st.just(UTC)).map(clock.to_millisecond)


def test_a_time_is_written_in_utc_to_the_millisecond():
    moment = datetime(2026, 2, 15, 21, 30, 0, 123999, tzinfo=timezone(timedelta(hours=1)))
    assert clock.to_text(moment) == "2026-02-15T20:30:00.123Z"


@pytest.mark.parametrize("year", [1, 999, 1000, 9999])
def test_every_year_has_four_digits(year: int):
    assert clock.to_text(datetime(year, 1, 1, tzinfo=UTC)) == f"{year:04d}-01-01T00:00:00.000Z"


@given(moments)
def test_a_written_time_is_read_as_it_was(moment: datetime):
    assert clock.from_text(clock.to_text(moment)) == moment


@given(moments, moments)
def test_texts_sort_as_the_times_do(one: datetime, other: datetime):
    assert (clock.to_text(one) < clock.to_text(other)) == (one < other)


def test_now_is_aware_and_has_no_digits_below_a_millisecond():
    now = clock.now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0


def test_ttl_seconds_are_rounded_down():
    moment = datetime(1970, 1, 1, 0, 0, 59, 999000, tzinfo=UTC)
    assert clock.to_epoch(moment) == 59


@pytest.mark.parametrize("text", ["", "today", "2026-13-01T00:00:00.000Z"])
def test_what_is_no_time_is_not_read(text: str):
    with pytest.raises(ValueError, match=r"."):
        clock.from_text(text)
