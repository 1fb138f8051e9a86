import pytest

from agent_messaging.stats.counted_records import CountedRecords
from agent_messaging.stats.model import Cell, Metric
from agent_messaging.stats.projection import PoisonRecordError
from agent_messaging.stats.runs import MAX_ITEMS, plan, second_of, seconds_of
from tests.unit.stats.records import (
    SECOND,
    agent,
    agent_changed,
    at,
    dated,
    message,
    messages,
    number,
    order_moved,
    record,
    undated,
    unknown_message,
)


def counted(*positions, second=SECOND):
    return CountedRecords(second, tuple(int(number(position)) for position in positions))


def records_of(planned):
    return [list(run.records) for run in planned.runs]


def test_a_new_batch_is_one_run():
    planned = plan([message(1), message(2, "chat_message"), message(3)], [])

    [run] = planned.runs
    assert run.records == (counted(1, 2, 3),)
    assert run.sums == {
        Cell(Metric.MESSAGES): {"ping": 2, "chat_message": 1},
        Cell(Metric.MESSAGES, "2026-11-23T01:10"): {"ping": 2, "chat_message": 1},
    }
    assert planned.poison == []


def test_every_second_of_a_run_has_a_list_whatever_the_order():
    records = [
        message(1),
        dated(message(2), SECOND + 1),
        message(3),
        dated(message(4), SECOND - 1),
    ]

    assert records_of(plan(records, [])) == [
        [counted(1, 3), counted(2, second=SECOND + 1), counted(4, second=SECOND - 1)]
    ]


def test_what_is_listed_is_not_counted_again():
    planned = plan([message(1), message(2), message(3), message(4)], [counted(2, 3, 9)])

    assert records_of(planned) == [[counted(1, 4)]]


def test_a_record_that_comes_twice_in_one_batch_is_counted_once():
    assert records_of(plan([message(1), message(2), message(1)], [])) == [[counted(1, 2)]]


def test_poison_is_reported_alone_and_what_lies_round_it_is_one_run():
    records = [unknown_message(1), message(2), unknown_message(3), message(4), unknown_message(5)]

    planned = plan(records, [])

    assert records_of(planned) == [[counted(2, 4)]]
    assert planned.poison == [number(1), number(3), number(5)]


def test_a_record_that_was_counted_is_not_poison_any_more():
    assert plan([unknown_message(1)], [counted(1)]).poison == []


def test_records_that_change_nothing_are_not_listed():
    renamed = agent_changed(2, new={"name": "Nova II"}, old={"name": "Nova"})

    assert records_of(plan([agent(1), renamed, agent(3)], [])) == [[counted(1, 3)]]
    assert plan([renamed], []).runs == []


def test_a_run_that_cancels_out_is_listed_all_the_same():
    left = agent_changed(2, new={"deleted_at": at(0)}, old={})

    [run] = plan([agent(1), left], []).runs

    assert run.sums == {}
    assert run.records == (counted(1, 2),)


def size(run):
    return len(run.records) + len(run.sums)


def test_a_run_of_many_windows_never_outgrows_a_transaction():
    each_in_a_window_of_its_own = [message(i, seconds=600 * i) for i in range(150)]

    planned = plan(each_in_a_window_of_its_own, [])

    # Of ten records a second: the sum over all time, n windows, and a list for each ten.
    assert [size(run) for run in planned.runs] == [MAX_ITEMS, 1 + 60 + 6]
    assert_complete(planned, range(150))


def test_a_run_of_many_seconds_never_outgrows_a_transaction():
    each_in_a_second_of_its_own = [dated(message(i), SECOND + i) for i in range(150)]

    planned = plan(each_in_a_second_of_its_own, [])

    assert [size(run) for run in planned.runs] == [MAX_ITEMS, 2 + 52]
    assert_complete(planned, range(150))


def assert_complete(planned, positions):
    numbers = [n for run in planned.runs for each in run.records for n in each.numbers]
    assert numbers == [int(number(position)) for position in positions]


def test_a_record_without_a_sequence_number_fails_the_batch():
    broken = record(1, "INSERT", {"agent_id": "nova-agent-id"}, new={})
    del broken["dynamodb"]["SequenceNumber"]

    with pytest.raises(KeyError):
        plan([broken], [])


@pytest.mark.parametrize("moment", [1795396262, 1795396262.0, "1795396262"])
def test_a_second_is_the_same_however_it_is_written(moment):
    assert second_of(dated(message(1), moment)) == 1795396262


@pytest.mark.parametrize(
    "moment",
    [None, "", "2026-11-23T01:11:02Z", [], -1, 10**10, float("nan"), float("inf")],
    ids=repr,
)
def test_a_record_that_does_not_say_when_it_was_made_is_poison(moment):
    broken = dated(message(1), moment)

    with pytest.raises(PoisonRecordError):
        second_of(broken)

    assert plan([broken, message(2)], []).poison == [number(1)]
    assert seconds_of([broken, message(2)]) == {SECOND}


def test_a_record_without_a_second_is_poison_though_it_changes_nothing():
    assert plan([undated(order_moved(1, "accepted", "accepted"))], []).poison == [number(1)]


def test_seconds_are_looked_up_once_each():
    assert seconds_of(messages(0, 25)) == {SECOND, SECOND + 1, SECOND + 2}
