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
        (f"{ORDERS}/test_conditions.py::test_the_write_itself_minds_the_deadline",),
    ),
    Mutant(
        "an order is told to be expired before that is stored",
        "work_orders/expiry.py",
        "            transact(self.client, self._entries(order, expiry, now))",
        "            self._entries(order, expiry, now)",
        (f"{ORDERS}/test_first_come.py::test_whoever_first_finds_it_overdue_stores_that",),
    ),
    Mutant(
        "an expiry tells one of the two parties",
        "work_orders/expiry.py",
        "for to in (order.client, worker)",
        "for to in (order.client,)",
        (f"{ORDERS}/test_sweeps.py::test_a_sweep_expires_once_and_tells_both",),
    ),
    Mutant(
        "a worker takes one job more than it allows",
        "agents/table.py",
        'active_jobs < max_concurrent_jobs",',
        'active_jobs <= max_concurrent_jobs",',
        (f"{ORDERS}/test_capacity.py::test_no_more_is_accepted_than_the_worker_allows_itself",),
    ),
    Mutant(
        "a job that its client cancels goes on counting",
        "work_orders/transitions.py",
        "if was_active and not is_active:",
        "if was_active and not is_active and write.step.action is not Action.CANCEL:",
        (f"{ORDERS}/test_transitions.py::test_the_client_cancels_what_is_pending_or_accepted",),
    ),
    Mutant(
        "a transition forgets the notification",
        "work_orders/transitions.py",
        "            *self._transact_note(write, wanted, actor, other),\n",
        "",
        (
            f"{ORDERS}/test_notifications.py"
            "::test_who_is_blocked_gets_no_word_of_its_own_into_a_notification",
        ),
    ),
    Mutant(
        "a result is not compared with the schema of its order",
        "work_orders/transitions.py",
        "if wanted.action is Action.COMPLETE and order.schema_bytes:",
        "if wanted.action is Action.COMPLETE and not order.schema_bytes:",
        (
            f"{ORDERS}/test_result_schemas.py"
            "::test_a_result_that_does_not_match_is_refused_at_its_places",
        ),
    ),
    Mutant(
        "a result that was not checked in time matches its schema",
        "work_orders/result_schema.py",
        'if report is not None and report.get("is_valid"):',
        'if report is None or report.get("is_valid"):',
        (f"{ORDERS}/test_result_schemas.py::test_a_result_that_is_not_checked_in_time_is_refused",),
    ),
    Mutant(
        "orders of a client that is blocked count as waiting",
        "work_orders/table.py",
        'f"NOT client_id IN (',
        'f"attribute_exists(client_id) OR client_id IN (',
        (
            f"{CONTACTS}/test_muting.py"
            "::test_a_block_takes_pending_orders_out_of_the_counts_and_of_no_list",
        ),
    ),
    Mutant(
        "a notification quotes an agent that its reader blocks",
        "work_orders/notification.py",
        "if relationship is Relationship.BLOCKED:",
        "if relationship is None:",
        (
            f"{ORDERS}/test_notifications.py"
            "::test_who_is_blocked_gets_no_word_of_its_own_into_a_notification",
        ),
    ),
    Mutant(
        "a bulk reject stops at the first order that is not to be rejected",
        "work_orders/bulk_reject.py",
        "            refused.append(",
        "            raise\n            refused.append(",
        (f"{ORDERS}/test_bulk_reject.py::test_each_id_is_rejected_or_told_why_not",),
    ),
)
