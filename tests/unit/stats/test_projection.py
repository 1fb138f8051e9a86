import copy

import pytest

from agent_messaging.stats import histogram
from agent_messaging.stats.model import Cell, Change, Metric, total
from agent_messaging.stats.projection import PoisonRecordError, changes_of
from tests.unit.stats.records import (
    agent,
    agent_changed,
    at,
    long_part,
    message,
    order,
    order_moved,
    record,
)

AGENTS = Cell(Metric.AGENTS)
MESSAGES = Cell(Metric.MESSAGES)
WORK_ORDERS = Cell(Metric.WORK_ORDERS)


def test_a_registered_agent_counts_one_more():
    assert changes_of(agent(1)) == [Change(AGENTS, "registered", 1)]


def test_an_agent_that_leaves_counts_one_less():
    left = agent_changed(1, new={"deleted_at": at(0)}, old={})

    assert changes_of(left) == [Change(AGENTS, "registered", -1)]


def test_an_agent_that_changes_otherwise_counts_nothing():
    assert changes_of(agent_changed(1, new={"name": "Nova II"}, old={"name": "Nova"})) == []


def test_an_agent_that_left_before_counts_nothing():
    marker = {"deleted_at": at(0)}

    assert changes_of(agent_changed(1, new=marker, old=marker)) == []


def test_a_message_counts_by_its_type_over_all_time_and_in_the_ten_minutes_of_its_own_time():
    assert changes_of(message(1, "chat_message", seconds=-600)) == [
        Change(MESSAGES, "chat_message", 1),
        Change(Cell(Metric.MESSAGES, "2026-11-23T01:00"), "chat_message", 1),
    ]


def test_a_message_that_is_read_or_purged_counts_nothing():
    keys = {"recipient_id": "boots-agent-id", "message_id": "msg_1"}

    assert changes_of(record(1, "MODIFY", keys, new=keys)) == []
    assert changes_of(record(1, "REMOVE", keys)) == []


def test_what_is_long_of_a_message_counts_nothing():
    assert changes_of(long_part(1)) == []


def test_a_new_work_order_counts_as_pending():
    assert changes_of(order(1)) == [Change(WORK_ORDERS, "pending", 1)]


def test_a_work_order_that_moves_leaves_its_old_status():
    assert changes_of(order_moved(1, "pending", "rejected")) == [
        Change(WORK_ORDERS, "pending", -1),
        Change(WORK_ORDERS, "rejected", 1),
    ]


def test_accepting_also_observes_how_long_it_took():
    accepted = order_moved(1, "pending", "accepted", accepted_at=at(120))

    assert changes_of(accepted) == [
        Change(WORK_ORDERS, "pending", -1),
        Change(WORK_ORDERS, "accepted", 1),
        Change(Cell(Metric.TIME_TO_ACCEPT), str(histogram.bucket(120)), 1),
    ]


def test_a_reopened_order_was_offered_when_it_was_reopened():
    times = {"accepted_at": at(7_320), "reopened_at": at(7_200)}

    assert changes_of(order_moved(1, "pending", "accepted", **times))[2:] == [
        Change(Cell(Metric.TIME_TO_ACCEPT), str(histogram.bucket(120)), 1),
    ]


def test_completing_also_observes_how_long_it_took():
    times = {"accepted_at": at(120), "completed_at": at(3720)}

    assert changes_of(order_moved(1, "accepted", "completed", **times)) == [
        Change(WORK_ORDERS, "accepted", -1),
        Change(WORK_ORDERS, "completed", 1),
        Change(Cell(Metric.TIME_TO_COMPLETE), str(histogram.bucket(3600)), 1),
    ]


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_ending_otherwise_observes_nothing(status):
    moved = changes_of(order_moved(1, "accepted", status, accepted_at=at(120)))

    assert {change.cell for change in moved} == {WORK_ORDERS}


