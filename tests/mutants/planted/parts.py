"""Bugs to plant in work orders that have parts: budgets, dependencies and cascades."""

from __future__ import annotations

from tests.mutants.mutant import Mutant

ORDERS = "tests/integration/work_orders"

MUTANTS = (
    Mutant(
        "the budget of children is checked before the write alone",
        "work_orders/children_table.py",
        "committed_cents <= :room)",
        "committed_cents <= :room OR committed_cents > :room)",
        (f"{ORDERS}/test_children.py::test_the_budgets_of_the_children_stay_within_the_parents",),
    ),
    Mutant(
        "a budget that is counted again is written whatever has come since",
        "work_orders/children_table.py",
        'IS_COUNTED = "children = :children_seen"',
        'IS_COUNTED = "(children = :children_seen OR children <> :children_seen)"',
        (
            f"{ORDERS}/test_children_races.py"
            "::test_a_child_that_comes_after_the_counting_makes_it_count_again",
        ),
    ),
    Mutant(
        "an order ends with its first child unseen",
        "work_orders/links.py",
        'HAS_NO_CHILDREN = "attribute_not_exists(children)"',
        'HAS_NO_CHILDREN = "attribute_not_exists(no_attribute)"',
        (
            f"{ORDERS}/test_children.py"
            "::test_the_first_child_that_comes_while_its_parent_ends_is_cancelled",
        ),
    ),
    Mutant(
        "an order is completed although a child has come",
        "work_orders/links.py",
        'HAS_SAME_CHILDREN = "children = :children_seen"',
        'HAS_SAME_CHILDREN = "children >= :children_seen"',
        (
            f"{ORDERS}/test_children.py"
            "::test_a_child_that_comes_while_its_parent_is_completed_is_not_missed",
        ),
    ),
    Mutant(
        "the end of an order leaves no mark",
        "work_orders/links.py",
        "return has_open_children or bool(order.has_dependents)",
        "return False",
        (f"{ORDERS}/test_settling.py::test_the_sweep_cancels_the_children_of_an_ended_order",),
    ),
    Mutant(
        "a cascade ends with the first level",
        "work_orders/settling.py",
        "        if moved.is_final and moved.has_followers:",
        "        if moved.is_final and not moved.has_followers:",
        (f"{ORDERS}/test_settling.py::test_the_sweep_cancels_the_children_of_an_ended_order",),
    ),
    Mutant(
        "a mark goes although a child could not be ended",
        "work_orders/settling.py",
        "        if endings.left == left:",
        "        if endings.left >= left:",
        (f"{ORDERS}/test_settling.py::test_a_child_that_cannot_be_read_keeps_no_other_open",),
    ),
    Mutant(
        "an order is made ready whatever has come since",
        "work_orders/transition_write.py",
        'IS_NOT_READY = "is_ready = :not_ready"',
        'IS_NOT_READY = "(is_ready = :not_ready OR is_ready <> :not_ready)"',
        (f"{ORDERS}/test_dependencies.py::test_two_that_make_an_order_ready_tell_once",),
    ),
    Mutant(
        "an order is accepted before it is ready",
        "work_orders/model.py",
        "if self.is_ready is False and step.target is Status.ACCEPTED:",
        "if self.is_ready is True and step.target is Status.ACCEPTED:",
        (
            f"{ORDERS}/test_dependencies.py"
            "::test_an_order_is_ready_once_all_that_it_depends_on_is_completed",
        ),
    ),
    Mutant(
        "a dependency that ends meanwhile is missed",
        "work_orders/children_table.py",
        "#status IN ({', '.join(f':{name}' for name in states)})",
        "(#status IN ({', '.join(f':{name}' for name in states)}) OR #status <> :open0)",
        (
            f"{ORDERS}/test_dependencies.py"
            "::test_a_dependency_that_ends_while_a_dependent_is_created_is_not_missed",
        ),
    ),
    Mutant(
        "an order has one child too many",
        "work_orders/children_table.py",
        '"(attribute_not_exists(children) OR children < :most)"',
        '"(attribute_not_exists(children) OR children <= :most)"',
        (
            f"{ORDERS}/test_children_races.py::test_of_two_children_at_once_the_last_place_takes_one",
        ),
    ),
    Mutant(
        "a child of the ninth level is created",
        "work_orders/narrowing.py",
        "if depth > MOST_LEVELS:",
        "if depth > MOST_LEVELS + 1:",
        (f"{ORDERS}/test_children.py::test_a_child_of_the_eighth_level_has_no_children",),
    ),
    Mutant(
        "a child that was cancelled keeps its budget",
        "work_orders/children_table.py",
        "order.is_final and order.status is not Status.COMPLETED",
        "order.is_final and order.status is Status.COMPLETED",
        (
            f"{ORDERS}/test_children.py"
            "::test_a_child_that_ends_returns_its_budget_unless_it_is_completed",
        ),
    ),
    Mutant(
        "an order is completed with open children",
        "work_orders/closing.py",
        "if not order.children:",
        "if order.children:",
        (f"{ORDERS}/test_children.py::test_an_order_is_completed_after_its_children",),
    ),
    Mutant(
        "an order ends with its first dependent unseen",
        "work_orders/links.py",
        'HAS_NO_DEPENDENTS = "attribute_not_exists(has_dependents)"',
        'HAS_NO_DEPENDENTS = "attribute_not_exists(no_attribute)"',
        (
            f"{ORDERS}/test_dependencies.py"
            "::test_an_order_that_depends_on_one_that_ends_meanwhile_is_not_missed",
        ),
    ),
    Mutant(
        "an order is ready with its first dependency",
        "work_orders/narrowing.py",
        "return all(each.status is Status.COMPLETED for each in dependencies)",
        "return any(each.status is Status.COMPLETED for each in dependencies)",
        (
            f"{ORDERS}/test_dependencies.py"
            "::test_an_order_that_is_created_between_its_dependencies_waits_for_the_last",
        ),
    ),
    Mutant(
        "the worker is not told that an order is ready",
        "work_orders/readiness.py",
        "told = [] if order.worker is None else [order.worker]",
        "told = [order.worker][:0]",
        (
            f"{ORDERS}/test_dependencies.py"
            "::test_an_order_is_ready_once_all_that_it_depends_on_is_completed",
        ),
    ),
    Mutant(
        "the parts of a worker that lapsed go on",
        "work_orders/settling.py",
        "return parent.status not in ACTIVE or parent.taken_by.id != child.client.id",
        "return parent.status not in ACTIVE",
        (f"{ORDERS}/test_pool_children.py::test_the_parts_of_the_next_worker_go_on",),
    ),
    Mutant(
        "the parts of the next worker are cancelled",
        "work_orders/settling.py",
        "parent.taken_by.id != child.client.id",
        "parent.taken_by.id != child.work_order_id",
        (f"{ORDERS}/test_pool_children.py::test_the_parts_of_the_next_worker_go_on",),
    ),
    Mutant(
        "a mark of a later end goes with the one before it",
        "work_orders/table.py",
        '                "due_at = :seen",\n',
        '                "due_at >= :seen",\n',
        (
            f"{ORDERS}/test_pool_children.py"
            "::test_an_order_that_lapses_during_the_sweep_of_its_last_lapse_is_swept_again",
        ),
    ),
)
