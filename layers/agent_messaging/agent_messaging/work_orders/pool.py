"""Orders for candidates: offered to every agent with a capability, not to a named worker. Pure.

While such an order is pending, it has an entry in the index `pool` of its capability, the highest
priority first, then the oldest. The entry has the `display` of the head, which holds all that a
list shows. A claim or an award removes the entry.

When the lease of an accepted order ends, the order is reopened: it is pending without a worker, and
its entry is back. The worker that lost it is in `excluded`, and cannot take it again. After
`max_lapses` lapses the order fails instead. `lapses` counts the rounds: every write of an order for
candidates has the condition that the round is still the one that was read. So a worker of an
earlier round changes nothing, even if the order has the same status again.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent_messaging.work_orders.states import Action, OfferKind, Status

if TYPE_CHECKING:
    from agent_messaging.work_orders.model import WorkOrder

MAX_PRIORITY = 10
MAX_LAPSES = 3

POOL = "pool"
POOL_KEYS = ("pool_for", "pool_rank")

# What a list shows of an order from attributes of its head. `display` repeats them.
REPEATED = ("deadline_at", "lease_seconds", "lapses", "reopened_at")

# The fields of an accepted order that a reopened one does not have. It keeps the last report of
# progress and all questions, for the next worker.
_OF_A_ROUND = (
    "worker",
    "message_id",
    "thread_id",
    "accepted_at",
    "asked_at",
    "answered_at",
    "overdue_at",
    "estimated_completion",
    "price_usd",
    "relationship",
)


def keys(order: "WorkOrder") -> dict[str, str]:
    """Return the keys of the index `pool` for a pending order for candidates, else nothing."""
    if order.status is not Status.PENDING or order.capability is None:
        return {}
    return {"pool_for": order.capability, "pool_rank": rank(order)}


def rank(order: "WorkOrder") -> str:
    """Return the sort key of an order in the index `pool`: it sorts by priority, then by age."""
    return f"{MAX_PRIORITY - (order.priority or 0):02}#{order.work_order_id}"


def is_reopened(order: "WorkOrder") -> bool:
    """Return whether a lapse of this accepted order gives it to another worker.

    A question that its client did not answer ends it, because the next worker would ask again.
    """
    most = order.max_lapses or MAX_LAPSES
    is_for_candidates = order.kind is not OfferKind.NAMED and order.status is Status.ACCEPTED
    return is_for_candidates and (order.lapses or 0) + 1 < most


def reopened(order: "WorkOrder", action: Action) -> dict[str, Any]:
    """Return the fields of an order that change when it is reopened. Other actions change none."""
    if action is not Action.REOPEN or order.worker is None:
        return {}
    return {
        **dict.fromkeys(_OF_A_ROUND),
        "excluded": (*(order.excluded or ()), order.worker.id),
        "reopened_as": order.generation + 1,
    }


def takes_bids(order: "WorkOrder", now: datetime) -> bool:
    """Return whether candidates can bid at `now`."""
    return order.bids_by is not None and order.bids_by > now


def is_shown(order: "WorkOrder", agent_id: str, now: datetime) -> bool:
    """Return whether a list shows a pending order to this candidate: whether it could take it."""
    is_over = order.is_due(now) or (order.bids_by is not None and not takes_bids(order, now))
    return not is_over and agent_id != order.client.id and agent_id not in (order.excluded or ())
