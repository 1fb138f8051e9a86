from hypothesis import given
from hypothesis import strategies as st

from agent_messaging.stats.counted_records import MAX_GAP_SECONDS, CountedRecords, spans, start_of
from tests.unit.stats.records import SECOND, number

SECONDS = st.integers(0, 10**10 - 1)
NUMBERS = st.lists(st.integers(0, 10**40 - 1), min_size=1, max_size=100, unique=True)


@given(SECONDS, NUMBERS)
def test_a_list_comes_back_from_its_key_and_its_text(second, numbers):
    counted = CountedRecords(second, tuple(numbers))

    assert CountedRecords.from_text(counted.key, counted.to_text()) == counted


def test_the_key_is_the_second_and_the_first_number():
    counted = CountedRecords(1795396262, (300000000000000499659, 400000000000000499660))

    assert counted.key == "1795396262#0000000000000000000300000000000000499659"


@given(SECONDS, st.integers(0, 10**40 - 1), SECONDS)
def test_keys_sort_by_their_seconds(second, first, other):
    key = CountedRecords(second, (first,)).key

    assert (start_of(other) <= key <= f"{start_of(other)}~") == (second == other)
    assert (key < start_of(other)) == (second < other)


def test_the_text_is_the_distances_in_both_counters():
    numbers = (300000000000000499659, 400000000000000499660, 600000000000000499672)

    assert CountedRecords(SECOND, numbers).to_text() == "1.1 2.c"


def test_a_single_record_needs_no_text():
    counted = CountedRecords(SECOND, (7,))

    assert counted.to_text() == ""
    assert CountedRecords.from_text(counted.key, "") == counted


def test_a_hundred_records_with_gaps_fit_one_write_unit():
    with_gaps = [int(number(200 * index)) for index in range(100)]

    assert len(CountedRecords(SECOND, tuple(with_gaps)).to_text()) < 700


def test_seconds_close_together_are_one_span_and_others_are_not_read():
    close, far = SECOND + MAX_GAP_SECONDS, SECOND + 2 * MAX_GAP_SECONDS + 1

    assert spans([far, SECOND, close, SECOND]) == [(SECOND, close), (far, far)]


@given(st.sets(st.integers(0, 200)))
def test_every_second_lies_in_one_span(seconds):
    found = spans(seconds)

    assert all(sum(first <= each <= last for first, last in found) == 1 for each in seconds)
    assert all(first in seconds and last in seconds for first, last in found)
