"""Complete an order only when its children have ended.

The children are read before the write. The condition of the write is that no child has come since
(`links`). A child that has ended stays so.
"""

from collections.abc import Sequence
from datetime import datetime

from agent_messaging.errors import OpenChildrenError
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.settling import Settling, is_orphan, open_orders
from agent_messaging.work_orders.states import PATH

# How many ids of open children an error names.
MOST_NAMED = 100


def require_ended(settling: Settling, order: WorkOrder, now: datetime) -> None:
    """Raise if an order has open children.

    Raises:
        OpenChildrenError: it has. The error names them.
    """
    if not order.children:
        return
    settle = settling.ending.expiry.settle
    children = [
        each
        for batch in settling.children.batches(order.work_order_id, now)
        for each in open_orders(batch)
        if not settle(each, now).is_final
    ]
    if not children:
        return
    raise OpenChildrenError(
        f"The work order `{order.work_order_id}` has {len(children)} open children.",
        fix=f"{_how_to_end(order, children)} Then complete the order.",
        members={"open_children": [each.work_order_id for each in children[:MOST_NAMED]]},
    )


def _how_to_end(order: WorkOrder, children: Sequence[WorkOrder]) -> str:
    """Return how the worker ends these children. Those of an earlier worker are not its own."""
    own = [each.work_order_id for each in children if not is_orphan(each, order)]
    if not own:
        return (
            "Wait a minute: an earlier worker of the order created them, and the system cancels "
            "them."
        )
    return (
        "Wait until they have ended, or cancel those that you created, each with POST "
        f"{PATH}/{own[0]}/cancel."
    )
