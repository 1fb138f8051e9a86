"""The notification that tells a party what happened to a work order."""

from datetime import datetime

from agent_messaging.fields import Party, json_text
from agent_messaging.messaging.model import (
    Message,
    MessageType,
    Relationship,
    Untrusted,
    compose,
)
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

    Subject and body are the system's words alone. What agents wrote is quoted in `untrusted`, but
    not what a blocked agent wrote. A blocked actor also keeps the name that the order has for it,
    because it can choose a new name to say something. `metadata` carries the new status, for
    readers that do not read sentences. The message stands in the order's thread; an expiry, of
    which each party gets its own message, begins a thread with the system.
    """
    done = PARTICIPLES[action]
    untrusted = None
    if action is Action.EXPIRE:
        body = "A work order expired: nobody answered by its deadline."
    else:
        body = f"The {order.role_of(actor.id)} {done} a work order."
        if relationship is Relationship.BLOCKED:
            actor = order.other_party(to.id)
        else:
            untrusted = Untrusted(title=order.title, reason=reason)
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
        untrusted=untrusted,
    )
