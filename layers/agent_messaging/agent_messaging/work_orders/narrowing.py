"""What a parent allows its children: level, budget, deadline and dependencies. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from agent_messaging import clock
from agent_messaging.errors import (
    BudgetExceededError,
    DepthExceededError,
    IllegalTransitionError,
    InvalidError,
    TooManyChildrenError,
    WrongRoleError,
)
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import ACTIVE, OPEN, Role, Status, what_can_be_done

MOST_LEVELS = 8
# An order has at most so many children, so a few reads find all of them.
MOST_CHILDREN = 1000

WITHOUT_PARENT = "Leave out `parent_id` to create the order on its own"


def require_worker(parent: WorkOrder, agent_id: str) -> None:
    """Raise if the agent is not the worker of the open, accepted order.

    Raises:
        WrongRoleError, IllegalTransitionError: see above.
    """
    if parent.role_of(agent_id) is not Role.WORKER:
        others = "wait until it has a worker, which can create it"
        if parent.worker is not None:
            others = f"let `{parent.worker.id}` create it"
        raise WrongRoleError(
            "You are the client of the parent. Only its worker can create its children.",
            fix=f"{WITHOUT_PARENT}, or {others}.",
        )
    if parent.status not in ACTIVE:
        raise IllegalTransitionError(
            f"The parent is {parent.status}, so it cannot get a child.",
            fix=f"{WITHOUT_PARENT}. "
            + what_can_be_done(parent.status, Role.WORKER, parent.work_order_id, parent.kind),
            members={"current_status": parent.status},
        )


def narrow(parent: WorkOrder, offer: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return the fields of a new child: its level, its deadline, and what its children may cost.

    Raises:
        DepthExceededError, TooManyChildrenError: the parent cannot have it.
        InvalidError: its deadline is later than the parent's.
        BudgetExceededError: its budget alone is above the parent's.
    """
    depth = (parent.depth or 0) + 1
    if depth > MOST_LEVELS:
        raise DepthExceededError(
            f"The parent is {MOST_LEVELS} levels below the first order, which is the most."
        )
    if (parent.children or 0) >= MOST_CHILDREN:
        raise TooManyChildrenError(f"The parent has {MOST_CHILDREN} children, which is the most.")
    deadline_at = _deadline(parent, offer["deadline_at"], now)
    is_limited = parent.budget_cents is not None and offer["budget_usd"] is None
    room_cents = 0 if is_limited else None
    require_room(parent, offer["budget_usd"], 0)
    return {"depth": depth, "deadline_at": deadline_at, "room_cents": room_cents}


def _deadline(parent: WorkOrder, own: datetime | None, now: datetime) -> datetime | None:
    latest = parent.deadline_at
    if latest is None:
        return own
    if latest <= now:
        raise InvalidError.at(
            "#/parent_id",
            f"is an order whose deadline {clock.to_text(latest)} has passed",
            fix=f"{WITHOUT_PARENT}. A child cannot have a later deadline than its parent.",
        )
    if own is not None and own > latest:
        raise InvalidError.at(
            "#/deadline_at",
            "is later than the deadline of the parent",
            fix=f"Use a deadline up to {clock.to_text(latest)}, or leave it out to take that one.",
        )
    return own or latest


def require_room(parent: WorkOrder, budget_usd: Decimal | None, committed_cents: int) -> None:
    """Raise if the parent's budget has too little left beside what its children take.

    Raises:
        BudgetExceededError: see above.
    """
    limit, cents = parent.budget_cents, int((budget_usd or 0) * 100)
    if limit is None or not cents or cents + committed_cents <= limit:
        return
    left = Decimal(max(0, limit - committed_cents)) / 100
    use = f"Set `budget_usd` to at most {left}" if left else "Leave out `budget_usd`"
    raise BudgetExceededError(
        f"The children of `{parent.work_order_id}` may cost {Decimal(limit) / 100} US dollars in "
        f"all. Its other children take {Decimal(committed_cents) / 100}, and this one would take "
        f"{budget_usd}.",
        fix=f"{use}, or cancel another child. A child that ends without completion returns its "
        "budget.",
    )


def require_dependency(
    parent_id: str, number: int, work_order_id: str, found: WorkOrder | None
) -> WorkOrder:
    """Return a dependency. Raise if it is no sibling, or ended without completion.

    Raises:
        InvalidError: see above.
    """
    children = f"GET /api/v1/messaging/work-order/{parent_id}/children"
    if found is None or found.parent_id != parent_id:
        raise InvalidError.at(
            f"#/depends_on/{number}",
            f"is not a child of `{parent_id}`",
            fix=f"Replace `{work_order_id}` by the `work_order_id` of an order from {children}.",
        )
    if found.status not in OPEN and found.status is not Status.COMPLETED:
        raise InvalidError.at(
            f"#/depends_on/{number}",
            f"is {found.status}, so the new order could never be accepted",
            fix=f"Remove `{work_order_id}`, or replace it by another order from {children}.",
        )
    return found


def is_ready(dependencies: Sequence[WorkOrder]) -> bool:
    """Return whether all dependencies are completed."""
    return all(each.status is Status.COMPLETED for each in dependencies)
