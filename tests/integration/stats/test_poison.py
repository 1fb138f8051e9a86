"""Records that cannot be parsed: reported alone, holding nobody up, and counted in the end."""

import pytest

from agent_messaging.stats.counting import count
from tests.unit.stats.records import NOW, messages, number, sums_of, undated, unknown_message

EVER = "0"
BATCH = messages(0, 10)


@pytest.mark.parametrize("position", [0, 4, 9], ids=["first", "middle", "last"])
def test_poison_holds_nobody_up_and_is_counted_when_it_is_understood(stats, position):
    records = [*BATCH[:position], unknown_message(position), *BATCH[position + 1 :]]

    assert count(stats, records, NOW) == [number(position)]
    assert stats.sums(EVER) == sums_of(BATCH[:position] + BATCH[position + 1 :])

    # The mapping begins again at the poison record, until it gives up.
    assert count(stats, records[position:], NOW) == [number(position)]
    assert stats.sums(EVER) == sums_of(BATCH[:position] + BATCH[position + 1 :])

    # The dead letter names all of that delivery, and is replayed once the record is understood.
    for _ in range(2):
        assert count(stats, BATCH[position:], NOW) == []
        assert stats.sums(EVER) == sums_of(BATCH)


def test_what_lies_behind_poison_is_not_counted_again_without_it(stats):
    count(stats, [*messages(0, 4), unknown_message(4), *messages(5, 10)], NOW)

    assert count(stats, BATCH[7:], NOW) == []

    assert stats.sums(EVER) == sums_of([*BATCH[:4], *BATCH[5:]])


def test_a_record_without_a_second_is_poison_until_it_has_one(stats):
    assert count(stats, [*BATCH[:4], undated(BATCH[4]), *BATCH[5:]], NOW) == [number(4)]
    assert stats.sums(EVER) == sums_of([*BATCH[:4], *BATCH[5:]])

    assert count(stats, BATCH, NOW) == []

    assert stats.sums(EVER) == sums_of(BATCH)


def test_a_poison_record_is_counted_once_when_replayed_by_itself(stats):
    count(stats, [*messages(0, 4), unknown_message(4), *messages(5, 10)], NOW)

    for _ in range(2):
        assert count(stats, [BATCH[4]], NOW) == []

    assert stats.sums(EVER) == sums_of(BATCH)


def test_two_poison_records_are_both_reported(stats):
    records = [unknown_message(0), unknown_message(1), *messages(2, 5), unknown_message(5)]

    assert count(stats, records, NOW) == [number(0), number(1), number(5)]
    assert stats.sums(EVER) == sums_of(messages(2, 5))
