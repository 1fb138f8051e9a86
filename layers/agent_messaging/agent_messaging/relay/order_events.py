"""The events of a work order's messages: the one that brings it, and its notifications. Pure."""

import json
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.content import flagging
from agent_messaging.feed.model import EventType, NewEvent
from agent_messaging.messaging.model import SYSTEM
from agent_messaging.relay.effects import Acted, new_event
from agent_messaging.relay.record import UnknownStatusError
from agent_messaging.work_orders.states import (
    SOURCES,
    TRANSITIONS,
    Action,
    Role,
    Status,
    Transition,
)

SYSTEM_ROLE = "system"
# What an event quotes besides the title and the reason.
_QUOTED: dict[Action | None, tuple[str, ...]] = {
    Action.ASK: ("question",),
    Action.ANSWER: ("answer",),
}
# The notifications of these actions begin the order's thread.
THREAD_BEGINNERS = (Action.CLAIM, Action.AWARD)
KNOWN = frozenset(Status)
# What a worker does with an order that it was offered.
ANSWERS = frozenset({Status.ACCEPTED, Status.REJECTED})

# What an agent does to an order, by the states before and after. The system does the others. The
# feed tells a claim like an accept.
_STEPS = {
    (each.source, each.target): each
    for each in TRANSITIONS
    if each.role is not None and each.action not in (Action.CLAIM, Action.AWARD)
}
_AWARD = next(each for each in TRANSITIONS if each.action is Action.AWARD)
# What the feed calls a change by the system that is not called after the new state.
_BY_SYSTEM = {Status.PENDING: EventType.WORK_ORDER_LAPSED}


def created(head: dict[str, Any]) -> NewEvent:
    """Return the event of the message that offers an order to its worker."""
    display = head["display"]
    return new_event(
        EventType.WORK_ORDER_CREATED,
        head["recipient_id"],
        head["message_id"],
        clock.from_text(display["created_at"]),
        _data(
            head,
            status=Status.PENDING,
            previous_status=None,
            role=Role.CLIENT,
            reason_code=None,
            untrusted={"title": display.get("subject"), "reason": None},
        ),
        **for_receipt(head),
    )


def moved(head: dict[str, Any]) -> NewEvent | None:
    """Return the event of a notification, or None if it is not about a transition.

    Raises:
        UnknownStatusError: this version does not know the status.
    """
    display = head["display"]
    metadata = json.loads(display.get("metadata") or "{}")
    if "status" not in metadata:
        return None
    if metadata["status"] not in KNOWN:
        raise UnknownStatusError(metadata["status"])
    status = Status(metadata["status"])
    previous = _previous(status, metadata)
    step = None if display["sender_id"] == SYSTEM.id else _STEPS.get((previous, status))
    if metadata.get("action") == Action.AWARD:
        step = _AWARD
    quoted = display.get("untrusted") or {}
    return new_event(
        _type_of(step, status, metadata.get("event")),
        head["recipient_id"],
        head["message_id"],
        clock.from_text(display["created_at"]),
        _data(
            head,
            status=status,
            previous_status=previous,
            role=step.role if step else SYSTEM_ROLE,
            reason_code=metadata.get("reason_code"),
            untrusted={"title": quoted.get("title"), "reason": quoted.get("reason")}
            | {name: quoted.get(name) for name in _QUOTED.get(step.action if step else None, ())},
        ),
    )


def _type_of(step: Transition | None, status: Status, name: str | None) -> EventType:
    """Return the type of the event. A notification about no transition has its `name`."""
    if name is not None:
        return EventType(f"work_order.{name}")
    if step is None and status in _BY_SYSTEM:
        return _BY_SYSTEM[status]
    return EventType(f"work_order.{step.event if step else status}")


def answered(head: dict[str, Any]) -> tuple[Acted, ...]:
    """Return that the worker has acted on the message that brought it the order.

    A claim and an award begin the thread themselves, so no message was answered.
    """
    display = head["display"]
    worker_id = display["sender_id"]
    metadata = json.loads(display["metadata"])
    is_first = metadata.get("previous_status", Status.PENDING) == Status.PENDING
    if metadata.get("action") in THREAD_BEGINNERS:
        return ()
    if metadata["status"] not in ANSWERS or not is_first or worker_id == SYSTEM.id:
        return ()
    opening, message_id = ids.opening_of(display["thread_id"]), head["message_id"]
    return (Acted(worker_id, opening, clock.from_text(display["created_at"]), message_id),)


def for_receipt(head: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an event for the receipt of the message that it brings."""
    return {
        "message_id": head["message_id"],
        "receipt_for": head["display"]["sender_id"],
        "wants_events": bool(head["display"].get("wants_receipts")),
    }


def _data(
    head: dict[str, Any],
    *,
    status: Status,
    previous_status: str | None,
    role: str | None,
    reason_code: str | None,
    untrusted: dict[str, str | None],
) -> dict[str, Any]:
    return {
        "work_order_id": head["display"]["work_order_id"],
        "message_id": head["message_id"],
        "thread_id": head["display"]["thread_id"],
        "status": status,
        "previous_status": previous_status,
        "actor": {"role": role, "id": head["display"]["sender_id"]},
        "reason_code": reason_code,
        "content_flags": flagging.flags(*untrusted.values()),
        "untrusted": untrusted,
    }


def _previous(status: Status, metadata: dict[str, Any]) -> Status:
    """Return the state before. Where several lead to `status`, the notification names it.

    An earlier version knew fewer states, and named it only for an order that was cancelled.
    """
    named = metadata.get("previous_status")
    return SOURCES[status][0] if named is None else Status(named)
