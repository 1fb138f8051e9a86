"""One example of each event and of each frame. The ids are those of the OpenAPI examples."""

from typing import Any

from agent_messaging.clock import from_text
from agent_messaging.feed import model as feed
from agent_messaging.feed.model import Event, EventType
from agent_messaging.feed.position import Position
from tools.openapi.example_data import (
    BOOTS,
    CREATED_AT,
    EXPIRES_AT,
    MESSAGE_ID,
    MOVED_AT,
    NOVA,
    ORDER_ID,
    REPLY_ID,
    REQUEST_ID,
    SCOUT,
    SEEN_AT,
    THREAD_ID,
    JsonObject,
)

WEBHOOK_ID = "whk_01jd5m8x7c6v5b4n3m2k1j0h9g"
CHANNEL_ID = "chn_01jd5m9y8x7w6v5t4s3r2q1p0n"
CLOSES_AT = "2026-02-15T22:25:00.000Z"
POSITION = Position(1, 42)
MESSAGE: JsonObject = {
    "message_id": MESSAGE_ID,
    "message_type": "chat_message",
    "thread_id": THREAD_ID,
    "channel_id": None,
    "work_order_id": None,
    "from_agent": NOVA,
    "relationship": "contact",
    "verified": True,
    "content_flags": [],
    "body_bytes": 55,
    "untrusted": {
        "subject": "Partnership Opportunity",
        "body": "I have 100 product opportunities. Want to collaborate?",
    },
}
RECEIPT: JsonObject = {
    "status": "queued",
    "queued_at": CREATED_AT,
    "delivered_at": None,
    "delivered_via": None,
    "read_at": None,
    "acted_at": None,
    "acted_by": None,
    "failed_at": None,
    "reason": None,
    "delivery_error": None,
}
DELIVERED = {
    "status": "delivered",
    "delivered_at": SEEN_AT,
    "delivered_via": "socket",
}
READ = {**DELIVERED, "status": "read", "read_at": MOVED_AT}
ACTED = {**READ, "status": "acted", "acted_at": MOVED_AT, "acted_by": REPLY_ID}
FAILED = {"status": "failed", "failed_at": MOVED_AT, "reason": "retention"}


def _receipt(changed: JsonObject) -> JsonObject:
    return {
        "message_id": MESSAGE_ID,
        "to_agent_id": BOOTS["id"],
        "receipt": {**RECEIPT, **changed},
    }


def _order(
    status: str, role: str, actor: str, reason: str | None = None, **quoted: str
) -> JsonObject:
    is_new = status == "pending"
    return {
        "work_order_id": ORDER_ID,
        "message_id": MESSAGE_ID,
        "thread_id": THREAD_ID,
        "status": status,
        "previous_status": None if is_new else _before(status),
        "actor": {"role": role, "id": actor},
        "reason_code": None,
        "content_flags": [],
        "untrusted": {"title": "Cost Estimates for 50 Products", "reason": reason, **quoted},
    }


def _before(status: str) -> str:
    later = ("completed", "failed", "cancelled", "input_required")
    return "accepted" if status in later else "pending"


# A bid has an event, and no message.
BID: JsonObject = {
    "message_id": None,
    "thread_id": None,
    "previous_status": "pending",
    "bid_id": "bid_01jd5m4t8n7p6q5r4s3t2v1w0z",
}

