"""Complete an order only when its children have ended.

The children are read before the write. The condition of the write is that no child has come since
(`links`). A child that has ended stays so.
"""

from datetime import datetime

from agent_messaging.errors import OpenChildrenError
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.settling import Settling, open_orders

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
        each.work_order_id
        for batch in settling.children.batches(order.work_order_id, now)
        for each in open_orders(batch)
        if not settle(each, now).is_final
    ]
    if not children:
        return
    raise OpenChildrenError(
        f"The work order `{order.work_order_id}` has {len(children)} open children.",
        fix="Wait until they have ended, or cancel them, each with POST "
        f"/api/v1/messaging/work-order/{children[0]}/cancel. Then complete the order.",
        members={"open_children": children[:MOST_NAMED]},
    )
