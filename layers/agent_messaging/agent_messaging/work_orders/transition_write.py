"""The conditional write of a transition: an update of the order's head.

Its condition is that the order's status has not changed since it was read, and that the deadline
allows the transition at that moment. Of two concurrent transitions, the second fails.
"""

from datetime import datetime
from typing import Any, NamedTuple

from agent_messaging import clock
from agent_messaging.storage.table import TransactItem
from agent_messaging.work_orders.item import head
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Status, Transition

IS_STILL = "#status = :was"
IS_IN_TIME = "(attribute_not_exists(deadline_at) OR deadline_at > :now)"
IS_OVERDUE = "deadline_at <= :now"


class TransitionWrite(NamedTuple):
    """A transition to write: the order afterwards, and the items of the transaction."""

    step: Transition
    order: WorkOrder
    head: TransactItem
    parts: list[TransactItem]


def update(order: WorkOrder, changed: WorkOrder, now: datetime) -> tuple[str, str, dict[str, Any]]:
    """Return the expression, the condition and the values for the update of a head."""
    before, after = head(order), head(changed)
    given = {name: value for name, value in after.items() if before.get(name) != value}
    given["history"] = after["history"][-1:]
    gone = [f"#{name}" for name in before if name not in after]
    sets = [f"#{name} = :{name}" for name in given if name != "history"]
    expression = f"SET {', '.join(sets)}, #history = list_append(#history, :history)"
    if gone:
        expression += f" REMOVE {', '.join(gone)}"
    condition = IS_STILL
    if order.status is Status.PENDING:
        is_expiry = changed.status is Status.EXPIRED
        condition += f" AND {IS_OVERDUE if is_expiry else IS_IN_TIME}"
        given["now"] = clock.to_text(now)
    return expression, condition, {"was": order.status, **given}
