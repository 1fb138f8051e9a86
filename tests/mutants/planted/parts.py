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
        (f"{ORDERS}/test_children.py",),
    ),
    Mutant(
        "a budget that is counted again is written whatever has come since",
        "work_orders/children_table.py",
        'IS_COUNTED = "children = :children_seen"',
        'IS_COUNTED = "(children = :children_seen OR children <> :children_seen)"',
        (f"{ORDERS}/test_children_races.py",),
    ),
    Mutant(
        "an order ends with its first child unseen",
        "work_orders/links.py",
        'HAS_NO_CHILDREN = "attribute_not_exists(children)"',
        'HAS_NO_CHILDREN = "attribute_not_exists(no_attribute)"',
        (f"{ORDERS}/test_children.py",),
    ),
    Mutant(
        "an order is completed although a child has come",
        "work_orders/links.py",
        'HAS_SAME_CHILDREN = "children = :children_seen"',
        'HAS_SAME_CHILDREN = "children >= :children_seen"',
        (f"{ORDERS}/test_children.py",),
    ),
    Mutant(
        "the end of an order leaves no mark",
        "work_orders/links.py",
        "return has_open_children or bool(order.has_dependents)",
        "return False",
        (f"{ORDERS}/test_settling.py",),
    ),
    Mutant(
        "a cascade ends with the first level",
        "work_orders/settling.py",
        "        if moved.is_final and moved.has_followers:",
        "        if moved.is_final and not moved.has_followers:",
        (f"{ORDERS}/test_settling.py",),
    ),
    Mutant(
        "a mark goes although a child could not be ended",
        "work_orders/settling.py",
        "        if endings.left == left:",
        "        if endings.left >= left:",
        (f"{ORDERS}/test_settling.py",),
    ),
    Mutant(
        "an order is made ready whatever has come since",
        "work_orders/transition_write.py",
        'IS_NOT_READY = "is_ready = :not_ready"',
        'IS_NOT_READY = "(is_ready = :not_ready OR is_ready <> :not_ready)"',
        (f"{ORDERS}/test_dependencies.py",),
    ),
    Mutant(
        "an order is accepted before it is ready",
        "work_orders/model.py",
        "if self.is_ready is False and step.target is Status.ACCEPTED:",
        "if self.is_ready is True and step.target is Status.ACCEPTED:",
        (f"{ORDERS}/test_dependencies.py",),
    ),
    Mutant(
        "a dependency that ends meanwhile is missed",
        "work_orders/children_table.py",
        "#status IN ({', '.join(f':{name}' for name in states)})",
        "(#status IN ({', '.join(f':{name}' for name in states)}) OR #status <> :open0)",
        (f"{ORDERS}/test_dependencies.py",),
    ),
)
