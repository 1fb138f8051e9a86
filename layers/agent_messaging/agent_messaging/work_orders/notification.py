"""The notification that tells a party what happened to a work order."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent_messaging.fields import Party, json_text
from agent_messaging.messaging.model import (
    QUOTED,
    SYSTEM,
    Message,
    MessageType,
    Relationship,
    Untrusted,
    compose,
)
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import (
    PATH,
    SOURCES,
    Action,
    OfferKind,
    ReasonCode,
    Status,
    Transition,
)

# What a notification names that is about no transition.
READY = "ready"

# The body of a message of the system, by the order's `reason_code`.
SYSTEM_BODIES: dict[str | None, str] = {
    None: "A work order expired: nobody answered by its deadline.",
    ReasonCode.WORKER_LEFT: "A work order was rejected, because its worker has left.",
    ReasonCode.CLIENT_LEFT: "A work order was cancelled, because its client has left.",
    ReasonCode.LAPSED: "A work order failed: nobody renewed its lease or answered its question in "
    "time.",
    ReasonCode.PARENT_CANCELLED: "A work order was cancelled, because its parent ended or lost its "
    "worker.",
    ReasonCode.DEPENDENCY_FAILED: "A work order was cancelled, because an order that it depends on "
    "ended without completion.",
    ReasonCode.DEADLINE: "A work order failed: its question had no answer by the deadline.",
}
REOPENED = "A work order lapsed: its worker did not renew the lease in time. "


def compose_for(
    order: WorkOrder,
    step: Transition,
    actor: Party,
    to: Party,
    now: datetime,
    *,
    relationship: Relationship | None,
    is_verified: bool,
    changes: Mapping[str, Any] | None = None,
) -> Message:
    """Return the message that tells `to` which transition `actor` made. `changes` are its fields.

    The system writes subject and body. `untrusted` quotes agents, except an agent that `to` has
    blocked. The message shows a blocked actor under its name in the order, because a new name could
    carry a text. `metadata` holds the new status and the `reason_code` for programs, and the status
    before unless it is the usual one. A cancellation always has it. The message is in the order's
    thread. A message of the system is in a new thread. An expiry sends one to each party, and so
    does a lapse.
    """
    untrusted = None
    metadata: dict[str, str] = {"status": step.target}
    if step.source is not SOURCES[step.target][0] or step.target is Status.CANCELLED:
        metadata["previous_status"] = step.source
    if step.role is None:
        body = SYSTEM_BODIES[order.reason_code]
        if step.action is Action.REOPEN:
            body = REOPENED + _what_follows(order, to, now)
        metadata |= {"reason_code": order.reason_code} if order.reason_code else {}
    else:
        body = _body(order, step)
        metadata |= {"question_id": order.question_id} if order.question_id else {}
        metadata |= {"action": step.action} if step.action in BEGINS_THREAD else {}
        if relationship is Relationship.BLOCKED:
            actor = order.other_party(to.id)
        else:
            untrusted = Untrusted(title=order.title, **_quoted(changes or {}))
    return compose(
        MessageType.NOTIFICATION,
        actor,
        to,
        now,
        relationship=relationship,
        is_verified=is_verified,
        message_id=order.message_id if step.action in BEGINS_THREAD else None,
        thread_id=None if step.role is None else order.thread_id,
        subject=f"Work order {_SUBJECTS.get(step.action, step.participle)}",
        body=body,
        work_order_id=order.work_order_id,
        metadata=json_text(metadata),
        untrusted=untrusted,
    )


def compose_ready(order: WorkOrder, worker: Party, now: datetime) -> Message:
    """Return the message that tells the worker that it can accept an order now."""
    metadata = {"status": order.status, "previous_status": order.status, "event": READY}
    return compose(
        MessageType.NOTIFICATION,
        SYSTEM,
        worker,
        now,
        relationship=None,
        is_verified=True,
        subject="Work order ready",
        body="A work order is ready, because all orders that it depends on are completed. Accept "
        f"or reject it with POST {PATH}/{order.work_order_id}/respond.",
        work_order_id=order.work_order_id,
        metadata=json_text(metadata),
    )


# The notifications of these actions begin the thread of an order for candidates.
BEGINS_THREAD = (Action.CLAIM, Action.AWARD)

_SUBJECTS = {
    Action.ASK: "question",
    Action.ANSWER: "question answered",
    Action.AWARD: "awarded",
    Action.REOPEN: "lapsed",
}


def _body(order: WorkOrder, step: Transition) -> str:
    if step.action is Action.ASK:
        return (
            "The worker asked a question about a work order, and waits for the answer. Answer with "
            f"POST {PATH}/{order.work_order_id}/answer. A reply to this message answers nothing."
        )
    if step.action is Action.ANSWER:
        return f"The client answered your question. GET {PATH}/{order.work_order_id} shows it."
    if step.action is Action.AWARD:
        return (
            "The client awarded a work order to you. Do the work, then POST "
            f"{PATH}/{order.work_order_id}/complete."
        )
    return f"The {step.role} {step.participle} a work order."


def _what_follows(order: WorkOrder, to: Party, now: datetime) -> str:
    """Return what becomes of a reopened order. With bids, its client has to act again."""
    if order.is_due(now):
        return "Its deadline has passed, so it expires."
    if order.kind is OfferKind.POOL:
        return "It is offered to other agents again."
    if to.id == order.client.id:
        path = f"{PATH}/{order.work_order_id}"
        return f"Award it to another bid from GET {path}/bids with POST {path}/award."
    return "Its client can award it to another bid."


def _quoted(changes: Mapping[str, Any]) -> dict[str, str | None]:
    """Return what an agent wrote. The order has a question or an answer that is too long."""
    texts = {name: changes.get(name) for name in ("reason", "question", "answer")}
    return {name: text for name, text in texts.items() if text and len(text) <= QUOTED}
