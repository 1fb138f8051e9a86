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
        (f"{ORDERS}/test_leaving.py",),
    ),
    Mutant(
        "what an agent left open is not found by the sweep",
        "work_orders/sweep.py",
        'if key["part"] == LEAVING:',
        'if key["part"] == "":',
        (f"{ORDERS}/test_leaving.py",),
    ),
    Mutant(
        "the mark of an agent that left goes with the first sweep",
        "work_orders/leaving.py",
        "left_at(mark) + KEPT_FOR <= now",
        "left_at(mark) <= now",
        (f"{ORDERS}/test_leaving.py",),
    ),
    Mutant(
        "a job goes on counting when its client has left",
        "work_orders/system_end.py",
        "if write.step.source in ACTIVE:",
        "if write.step.target in ACTIVE:",
        (f"{ORDERS}/test_leaving.py",),
    ),
    Mutant(
        "an order of a client that is gone can be accepted",
        "work_orders/transitions.py",
        "has_left=has_left(item),",
        "has_left=False,",
        (f"{ORDERS}/test_leaving.py",),
    ),
)
