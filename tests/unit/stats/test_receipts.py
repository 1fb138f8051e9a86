from hypothesis import given
from hypothesis import strategies as st

from agent_messaging.stats.receipts import Receipt
from tests.unit.stats.records import number

NUMBERS = st.lists(st.integers(0, 10**40 - 1), min_size=1, max_size=100, unique=True)


@given(NUMBERS.map(sorted))
def test_numbers_come_back_from_their_text(numbers):
    receipt = Receipt(tuple(numbers))

    assert Receipt.from_text(receipt.first, receipt.to_text()) == receipt


def test_the_text_is_the_distances_in_both_counters():
    receipt = Receipt((300000000000000499659, 400000000000000499660, 600000000000000499672))

    assert receipt.to_text() == "1.1 2.c"


def test_a_single_record_needs_no_text():
    assert Receipt((7,)).to_text() == ""
    assert Receipt.from_text(7, "") == Receipt((7,))


def test_a_hundred_records_with_gaps_fit_one_write_unit():
    with_gaps = [int(number(200 * index)) for index in range(100)]

    assert len(Receipt(tuple(with_gaps)).to_text()) < 700


def test_what_lies_behind_a_number_is_a_receipt_of_its_own():
    receipt = Receipt((3, 5, 8))

    assert receipt.behind(2) == receipt
    assert receipt.behind(4) == Receipt((5, 8))
    assert receipt.behind(8) is None