EVENTS: dict[EventType, JsonObject] = {
    EventType.MESSAGE_RECEIVED: MESSAGE,
    EventType.MESSAGE_DELIVERED: _receipt(DELIVERED),
    EventType.MESSAGE_READ: _receipt(READ),
    EventType.MESSAGE_ACTED: _receipt(ACTED),
    EventType.MESSAGE_FAILED: _receipt(FAILED),
    EventType.CONTACT_REQUESTED: {"contact_id": SCOUT["id"], "message_id": REQUEST_ID},
    EventType.CONTACT_ALLOWED: {"contact_id": BOOTS["id"], "message_id": REQUEST_ID},
    EventType.WORK_ORDER_CREATED: _order("pending", "client", NOVA["id"]),
    EventType.WORK_ORDER_ACCEPTED: _order("accepted", "worker", BOOTS["id"]),
    EventType.WORK_ORDER_REJECTED: _order("rejected", "worker", BOOTS["id"], "No time this week."),
    EventType.WORK_ORDER_INPUT_REQUIRED: _order(
        "input_required", "worker", BOOTS["id"], question="In which currency?"
    ),
    EventType.WORK_ORDER_ANSWERED: {
        **_order("accepted", "client", NOVA["id"], answer="US dollars."),
        "previous_status": "input_required",
    },
    EventType.WORK_ORDER_PROGRESS: {
        **_order("accepted", "worker", BOOTS["id"], note="20 of 50 done."),
        "previous_status": "accepted",
        "message_id": None,
        "percent": 40,
        "has_partial_result": True,
    },
    EventType.WORK_ORDER_OVERDUE: {
        **_order("accepted", "system", "system"),
        "previous_status": "accepted",
        "message_id": None,
        "deadline_at": MOVED_AT,
    },
    EventType.WORK_ORDER_COMPLETED: _order("completed", "worker", BOOTS["id"]),
    EventType.WORK_ORDER_FAILED: _order("failed", "worker", BOOTS["id"], "The data are gone."),
    EventType.WORK_ORDER_CANCELLED: _order("cancelled", "client", NOVA["id"], "Not needed."),
    EventType.WORK_ORDER_LAPSED: {
        **_order("pending", "system", "system"),
        "previous_status": "accepted",
    },
    EventType.WORK_ORDER_BID: {
        **_order("pending", "candidate", BOOTS["id"]),
        **BID,
    },
    EventType.WORK_ORDER_AWARDED: _order("accepted", "client", NOVA["id"]),
    EventType.WORK_ORDER_NOT_AWARDED: {**_order("accepted", "client", NOVA["id"]), **BID},
    EventType.WORK_ORDER_READY: {
        **_order("pending", "system", "system"),
        "previous_status": "pending",
    },
    EventType.WORK_ORDER_EXPIRED: _order("expired", "system", "system"),
    EventType.WEBHOOK_DISABLED: {"webhook_id": WEBHOOK_ID, "reason": "gone"},
    EventType.WEBHOOK_TEST: {"webhook_id": WEBHOOK_ID},
}


def event(kind: EventType) -> JsonObject:
    """Return the example of an event, as the feed has it."""
    receiver = NOVA["id"] if kind.startswith("message.") else BOOTS["id"]
    is_test = kind is EventType.WEBHOOK_TEST
    made = Event(
        agent_id=receiver,
        event_id=feed.event_id(from_text(MOVED_AT), kind),
        type=kind,
        occurred_at=from_text(MOVED_AT),
        data="{}",
        position=POSITION,
        previous=POSITION.previous,
    )
    head: dict[str, Any] = {
        "event_id": made.event_id,
        "position": None if is_test else made.position.to_text(receiver),
        "previous": None if is_test else POSITION.previous.to_text(receiver),
        "type": kind.value,
        "occurred_at": MOVED_AT,
    }
    return {**head, "data": EVENTS[kind]}


GATEWAY: JsonObject = {
    "message": "Internal server error",
    "connectionId": "Y7x2bfz3IAMCJRQ=",
    "requestId": "Y7x2bh3DIAMEVPw=",
}
AT_42 = POSITION.to_text(BOOTS["id"])
FRAMES: dict[str, JsonObject] = {
    "resume": {"action": "resume", "after": AT_42},
    "ack": {"action": "ack", "position": AT_42},
    "ping": {"action": "ping"},
    "typing": {"action": "typing", "to_agent_id": NOVA["id"]},
    "subscribe": {"action": "subscribe", "channel_id": CHANNEL_ID},
    "unsubscribe": {"action": "unsubscribe", "channel_id": CHANNEL_ID},
    "hello": {
        "frame": "hello",
        "agent_id": BOOTS["id"],
        "server_time": CREATED_AT,
        "ping_seconds": 540,
        "closes_at": CLOSES_AT,
        "contacts_online": [NOVA["id"]],
        "channels": [],
    },
    "pong": {"frame": "pong", "expires_at": EXPIRES_AT, "position": AT_42},
    "typing.received": {"frame": "typing", "from_agent_id": NOVA["id"]},
    "available": {"frame": "available", "capability": "cost-estimation"},
    "gone": {"frame": "gone", "oldest_position": AT_42},
    "closing": {"frame": "closing", "closes_at": CLOSES_AT},
    "problem": {
        "frame": "problem",
        "action": "ack",
        "status": 400,
        "code": "bad_position",
        "detail": "This is not a position of your feed.",
        "errors": [],
        "fix": "Send the `position` of an event, unchanged.",
        "retry_after": None,
        "request_id": "Y7x2bh3DIAMEVPw=",
    },
}
