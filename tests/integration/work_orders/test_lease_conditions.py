"""The writes themselves mind the lease, the question and its time, whatever was read before."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.storage.transactions import TransactionFailedError, transact
from agent_messaging.work_orders.states import Action
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.work_orders.moments import LEASE, START, Watch

WEEK = 7 * 24 * 3600


def stored(order_id: str):
    return app("work_orders").orders.fetch(order_id, clock.now())


def is_written(entry: dict) -> bool:
    try:
        transact(app("work_orders").orders.client, [entry])
    except TransactionFailedError:
        return False
    return True


def at(seconds: float):
    return START + timedelta(seconds=seconds)


def write_of(order, action: Action, seconds: float, **changes) -> dict:
    orders = app("work_orders").orders
    return orders.transact_transition(order, action, at(seconds), changes).head


@pytest.mark.parametrize(
    ("action", "seconds", "written"),
    [
        (Action.COMPLETE, 10 + LEASE - 0.001, True),
        (Action.COMPLETE, 10 + LEASE, False),
        (Action.CANCEL, 10 + LEASE, False),
        (Action.LAPSE, 10 + LEASE - 0.001, False),
        (Action.LAPSE, 10 + LEASE, True),
    ],
)
def test_the_write_minds_the_lease(
    pair: Cloud, leased: str, action: Action, seconds: float, *, written: bool
):
    assert is_written(write_of(stored(leased), action, seconds)) is written


@pytest.mark.parametrize(
    ("action", "seconds", "written"),
    [
        (Action.ANSWER, 10 + WEEK - 0.001, True),
        (Action.ANSWER, 10 + WEEK, False),
        (Action.LAPSE, 10 + WEEK - 0.001, False),
        (Action.LAPSE, 10 + WEEK, True),
    ],
)
def test_the_write_minds_the_time_for_an_answer(
    pair: Cloud, leased: str, action: Action, seconds: float, *, written: bool
):
    pair.move("boots", leased, "ask", question="How?")
    assert is_written(write_of(stored(leased), action, seconds, answer="So.")) is written


def test_a_lapse_finds_that_the_lease_was_renewed_meanwhile(pair: Cloud, watch: Watch, leased: str):
    read = stored(leased)
    watch.at(LEASE)
    assert pair.move("boots", leased, "progress").status == 200
    assert not is_written(write_of(read, Action.LAPSE, 10 + LEASE))


def test_an_answer_finds_that_another_question_waits(pair: Cloud, watch: Watch, leased: str):
    pair.move("boots", leased, "ask", question="How?")
    read = stored(leased)
    pair.move("nova", leased, "answer", answer="So.")
    watch.at(20)
    pair.move("boots", leased, "ask", question="Where?")
    assert not is_written(write_of(read, Action.ANSWER, 30, answer="There."))


def test_a_second_question_finds_the_first_one_under_its_number(pair: Cloud, leased: str):
    read = stored(leased)
    pair.move("boots", leased, "ask", question="How?")
    pair.move("nova", leased, "answer", answer="So.")
    asked = {"question": "Where?", "question_id": "qst_2"}
    write = app("work_orders").orders.transact_transition(read, Action.ASK, at(30), asked)
    with pytest.raises(TransactionFailedError):
        transact(app("work_orders").orders.client, [write.head, *write.parts])
    assert [q["question"] for q in pair.order("nova", leased)["questions"]] == ["How?"]


@pytest.mark.parametrize(
    ("reports", "lease", "written"),
    [(2, LEASE + 30, True), (1, LEASE + 30, False), (2, LEASE + 20, True), (2, LEASE + 9, False)],
)
def test_a_report_finds_another_one_and_a_later_lease(
    pair: Cloud, leased: str, reports: int, lease: float, *, written: bool
):
    orders = app("work_orders").orders
    read = stored(leased)
    first = read.model_copy(update={"reports": 1, "reported_at": at(20)})
    assert is_written(orders.transact_report(read, first, at(20))[0])
    changes = {"reports": reports, "reported_at": at(30), "lease_expires_at": at(lease)}
    after = read.model_copy(update=changes)
    assert is_written(orders.transact_report(read, after, at(30))[0]) is written


def test_nobody_is_told_twice_that_an_order_is_overdue(pair: Cloud, watch: Watch):
    watch.at(0)
    order_id = pair.offer("nova", "boots", deadline_at=watch.text(1000))
    pair.move("boots", order_id, "accept")
    read, orders = stored(order_id), app("work_orders").orders
    assert [is_written(orders.transact_overdue(read, at(s))) for s in (999, 1000, 1000)] == [
        False,
        True,
        False,
    ]


def test_an_entry_is_not_moved_by_what_was_read_before_a_change(
    pair: Cloud, watch: Watch, leased: str
):
    orders = app("work_orders").orders
    pair.move("boots", leased, "ask", question="How?")
    read = stored(leased)
    watch.at(20)
    pair.move("nova", leased, "answer", answer="So.")
    orders.postpone(read, at(10 + LEASE))
    assert pair.head(leased)["due_at"] == f"{watch.text(10 + LEASE)}#{leased}"
