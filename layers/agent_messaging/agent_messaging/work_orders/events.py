"""The events of a work order that come with no message. Pure."""

from datetime import datetime
from typing import Any

from agent_messaging.content import flagging
from agent_messaging.feed.model import EventType, NewEvent, data_text, event_id
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Role

SYSTEM = "system"
# The event is written in a transaction, where each kilobyte costs two units. So longer texts are
# left out, as the feed does anyway. The order has them.
TEXT_BYTES = 500


def progress(order: WorkOrder, now: datetime, *, has_note: bool) -> NewEvent:
    """Return the event for the client that the worker reported progress."""
    texts = {"title": order.title, "reason": None, "note": order.note if has_note else None}
    more = {"percent": order.percent, "has_partial_result": order.partial_bytes is not None}
    # A report has no id of its own. A repeated write of the same report makes the same event.
    cause = f"{order.work_order_id}#{now.isoformat()}"
    return _event(
        EventType.WORK_ORDER_PROGRESS,
        order,
        order.client.id,
        now,
        cause,
        actor={"role": Role.WORKER, "id": order.taken_by.id},
        texts=texts,
        **more,
    )


def overdue(order: WorkOrder, now: datetime) -> list[NewEvent]:
    """Return the events for both parties that the deadline of an accepted order has passed."""
    return [
        _event(
            EventType.WORK_ORDER_OVERDUE,
            order,
            agent_id,
            now,
            order.work_order_id,
            actor={"role": SYSTEM, "id": SYSTEM},
            texts={"title": order.title, "reason": None},
            deadline_at=order.model_dump(mode="json", include={"deadline_at"})["deadline_at"],
        )
        for agent_id in (order.client.id, order.taken_by.id)
    ]


def _event(
    kind: EventType,
    order: WorkOrder,
    agent_id: str,
    at: datetime,
    cause: str,
    *,
    actor: dict[str, str],
    texts: dict[str, str | None],
    **more: Any,
) -> NewEvent:
    untrusted = {name: _short(text) for name, text in texts.items()}
    data = {
        "work_order_id": order.work_order_id,
        "message_id": None,
        "thread_id": order.thread_id,
        "status": order.status,
        "previous_status": order.status,
        "actor": actor,
        "reason_code": None,
        **more,
        "content_flags": flagging.flags(*untrusted.values()),
        "untrusted": untrusted,
    }
    return NewEvent(
        agent_id=agent_id,
        event_id=event_id(at, f"{kind}#{agent_id}#{cause}"),
        type=kind,
        occurred_at=at,
        data=data_text(data),
    )


def _short(text: str | None) -> str | None:
    return None if text is None or len(text.encode()) > TEXT_BYTES else text
