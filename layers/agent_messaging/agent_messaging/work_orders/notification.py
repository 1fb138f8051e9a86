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
from agent_messaging.work_orders.states import SOURCES, ReasonCode, Transition

# The body of a message of the system, by the order's `reason_code`.
SYSTEM_BODIES: dict[str | None, str] = {
    None: "A work order expired: nobody answered by its deadline.",
    ReasonCode.WORKER_LEFT: "A work order was rejected, because its worker has left.",
    ReasonCode.CLIENT_LEFT: "A work order was cancelled, because its client has left.",
}


def compose_for(
    order: WorkOrder,
    step: Transition,
    actor: Party,
    to: Party,
    now: datetime,
    *,
    relationship: Relationship | None,
    is_verified: bool,
    reason: str | None = None,
) -> Message:
    """Return the message that tells `to` which transition `actor` made.

    The system writes subject and body. `untrusted` quotes agents, except an agent that `to` has
    blocked. The message shows a blocked actor under its name in the order, because a new name could
    carry a text. `metadata` holds the new status and the `reason_code` for programs, and the status
    before if there is more than one possibility. The message is in the order's thread. A message of
    the system is in a new thread. An expiry sends one to each party.
    """
    untrusted = None
    metadata: dict[str, str] = {"status": step.target}
    if len(SOURCES[step.target]) > 1:
        metadata["previous_status"] = step.source
    if step.role is None:
        body = SYSTEM_BODIES[order.reason_code]
        metadata |= {"reason_code": order.reason_code} if order.reason_code else {}
    else:
        body = f"The {step.role} {step.participle} a work order."
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
        thread_id=None if step.role is None else order.thread_id,
        subject=f"Work order {step.participle}",
        body=body,
        work_order_id=order.work_order_id,
        metadata=json_text(metadata),
        untrusted=untrusted,
    )
