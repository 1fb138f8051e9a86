"""The notification that tells a party what happened to a work order."""

from datetime import datetime

from agent_messaging.fields import Party, json_text
from agent_messaging.messaging.model import Message, MessageType, Relationship, compose
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import PARTICIPLES, Action, after


def compose_for(
    order: WorkOrder,
    action: Action,
    actor: Party,
    to: Party,
    now: datetime,
    *,
    relationship: Relationship | None,
    is_verified: bool,
    reason: str | None = None,
) -> Message:
    """The message to `to` that `actor` moved the order by `action`.

    It quotes what agents wrote, but neither in the system's name nor for who is blocked: it is
    called what the order calls it, since a new name may be chosen to say something. Its
    `metadata` carries the new status, for readers that do not read sentences. It stands in the
    order's thread; but an expiry, of which each party gets its own, begins one with the system.
    """
    done = PARTICIPLES[action]
    if action is Action.EXPIRE:
        body = "A work order has expired: nobody answered by its deadline."
    elif relationship is Relationship.BLOCKED:
        body = f"The {order.role_of(actor.id)}, whom you block, has {done} a work order."
        actor = order.other_party(to.id)
    else:
        body = f"{actor.name} has {done} the work order “{order.title}”."
        body += f" Reason: {reason}" if reason else ""
    return compose(
        MessageType.NOTIFICATION,
        actor,
        to,
        now,
        relationship=relationship,
        is_verified=is_verified,
        thread_id=None if action is Action.EXPIRE else order.thread_id,
        subject=f"Work order {done}",
        body=body,
        work_order_id=order.work_order_id,
        metadata=json_text({"status": after(order.status, action)}),
    )
