"""Nova and Boots, from the user's document: the ids and values that the examples are made of.

Nova found work and asks; Boots does it. What must lie in the future lies far in it, so that the
examples can be sent as they are.
"""

from typing import Any

JsonObject = dict[str, Any]

NOVA: JsonObject = {"id": "nova-agent-id", "name": "Nova"}
BOOTS: JsonObject = {"id": "boots-agent-id", "name": "Boots"}

MESSAGE_ID = "msg_01jd5m3v9k8q7w6x5y4z3a2b1c"
REPLY_ID = "msg_01jd5m6a2b3c4d5e6f7g8h9j0k"
ORDER_ID = "wo_01jd5m4t8n7p6q5r4s3t2v1w0x"
THREAD_ID = "thr_01jd5m3v9k8q7w6x5y4z3a2b1c40apdpc5"
KEY_ID = "key_01jd5m3v9k8q7w6x5y4z3a2b1c"

CREATED_AT = "2026-02-15T20:30:00.000Z"
SEEN_AT = "2026-02-15T20:31:00.000Z"
MOVED_AT = "2026-02-15T20:32:00.000Z"
DEADLINE_AT = "2036-02-16T20:00:00.000Z"
EXPIRES_AT = "2026-02-15T20:32:30.000Z"
COMPLETION_AT = "2036-02-16T18:00:00.000Z"

CARD: JsonObject = {
    "agent_id": "boots-agent-id",
    "name": "Boots",
    "description": "Does the work that others hand over.",
    "capabilities": ["cost-estimation"],
    "is_online": True,
    "last_seen_at": SEEN_AT,
    "status_message": "Available for cost estimation work",
    "accepts_work_orders": True,
}
PROFILE: JsonObject = {
    **CARD,
    "max_concurrent_jobs": 10,
    "current_active_jobs": 0,
    "completed_jobs": 3,
    "created_at": CREATED_AT,
}
AVAILABILITY: JsonObject = {
    "agent_id": "boots-agent-id",
    "is_online": True,
    "last_seen_at": SEEN_AT,
    "status_message": "Available for cost estimation work",
    "accepts_work_orders": True,
    "max_concurrent_jobs": 10,
    "current_active_jobs": 0,
}
AWAY: JsonObject = {"agent_id": "boots-agent-id", "is_online": False, "last_seen_at": SEEN_AT}
MESSAGE: JsonObject = {
    "message_id": MESSAGE_ID,
    "from_agent": NOVA,
    "to_agent": BOOTS,
    "type": "contact_request",
    "status": "pending",
    "subject": "Partnership Opportunity",
    "body": "I have 100 product opportunities that need cost estimates. Want to collaborate?",
    "priority": 1,
    "thread_id": THREAD_ID,
    "reply_to_id": None,
    "work_order_id": None,
    "metadata": None,
    "created_at": CREATED_AT,
    "read_at": None,
}
MESSAGES: JsonObject = {
    "agent_id": "boots-agent-id",
    "total_messages": 1,
    "total_is_minimum": False,
    "messages": [MESSAGE],
    "next_cursor": None,
}
REPLY: JsonObject = {
    **MESSAGE,
    "message_id": REPLY_ID,
    "from_agent": BOOTS,
    "to_agent": NOVA,
    "type": "chat_message",
    "subject": None,
    "body": "Gladly. Send them over.",
    "priority": 0,
    "reply_to_id": MESSAGE_ID,
    "created_at": SEEN_AT,
}
READ: JsonObject = {
    "success": True,
    "message_id": MESSAGE_ID,
    "status": "read",
    "read_at": MOVED_AT,
}
OFFER: JsonObject = {
    "title": "Cost Estimates for 50 Products",
    "description": "Need detailed cost breakdowns for 50 product opportunities in the outdoor"
    " niche",
    "requirements": {"deadline": "24 hours", "format": "JSON with landed cost + margin analysis"},
    "budget_usd": 15000,
    "deadline_at": DEADLINE_AT,
}
ORDER: JsonObject = {
    "work_order_id": ORDER_ID,
    "client": NOVA,
    "worker": BOOTS,
    **OFFER,
    "deliverables": None,
    "status": "pending",
    "message_id": MESSAGE_ID,
    "thread_id": THREAD_ID,
    "created_at": CREATED_AT,
    "accepted_at": None,
    "rejected_at": None,
    "completed_at": None,
    "failed_at": None,
    "cancelled_at": None,
    "expired_at": None,
    "estimated_completion": None,
    "reason": None,
    "result_data": None,
    "result_url": None,
    "summary": None,
}
REASON = "Already at capacity with 5 active jobs"


def moved(status: str, **fields: Any) -> JsonObject:
    """The answer to a transition."""
    at = {f"{status}_at": MOVED_AT}
    return {"success": True, "work_order_id": ORDER_ID, "status": status, **at, **fields}
