"""Bugs to plant in the transitions of a work order, its deadline, and what its parties are told."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

SCHEDULER = "tests/races/scheduler"
ORDERS = "tests/integration/work_orders"
CONTACTS = "tests/integration/contacts"

MUTANTS = (
    Mutant(
        "a transition does not ask whether the order is still what was read",
        "work_orders/transition_write.py",
        'IS_STILL = "#status = :was"',
        'IS_STILL = "(#status = :was OR #status <> :was)"',
        (f"{SCHEDULER}/test_scenarios.py::test_nothing_is_violated[answers]",),
    ),
    Mutant(
        "an order can be answered at the very moment of its deadline",
        "work_orders/model.py",
        "if ends_at is None or ends_at > now:",
        "if ends_at is None or ends_at >= now:",
        (f"{ORDERS}/test_first_come.py::test_whoever_first_finds_it_overdue_stores_that",),
    ),
    Mutant(
        "a deadline is no condition of the write",
        "work_orders/transition_write.py",
        "OR deadline_at > :now)",
        "OR deadline_at > :now OR deadline_at <= :now)",
        (ORDERS,),
    ),
    Mutant(
        "an order is told to be expired before that is stored",
        "work_orders/expiry.py",
        "            transact(self.client, self._entries(order, expiry, now))",
        "            self._entries(order, expiry, now)",
        (f"{ORDERS}/test_first_come.py",),
    ),
    Mutant(
        "an expiry tells one of the two parties",
        "work_orders/expiry.py",
        "for to in (order.client, worker)",
        "for to in (order.client,)",
        (f"{ORDERS}/test_sweeps.py",),
    ),
    Mutant(
        "a worker takes one job more than it allows",
        "agents/table.py",
        'active_jobs < max_concurrent_jobs",',
        'active_jobs <= max_concurrent_jobs",',
        (f"{ORDERS}/test_capacity.py",),
    ),
    Mutant(
        "a job that its client cancels goes on counting",
        "work_orders/transitions.py",
        "if was_active and not is_active:",
        "if was_active and not is_active and write.step.action is not Action.CANCEL:",
        (f"{ORDERS}/test_transitions.py",),
    ),
    Mutant(
        "a transition forgets the notification",
        "work_orders/transitions.py",
        "            *self._transact_note(write, wanted, actor, other),\n",
        "",
        (f"{ORDERS}/test_notifications.py",),
    ),
    Mutant(
        "a result is not compared with the schema of its order",
        "work_orders/transitions.py",
        "if wanted.action is Action.COMPLETE and order.schema_bytes:",
        "if wanted.action is Action.ACCEPT and order.schema_bytes:",
        (f"{ORDERS}/test_result_schemas.py",),
    ),
    Mutant(
        "a result that was not checked in time matches its schema",
        "work_orders/result_schema.py",
        'if report is not None and report.get("is_valid"):',
        'if report is None or report.get("is_valid"):',
        (f"{ORDERS}/test_result_schemas.py",),
    ),
    Mutant(
        "orders of a client that is blocked count as waiting",
        "work_orders/table.py",
        'f"NOT client_id IN (',
        'f"attribute_exists(client_id) OR client_id IN (',
        (f"{CONTACTS}/test_muting.py",),
    ),
    Mutant(
        "a notification quotes an agent that its reader blocks",
        "work_orders/notification.py",
        "if relationship is Relationship.BLOCKED:",
        "if relationship is None:",
        (f"{ORDERS}/test_notifications.py",),
    ),
    Mutant(
        "a bulk reject stops at the first order that is not to be rejected",
        "work_orders/bulk_reject.py",
        "            refused.append(",
        "            raise\n            refused.append(",
        (f"{ORDERS}/test_bulk_reject.py",),
    ),
)
