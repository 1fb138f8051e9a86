"""Bugs to plant in the work orders of an agent that leaves."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

ORDERS = "tests/integration/work_orders"

MUTANTS = (
    Mutant(
        "an agent that leaves ends its orders on one side",
        "work_orders/leaving.py",
        "        for role in Role:\n",
        "        for role in (Role.WORKER,):\n",
        (f"{ORDERS}/test_leaving.py::test_all_orders_on_both_sides_end_whatever_their_number",),
    ),
    Mutant(
        "what an agent left open is not found by the sweep",
        "work_orders/sweep_run.py",
        'if key["part"] == LEAVING:',
        'if key["part"] == "":',
        (f"{ORDERS}/test_leaving.py::test_the_sweep_ends_what_a_function_left_that_died",),
    ),
    Mutant(
        "the mark of an agent that left goes with the first sweep",
        "work_orders/leaving.py",
        "left_at(mark) + KEPT_FOR <= now",
        "left_at(mark) <= now",
        (f"{ORDERS}/test_leaving.py::test_the_mark_stays_as_long_as_a_request_may_still_write",),
    ),
    Mutant(
        "a job goes on counting when its client has left",
        "work_orders/system_end.py",
        "if write.step.source in ACTIVE:",
        "if write.step.target in ACTIVE:",
        (f"{ORDERS}/test_leaving.py::test_the_sweep_ends_what_a_function_left_that_died",),
    ),
    Mutant(
        "an order of a client that is gone can be accepted",
        "work_orders/transitions.py",
        "has_left=has_left(item),",
        "has_left=False,",
        (f"{ORDERS}/test_leaving.py::test_nobody_acts_on_an_order_of_a_client_that_is_gone",),
    ),
    Mutant(
        "an agent leaves with a job that it took meanwhile",
        "agents/table.py",
        'AND {other} AND active_jobs = :none",',
        'AND {other} AND active_jobs >= :none",',
        (f"{ORDERS}/test_leaving.py::test_who_may_not_leave_ends_nothing",),
    ),
    Mutant(
        "the orders that wait for others stay open when their worker leaves",
        "work_orders/table.py",
        "waiting = [items.waiting_for(agent_id)] if role is Role.WORKER else []",
        "waiting = [items.waiting_for(agent_id)] if role is Role.CLIENT else []",
        (f"{ORDERS}/test_settling.py::test_an_agent_that_leaves_ends_orders_that_are_not_ready",),
    ),
)
