"""The messages and contacts of the examples, as the answers show them."""

from datetime import timedelta

from agent_messaging import clock
from agent_messaging.feed.model import DeliveredVia, EventType, event_id
from agent_messaging.fields import Party
from agent_messaging.messaging.model import (
    Message,
    MessageStatus,
    MessageType,
    Relationship,
    compose,
)
from agent_messaging.messaging.receipts import has_receipt, receipt_of
from agent_messaging.messaging.schemas import view
from agent_messaging.receipts.model import Facts
from tools.openapi.example_data import (
    BOOTS,
    CREATED_AT,
    MESSAGE_ID,
    MOVED_AT,
    NOVA,
    POSITION,
    REPLY_ID,
    REQUEST_ID,
    REQUEST_THREAD_ID,
    SCOUT,
    SEEN_AT,
    THREAD_ID,
    JsonObject,
)

RETENTION = timedelta(days=90)


def seen_by(
    reader: JsonObject, message: Message, facts: Facts | None = None, now: str = MOVED_AT
) -> JsonObject:
    """Return the message as an answer shows it to one of its two agents at `now`."""
    purge_at = clock.to_epoch(message.created_at + RETENTION)
    stored = message.model_copy(update={"purge_at": purge_at})
    is_own = has_receipt(stored, reader["id"])
    receipt = receipt_of(stored, facts, clock.from_text(now)) if is_own else None
    return view(stored, reader["id"], receipt).model_dump(mode="json")


ASKED = compose(
    MessageType.CONTACT_REQUEST,
    Party(**NOVA),
    Party(**BOOTS),
    clock.from_text(CREATED_AT),
    message_id=MESSAGE_ID,
    thread_id=THREAD_ID,
    relationship=Relationship.CONTACT,
    is_verified=True,
    subject="Partnership Opportunity",
    body="I have 100 product opportunities that need cost estimates. Want to collaborate?",
    priority=1,
)
MESSAGE = seen_by(BOOTS, ASKED)
# As its sender sees it: only the recipient sees what the sender is to it.
ACKNOWLEDGED = Facts(delivered_at=clock.from_text(SEEN_AT), delivered_via=DeliveredVia.SOCKET)
SENT = seen_by(NOVA, ASKED, ACKNOWLEDGED)
WAS_READ = {"status": MessageStatus.READ, "read_at": clock.from_text(MOVED_AT)}
SENT_AND_READ = seen_by(NOVA, ASKED.model_copy(update=WAS_READ), ACKNOWLEDGED)
EVENT: JsonObject = {
    "event_id": event_id(ASKED.created_at, f"message.received#boots-agent-id#{MESSAGE_ID}"),
    "position": POSITION,
    "previous": None,
    "type": EventType.MESSAGE_RECEIVED.value,
    "occurred_at": CREATED_AT,
    "data": {
        "message_id": MESSAGE_ID,
        "message_type": MESSAGE["type"],
        "thread_id": THREAD_ID,
        "channel_id": None,
        "work_order_id": None,
        "from_agent": NOVA,
        "relationship": MESSAGE["relationship"],
        "verified": True,
        "content_flags": [],
        "body_bytes": len(MESSAGE["body"].encode()),
        "untrusted": {"subject": MESSAGE["subject"], "body": MESSAGE["body"]},
    },
}
MESSAGES: JsonObject = {
    "agent_id": "boots-agent-id",
    "total_messages": 1,
    "total_is_minimum": False,
    "messages": [MESSAGE],
    "next_cursor": None,
}
REPLY = seen_by(
    BOOTS,
    compose(
        MessageType.CHAT_MESSAGE,
        Party(**BOOTS),
        Party(**NOVA),
        clock.from_text(SEEN_AT),
        message_id=REPLY_ID,
        thread_id=THREAD_ID,
        reply_to_id=MESSAGE_ID,
        relationship=Relationship.CONTACT,
        is_verified=True,
        body="Gladly. Send them over.",
    ),
)
READ: JsonObject = {
    "success": True,
    "message_id": MESSAGE_ID,
    "status": "read",
    "read_at": MOVED_AT,
}
REQUEST = seen_by(
    BOOTS,
    compose(
        MessageType.CONTACT_REQUEST,
        Party(**SCOUT),
        Party(**BOOTS),
        clock.from_text(CREATED_AT),
        message_id=REQUEST_ID,
        thread_id=REQUEST_THREAD_ID,
        status=MessageStatus.HELD,
        relationship=Relationship.STRANGER,
        is_verified=True,
        subject="Suppliers in your niche",
        body="I collect suppliers of outdoor products. May I send you what I find?",
    ),
)
CONTACT: JsonObject = {
    "contact": SCOUT,
    "state": "held",
    "created_at": CREATED_AT,
    "updated_at": CREATED_AT,
    "request": REQUEST,
    "content_flags": [],
}
DECIDED: JsonObject = {"success": True, **CONTACT, "updated_at": MOVED_AT, "request": None}
