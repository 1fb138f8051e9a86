"""Windows, what they are counted under, and how large the counters get."""

import itertools
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_messaging import ids, limits
from agent_messaging.limits import WINDOW

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)


@pytest.mark.parametrize("into", [0 * MOMENT, MOMENT, timedelta(seconds=59), WINDOW - MOMENT])
def test_a_window_is_a_minute_of_the_clock(into: timedelta):
    assert limits.window_of(NOON + into) == NOON
    assert limits.window_of(NOON + into + WINDOW) == NOON + WINDOW


def test_a_window_is_the_same_in_every_zone():
    nepal = timezone(timedelta(hours=5, minutes=45))
    moment = (NOON + timedelta(seconds=42)).astimezone(nepal)
    assert limits.window_of(moment) == NOON
    assert limits.key_of("nova", moment) == limits.key_of("nova", NOON)


def test_each_sender_has_an_item_for_each_window():
    assert limits.key_of("nova", NOON + MOMENT) == "nova#1795348800"
    keys = {
        limits.key_of(sender, NOON + minute * WINDOW)
        for sender in ("nova", "nova-2")
        for minute in range(3)
    }
    assert len(keys) == 6


def test_a_recipients_counter_stays_the_same_from_release_to_release():
    assert limits.recipient_digits("boots") == "cnz0r"


@given(st.from_regex(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?", fullmatch=True))
def test_no_recipients_counter_is_a_word_of_ours(recipient_id: str):
    digits = limits.recipient_digits(recipient_id)
    assert len(digits) == 5
    assert set(digits) <= set(ids.ALPHABET)
    # `o` and `l` are not in the alphabet, nor is `_`.
    assert not set("total") <= set(ids.ALPHABET)
    assert not set("purge_at") <= set(ids.ALPHABET)


def test_counters_are_spread_over_all_that_they_can_be():
    names = [limits.recipient_digits(f"agent-{number}") for number in range(10_000)]
    # Among 10,000 of 33,554,432, one and a half pairs meet on average.
    assert len(set(names)) > 9_980
    for place, digit in itertools.product(range(5), ids.ALPHABET):
        share = sum(name[place] == digit for name in names) / len(names)
        assert 0.02 < share < 0.045
