import pytest

from agent_messaging.stats.model import Cell, Metric
from agent_messaging.stats.receipts import Receipt
from agent_messaging.stats.runs import MAX_CELLS, plan
from tests.unit.stats.records import (
    agent,
    agent_changed,
    at,
    message,
    number,
    record,
    unknown_message,
)


def receipt(*positions):
    return Receipt(tuple(int(number(position)) for position in positions))


def runs_of(planned):
    return [run.receipt for run in planned.runs]


def test_a_new_batch_is_one_run():
    planned = plan([message(1), message(2, "chat_message"), message(3)], [])

    [run] = planned.runs
    assert run.receipt == receipt(1, 2, 3)
    assert run.sums == {
        Cell(Metric.MESSAGES): {"ping": 2, "chat_message": 1},
        Cell(Metric.MESSAGES, "2026-11-23T01:10"): {"ping": 2, "chat_message": 1},
    }
    assert (planned.carried, planned.poison) == ([], [])


def test_what_a_receipt_lists_is_not_counted_again():
    planned = plan([message(1), message(2), message(3), message(4)], [receipt(2, 3)])

    assert runs_of(planned) == [receipt(1), receipt(4)]


def test_a_receipt_that_reaches_further_is_carried_to_the_next_batch():
    planned = plan([message(1), message(2)], [receipt(1, 2, 5, 6), receipt(2, 5, 6)])

    assert planned.runs == []
    assert planned.carried == [receipt(5, 6)]


def test_poison_parts_the_runs_and_is_reported_alone():
    records = [unknown_message(1), message(2), unknown_message(3), message(4), unknown_message(5)]

    planned = plan(records, [])

    assert runs_of(planned) == [receipt(2), receipt(4)]
    assert planned.poison == [number(1), number(3), number(5)]


def test_a_record_that_was_counted_is_not_poison_any_more():
    assert plan([unknown_message(1)], [receipt(1)]).poison == []


def test_records_that_change_nothing_are_not_listed():
    renamed = agent_changed(2, new={"name": "Nova II"}, old={"name": "Nova"})

    assert runs_of(plan([agent(1), renamed, agent(3)], [])) == [receipt(1, 3)]


def test_a_run_that_cancels_out_is_not_written():
    left = agent_changed(2, new={"deleted_at": at(0)}, old={})

    assert plan([agent(1), left], []).runs == []


def test_a_run_never_outgrows_a_transaction():
    each_in_a_window_of_its_own = [message(i, seconds=600 * i) for i in range(150)]

    planned = plan(each_in_a_window_of_its_own, [])

    assert [len(run.sums) for run in planned.runs] == [MAX_CELLS, 53]
    assert sum((run.receipt.numbers for run in planned.runs), ()) == tuple(
        int(number(i)) for i in range(150)
    )


def test_a_record_without_a_sequence_number_fails_the_batch():
    broken = record(1, "INSERT", {"agent_id": "nova-agent-id"}, new={})
    del broken["dynamodb"]["SequenceNumber"]

    with pytest.raises(KeyError):
        plan([broken], [])
