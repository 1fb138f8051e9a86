"""The events of bids, which come with no message. Pure."""

from datetime import datetime
from typing import Any

from agent_messaging.content import flagging
from agent_messaging.feed.model import EventType, NewEvent, data_text, event_id
from agent_messaging.fields import Party
from agent_messaging.work_orders.bid import Bid
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.states import Role, Status

CANDIDATE = "candidate"


def made(order: WorkOrder, bid: Bid) -> NewEvent:
    """Return the event for the client that a candidate bid on its order."""
    actor = {"role": CANDIDATE, "id": bid.bidder.id}
    return _event(
        EventType.WORK_ORDER_BID,
        order,
        order.client.id,
        bid.created_at,
        bid.bid_id,
        actor=actor,
        status=Status.PENDING,
        bid_id=bid.bid_id,
    )


def lost(order: WorkOrder, bid: Bid, now: datetime) -> NewEvent:
    """Return the event for a bidder that the awarded order went to another one.

    A repeated event of one award has the same id.
    """
    return _event(
        EventType.WORK_ORDER_NOT_AWARDED,
        order,
        bid.bidder.id,
        order.accepted_at or now,
        f"{order.work_order_id}#{order.lapses or 0}",
        actor={"role": Role.CLIENT, "id": order.client.id},
        status=Status.ACCEPTED,
        bid_id=bid.bid_id,
    )


def losers(found: list[Bid], winner: Party) -> list[Bid]:
    """Return the bids of all others."""
    return [bid for bid in found if bid.bidder.id != winner.id]


def _event(
    kind: EventType,
    order: WorkOrder,
    agent_id: str,
    at: datetime,
    cause: str,
    *,
    actor: dict[str, str],
    status: Status,
    bid_id: str,
) -> NewEvent:
    data: dict[str, Any] = {
        "work_order_id": order.work_order_id,
        "message_id": None,
        "thread_id": None,
        "status": status,
        "previous_status": Status.PENDING,
        "actor": actor,
        "reason_code": None,
        "bid_id": bid_id,
        "content_flags": flagging.flags(order.title),
        "untrusted": {"title": order.title, "reason": None},
    }
    return NewEvent(
        agent_id=agent_id,
        event_id=event_id(at, f"{kind}#{agent_id}#{cause}"),
        type=kind,
        occurred_at=at,
        data=data_text(data),
    )
