"""The conditional write of a transition: an update of the order's head.

Its condition is that the order's status has not changed since it was read, and that the deadline,
the lease or the time for an answer allows the transition at that moment. Of two concurrent
transitions, the second fails. An order for candidates can come back to a status, so its number of
lapses must not have changed either (`rounds`).
"""

from datetime import datetime
from typing import Any, NamedTuple

from agent_messaging import clock
from agent_messaging.storage.table import TransactItem
from agent_messaging.work_orders import links
from agent_messaging.work_orders.item import DUE_KEYS, head
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Status, Transition

IS_STILL = "#status = :was"
IS_IN_TIME = "(attribute_not_exists(deadline_at) OR deadline_at > :now)"
IS_OVERDUE = "deadline_at <= :now"
IS_UNTOLD = "attribute_not_exists(overdue_at)"
IS_LEASED = "lease_expires_at > :now"
HAS_LAPSED = "lease_expires_at <= :now"
IS_QUESTION = "question_id = :question"
IS_ANSWERABLE = "answer_by > :now"
IS_UNANSWERED = "answer_by <= :now"
IS_FIRST_ROUND = "attribute_not_exists(lapses)"
IS_SAME_ROUND = "lapses = :round"
IS_NOT_READY = "is_ready = :not_ready"


class TransitionWrite(NamedTuple):
    """A transition to write: the order afterwards, and the items of the transaction."""

    step: Transition
    order: WorkOrder
    head: TransactItem
    parts: list[TransactItem]


def update(
    order: WorkOrder, changed: WorkOrder, now: datetime, *, is_by_clock: bool
) -> tuple[str, str, dict[str, Any]]:
    """Return the expression, the condition and the values for the update of a head.

    It writes the keys of the index `due` even if they are as they were read, because the sweep may
    have moved or removed the entry meanwhile. An equal value costs nothing. `is_by_clock`: see
    `conditions`.
    """
    before, after = head(order), head(changed)
    given = {
        name: value
        for name, value in after.items()
        if name in DUE_KEYS or before.get(name) != value
    }
    given["history"] = after["history"][-1:]
    gone = [f"#{name}" for name in before if name not in after]
    sets = [f"#{name} = :{name}" for name in given if name != "history"]
    expression = f"SET {', '.join(sets)}, #history = list_append(#history, :history)"
    if gone:
        expression += f" REMOVE {', '.join(gone)}"
    clauses, values = conditions(order, now, is_by_clock=is_by_clock)
    linked, seen = links.conditions(order, changed)
    return expression, " AND ".join([*clauses, *linked]), {**given, **values, **seen}


def update_ready(order: WorkOrder, now: datetime) -> tuple[str, str, dict[str, Any]]:
    """Return the expression, the condition and the values that make a pending order ready."""
    before, after = head(order), head(order.model_copy(update={"is_ready": True}))
    given = {name: value for name, value in after.items() if before.get(name) != value}
    sets = ", ".join(f"#{name} = :{name}" for name in given)
    clauses, values = conditions(order, now)
    return f"SET {sets}", " AND ".join(clauses), {**given, **values}


def conditions(
    order: WorkOrder, now: datetime, *, is_by_clock: bool = False
) -> tuple[list[str], dict[str, Any]]:
    """Return the clauses that an order is as it was read, and in time at `now`, with their values.

    With `is_by_clock`, its time has passed instead. An order that is not ready must still be so:
    becoming ready adds keys of indexes, which an end has to remove.
    """
    clauses = [IS_STILL]
    values: dict[str, Any] = {"was": order.status}
    if order.status is Status.INPUT_REQUIRED:
        clauses.append(IS_QUESTION)
        values["question"] = order.question_id
    if order.capability is not None:
        clauses.append(IS_FIRST_ROUND if order.lapses is None else IS_SAME_ROUND)
        values |= {} if order.lapses is None else {"round": order.lapses}
    if order.is_ready is False:
        clauses.append(IS_NOT_READY)
        values["not_ready"] = False
    in_time, too_late = _TIMES[order.status]
    if order.status is not Status.ACCEPTED or order.lease_expires_at is not None:
        clauses.append(too_late if is_by_clock else in_time)
        values["now"] = clock.to_text(now)
    return clauses, values


REPORTED = ("percent", "note", "reported_at", "reports", "lease_expires_at", "partial_bytes")
IS_NEXT_REPORT = "(attribute_not_exists(reports) OR reports < :reports)"
IS_LATER = "lease_expires_at <= :lease_expires_at"


def report_update(
    order: WorkOrder, after: WorkOrder, now: datetime
) -> tuple[str, str, dict[str, Any]]:
    """Return the expression, the condition and the values for a worker's report.

    A lease never moves back, and no two reports have the same number. The entry in the index `due`
    stays: the sweep moves it.
    """
    stored = head(after)
    given = {name: stored[name] for name in REPORTED if name in stored}
    clauses, values = conditions(order, now)
    clauses += [IS_NEXT_REPORT] if after.reports is not None else []
    clauses += [IS_LATER] if after.lease_expires_at is not None else []
    expression = f"SET {', '.join(f'#{name} = :{name}' for name in given)}"
    return expression, " AND ".join(clauses), {**given, **values}


# For each open state: the clause that the order is in time, and that it is too late.
_TIMES = {
    Status.PENDING: (IS_IN_TIME, IS_OVERDUE),
    Status.ACCEPTED: (IS_LEASED, HAS_LAPSED),
    Status.INPUT_REQUIRED: (IS_ANSWERABLE, IS_UNANSWERED),
}