def test_a_work_order_that_keeps_its_status_or_goes_counts_nothing():
    assert changes_of(order_moved(1, "accepted", "accepted")) == []
    assert changes_of(record(1, "REMOVE", {"work_order_id": "wo_1", "part": "head"})) == []


def test_a_part_of_a_work_order_counts_nothing():
    assert changes_of(order(1, part="offer")) == []


def test_sums_leave_out_what_cancels_out():
    changes = [*changes_of(order(1)), *changes_of(order_moved(1, "pending", "rejected"))]

    assert total(changes) == {WORK_ORDERS: {"rejected": 1}}


def without(path, sound):
    """The record without what the path leads to."""
    broken = copy.deepcopy(sound)
    *parents, last = path
    part = broken
    for step in parents:
        part = part[step]
    del part[last]
    return broken


def having(value, path, sound):
    """The record with another value where the path leads."""
    broken = copy.deepcopy(sound)
    *parents, last = path
    part = broken
    for step in parents:
        part = part[step]
    part[last] = value
    return broken


ACCEPTED = order_moved(1, "pending", "accepted", accepted_at=at(120))
NEW = ("dynamodb", "NewImage")
OLD = ("dynamodb", "OldImage")
DISPLAY = (*NEW, "display", "M")
CREATED = (*DISPLAY, "created_at")

MALFORMED = {
    "nothing": {},
    "no event name": without(("eventName",), message(1)),
    "an unknown event": having("TRUNCATE", ("eventName",), message(1)),
    "no keys": without(("dynamodb", "Keys"), message(1)),
    "keys of no table": having({"pk": {"S": "x"}}, ("dynamodb", "Keys"), message(1)),
    "keys that are none": having(None, ("dynamodb", "Keys"), message(1)),
    "half a key": without(("dynamodb", "Keys", "message_id"), message(1)),
    "a message without an image": without(NEW, message(1)),
    "a message with no image": having(None, NEW, message(1)),
    "a message without a display": without((*NEW, "display"), message(1)),
    "a message without a type": without((*DISPLAY, "type"), message(1)),
    "a message of an unknown type": message(1, "telegram"),
    "a type that is a number": having({"N": "1"}, (*DISPLAY, "type"), message(1)),
    "a type that is a list": having([], (*DISPLAY, "type"), message(1)),
    "a message without a time": without((*DISPLAY, "created_at"), message(1)),
    "a time that is none": having({"S": "yesterday"}, (*DISPLAY, "created_at"), message(1)),
    "a time of nowhere": having({"S": "2026-11-23T01:10:00"}, (*DISPLAY, "created_at"), message(1)),
    "a time before all time": having({"S": "0001-01-01T00:00:00+14:00"}, CREATED, message(1)),
    "a time after all time": having({"S": "9999-12-31T23:59:59-14:00"}, CREATED, message(1)),
    "a changed agent without an image": without(NEW, agent_changed(1, new={}, old={})),
    "a left agent without its past": without(
        OLD, agent_changed(1, new={"deleted_at": at(0)}, old={})
    ),
    "an order without a status": without((*NEW, "status"), order(1)),
    "an order of an unknown status": order_moved(1, "pending", "lost"),
    "an order from an unknown status": order_moved(1, "lost", "pending"),
    "an order without its past": without(OLD, ACCEPTED),
    "an accepted order that never was": without((*NEW, "accepted_at"), ACCEPTED),
    "an accepted order of no beginning": without((*NEW, "display", "M", "created_at"), ACCEPTED),
    "a completed order that never was": order_moved(1, "accepted", "completed", accepted_at=at(0)),
}


@pytest.mark.parametrize("broken", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_record_that_cannot_be_understood_is_poison(broken):
    with pytest.raises(PoisonRecordError):
        changes_of(broken)


def test_poison_tells_nothing_of_what_the_record_holds():
    with pytest.raises(PoisonRecordError) as caught:
        changes_of(message(1, "a secret"))

    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
