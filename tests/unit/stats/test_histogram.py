from collections import Counter
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_messaging.stats import histogram

YEAR = 365 * 86400.0
DURATIONS = st.floats(min_value=0.001, max_value=YEAR)


@given(st.lists(DURATIONS, min_size=1, max_size=60))
def test_the_median_is_within_ten_percent(durations):
    counts = Counter(map(histogram.bucket, durations))

    assert histogram.median(counts) == pytest.approx(median(durations), rel=0.1)


@given(DURATIONS)
def test_a_single_duration_is_within_ten_percent(seconds):
    assert histogram.median({histogram.bucket(seconds): 1}) == pytest.approx(seconds, rel=0.1)


@given(DURATIONS, DURATIONS)
def test_longer_durations_never_fall_into_lower_buckets(one, other):
    assert (one <= other) <= (histogram.bucket(one) <= histogram.bucket(other))


def test_a_minute_and_an_hour_as_they_are_reported():
    assert histogram.median({histogram.bucket(60): 3}) == 61.73
    assert histogram.median({histogram.bucket(3600): 3}) == 3408


def test_nothing_observed_has_no_median():
    assert histogram.median({}) is None
    assert histogram.median({4: 0}) is None


@pytest.mark.parametrize("seconds", [0.001, 0.0, 0.0001, -3.0])
def test_a_millisecond_is_the_least(seconds):
    assert histogram.bucket(seconds) == 0


def test_a_year_of_buckets_fits_one_kibibyte():
    names = [str(index) for index in range(histogram.bucket(YEAR) + 1)]
    number_of_four_digits = 3

    assert len(names) == 133
    assert sum(len(name) + number_of_four_digits for name in names) < 1024
