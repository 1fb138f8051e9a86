"""What links a work order to others: its children, and the siblings that depend on it.

When an order ends, others follow: its open children are cancelled, and its dependents become ready
or are cancelled. The transaction of the end also writes a mark, so that this is finished even if
the function dies (`settling`). An order without links has no mark, and costs nothing more.

The order may be read from a replica. So the end has conditions that no first child and no first
dependent has come since it was read. A later one changes nothing, because the mark is written then.
A completed order has no open children, so the number of its children must not have changed at all.
"""

from typing import Any

from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import ACTIVE, Status, Transition

HAS_NO_CHILDREN = "attribute_not_exists(children)"
HAS_SAME_CHILDREN = "children = :children_seen"
HAS_NO_DEPENDENTS = "attribute_not_exists(has_dependents)"


def needs_mark(order: WorkOrder, step: Transition) -> bool:
    """Return whether others follow from this transition of the order."""
    if step.target in ACTIVE:
        return False
    has_open_children = bool(order.children) and step.target is not Status.COMPLETED
    return has_open_children or bool(order.has_dependents)


def conditions(order: WorkOrder, changed: WorkOrder) -> tuple[list[str], dict[str, Any]]:
    """Return the clauses that the end of an order knows of all that follows, with their values."""
    if changed.status in ACTIVE:
        return [], {}
    clauses: list[str] = []
    values: dict[str, Any] = {}
    if order.children is None:
        clauses.append(HAS_NO_CHILDREN)
    elif changed.status is Status.COMPLETED:
        clauses.append(HAS_SAME_CHILDREN)
        values["children_seen"] = order.children
    if not order.has_dependents:
        clauses.append(HAS_NO_DEPENDENTS)
    return clauses, values
