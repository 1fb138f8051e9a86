"""Orders for candidates: offered to every agent with a capability, not to a named worker. Pure.

While such an order is pending and ready, it has an entry in the index `pool` of its capability, the
highest priority first, then the oldest. The entry has the `display` of the head, which holds all
that a list shows. A claim or an award removes the entry. A reopened order is listed again
(`rounds`).
"""

from datetime import datetime

from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Status

MAX_PRIORITY = 10

POOL = "pool"
POOL_KEYS = ("pool_for", "pool_rank")

# What a list shows of an order from attributes of its head. `display` repeats them.
REPEATED = ("deadline_at", "lease_seconds", "lapses", "reopened_at", "parent_id", "depends_on")


def keys(order: WorkOrder) -> dict[str, str]:
    """Return the keys of the index `pool` for an order that a candidate can take, else nothing."""
    if order.status is not Status.PENDING or order.capability is None or order.is_ready is False:
        return {}
    return {"pool_for": order.capability, "pool_rank": rank(order)}


def rank(order: WorkOrder) -> str:
    """Return the sort key of an order in the index `pool`: it sorts by priority, then by age."""
    return f"{MAX_PRIORITY - (order.priority or 0):02}#{order.work_order_id}"


def takes_bids(order: WorkOrder, now: datetime) -> bool:
    """Return whether candidates can bid at `now`."""
    return order.bids_by is not None and order.bids_by > now


def is_shown(order: WorkOrder, agent_id: str, now: datetime) -> bool:
    """Return whether a list shows a pending order to this candidate: whether it could take it."""
    is_over = order.is_due(now) or (order.bids_by is not None and not takes_bids(order, now))
    return not is_over and agent_id != order.client.id and agent_id not in (order.excluded or ())
