"""Bugs to plant in leases of work orders: progress, lapses, questions and overdue orders."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

ORDERS = "tests/integration/work_orders"

MUTANTS = (
    Mutant(
        "an order lapses without a condition on its lease",
        "work_orders/transition_write.py",
        'HAS_LAPSED = "lease_expires_at <= :now"',
        'HAS_LAPSED = "(lease_expires_at <= :now OR lease_expires_at > :now)"',
        (
            f"{ORDERS}/test_lease_conditions.py"
            "::test_a_lapse_finds_that_the_lease_was_renewed_meanwhile",
        ),
    ),
    Mutant(
        "a worker completes an order after its lease",
        "work_orders/transition_write.py",
        'IS_LEASED = "lease_expires_at > :now"',
        'IS_LEASED = "(lease_expires_at > :now OR lease_expires_at <= :now)"',
        (f"{ORDERS}/test_lease_conditions.py::test_the_write_minds_the_lease",),
    ),
    Mutant(
        "a question lapses without a condition on its time",
        "work_orders/transition_write.py",
        'IS_UNANSWERED = "answer_by <= :now"',
        'IS_UNANSWERED = "(answer_by <= :now OR answer_by > :now)"',
        (f"{ORDERS}/test_lease_conditions.py::test_the_write_minds_the_time_for_an_answer",),
    ),
    Mutant(
        "a question is answered after its time",
        "work_orders/transition_write.py",
        'IS_ANSWERABLE = "answer_by > :now"',
        'IS_ANSWERABLE = "(answer_by > :now OR answer_by <= :now)"',
        (f"{ORDERS}/test_lease_conditions.py::test_the_write_minds_the_time_for_an_answer",),
    ),
    Mutant(
        "an answer is taken for whatever question waits now",
        "work_orders/transition_write.py",
        'IS_QUESTION = "question_id = :question"',
        'IS_QUESTION = "question_id <> :was"',
        (f"{ORDERS}/test_lease_conditions.py::test_an_answer_finds_that_another_question_waits",),
    ),
    Mutant(
        "a report moves a lease back",
        "work_orders/transition_write.py",
        'IS_LATER = "lease_expires_at <= :lease_expires_at"',
        'IS_LATER = "lease_expires_at <> :was"',
        (f"{ORDERS}/test_lease_conditions.py::test_a_report_finds_another_one_and_a_later_lease",),
    ),
    Mutant(
        "two reports have one number",
        "work_orders/transition_write.py",
        "OR reports < :reports)",
        "OR reports <= :reports)",
        (f"{ORDERS}/test_lease_conditions.py::test_a_report_finds_another_one_and_a_later_lease",),
    ),
    Mutant(
        "both parties are told twice that an order is overdue",
        "work_orders/transition_write.py",
        'IS_UNTOLD = "attribute_not_exists(overdue_at)"',
        'IS_UNTOLD = "#status = :was"',
        (f"{ORDERS}/test_lease_conditions.py::test_nobody_is_told_twice_that_an_order_is_overdue",),
    ),
    Mutant(
        "the sweep moves an entry that has changed meanwhile",
        "work_orders/table.py",
        '"due_at = :seen AND #status = :was"',
        '"attribute_exists(due_at) OR due_at = :seen OR #status = :was"',
        (
            f"{ORDERS}/test_lease_conditions.py"
            "::test_an_entry_is_not_moved_by_what_was_read_before_a_change",
        ),
    ),
    Mutant(
        "a worker that dies keeps its job",
        "work_orders/expiry.py",
        "if ended.step.source in ACTIVE and worker",
        "if ended.step.target in ACTIVE and worker",
        (f"{ORDERS}/test_leases.py::test_whoever_meets_a_lapsed_order_first_ends_it_once",),
    ),
    Mutant(
        "a report by a slow clock is refused",
        "work_orders/progress.py",
        "max(order.lease_expires_at, lease)",
        "lease",
        (f"{ORDERS}/test_leases.py::test_a_report_by_a_slow_clock_does_not_move_the_lease_back",),
    ),
    Mutant(
        "a report does not renew the lease",
        "work_orders/transition_write.py",
        '"reports", "lease_expires_at", "partial_bytes")',
        '"reports", "partial_bytes")',
        (f"{ORDERS}/test_leases.py::test_a_report_renews_the_lease_and_the_sweep_moves_the_entry",),
    ),
    Mutant(
        "an order takes one report more in a minute",
        "work_orders/progress.py",
        "> first + PER_MINUTE:",
        "> first + PER_MINUTE + 1:",
        (f"{ORDERS}/test_progress.py::test_an_order_takes_sixty_reports_a_minute",),
    ),
    Mutant(
        "the client is not told of a report",
        "work_orders/progress.py",
        "request.write([*entries, self.outbox.transact_event(event, now)], after)",
        "request.write([*entries, self.outbox.transact_event(event, now)][:-1], after)",
        (f"{ORDERS}/test_progress.py::test_the_client_gets_an_event_and_no_message",),
    ),
    Mutant(
        "a question replaces another one under its number",
        "work_orders/table.py",
        'return self.table.transact_put(item, "attribute_not_exists(work_order_id)")',
        "return self.table.transact_put(item)",
        (
            f"{ORDERS}/test_lease_conditions.py"
            "::test_a_second_question_finds_the_first_one_under_its_number",
        ),
    ),
    Mutant(
        "an answer is taken for another question than it names",
        "work_orders/model.py",
        'if changes.get("for_question") not in (None, self.question_id):',
        'if changes.get("for_question") == "":',
        (f"{ORDERS}/test_questions.py::test_an_answer_to_another_question_is_refused",),
    ),
    Mutant(
        "a lease goes on while a question waits for its answer",
        "work_orders/model.py",
        "lease, answer_by = None, None",
        "lease, answer_by = self.lease_expires_at, None",
        (f"{ORDERS}/test_questions.py::test_a_question_and_its_answer",),
    ),
    Mutant(
        "an answer does not start a full lease",
        "work_orders/model.py",
        "lease = now + timedelta(seconds=self.lease_seconds)",
        "lease = (self.accepted_at or now) + timedelta(seconds=self.lease_seconds)",
        (f"{ORDERS}/test_questions.py::test_a_question_and_its_answer",),
    ),
    Mutant(
        "the worker alone is told that an order is overdue",
        "work_orders/events.py",
        "for agent_id in (order.client.id, order.taken_by.id)",
        "for agent_id in (order.taken_by.id,)",
        (f"{ORDERS}/test_overdue.py::test_both_are_told_once_and_the_order_goes_on",),
    ),
)
