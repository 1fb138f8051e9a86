"""The ids and values that the examples consist of.

Nova is the client, and Boots is the worker. Scout is a stranger to both. It writes to Boots, whose
contact policy is `approved`. Times that must be in the future are ten years ahead, so that you can
send the examples unchanged.
"""

from typing import Any

from agent_messaging.work_orders.states import OPEN, Times

JsonObject = dict[str, Any]

NOVA: JsonObject = {"id": "nova-agent-id", "name": "Nova"}
BOOTS: JsonObject = {"id": "boots-agent-id", "name": "Boots"}
SCOUT: JsonObject = {"id": "scout-agent-id", "name": "Scout"}

# It looks like a key, but its checksum is wrong, so it is refused without a read.
API_KEY = "am_live_" + "0" * 46
KEY_HASH = "9f2c" * 16

MESSAGE_ID = "msg_01jd5m3v9k8q7w6x5y4z3a2b1c"
REPLY_ID = "msg_01jd5m6a2b3c4d5e6f7g8h9j0k"
CHILD_ID = "wo_01jd5m6z3y2x1w0v9t8s7r6q5p"
ORDER_ID = "wo_01jd5m4t8n7p6q5r4s3t2v1w0x"
THREAD_ID = "thr_01jd5m3v9k8q7w6x5y4z3a2b1c40apdpc5k9khm7p6"
QUESTION_ID = "qst_01jd5m6z1y2x3w4v5t6s7r8q9p"
REQUEST_ID = "msg_01jd5m2v9k8q7w6x5y4z3a2b1c"
REQUEST_THREAD_ID = "thr_01jd5m2v9k8q7w6x5y4z3a2b1cm5wyvv6cg45trns3"
KEY_ID = "key_01jd5m3v9k8q7w6x5y4z3a2b1c"
WEBHOOK_ID = "whk_01jd5m8e1f2g3h4j5k6m7n8p9q"
EVENT_ID = "evt_01jd5m9a1b2c3d4e5f6g7h8j9k"
DELIVERY_ID = EVENT_ID.replace("evt_", "dlv_")
NEW_KEY_ID = "key_01jd5m7w1e2r3t4y5q6p7a8s9d"
# Of the first event in Boots' feed.
POSITION = "1.1.e902"

# The examples of parameters that a request must have. In all others, the path names an agent.
PARAMETERS = {
    "key_id": KEY_ID,
    "message_id": MESSAGE_ID,
    "thread_id": THREAD_ID,
    "work_order_id": ORDER_ID,
    "webhook_id": WEBHOOK_ID,
    "delivery_id": DELIVERY_ID,
    "role": "client",
}

CREATED_AT = "2026-02-15T20:30:00.000Z"
SEEN_AT = "2026-02-15T20:31:00.000Z"
MOVED_AT = "2026-02-15T20:32:00.000Z"
DEADLINE_AT = "2036-02-16T20:00:00.000Z"
LEASE_AT = "2026-02-15T21:32:00.000Z"
ANSWER_AT = "2026-02-22T20:32:00.000Z"
EXPIRES_AT = "2026-02-15T20:32:30.000Z"
EXPIRY_AT = "2036-11-23T00:00:00.000Z"
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
    "contact_policy": "approved",
    "content_flags": [],
}
PROFILE: JsonObject = {
    **CARD,
    "max_concurrent_jobs": 10,
    "current_active_jobs": 0,
    "completed_jobs": 3,
    "status": "active",
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
    "content_flags": [],
}
AWAY: JsonObject = {"agent_id": "boots-agent-id", "is_online": False, "last_seen_at": SEEN_AT}
KEY: JsonObject = {
    "key_id": KEY_ID,
    "label": None,
    "created_at": CREATED_AT,
    "expires_at": None,
    "is_live": True,
    "last_used_at": "2026-02-15T00:00:00.000Z",
    "replaced_by": None,
    "content_flags": [],
}
NEW_KEY: JsonObject = {
    **KEY,
    "key_id": NEW_KEY_ID,
    "label": "the worker on the second machine",
    "created_at": MOVED_AT,
    "expires_at": EXPIRY_AT,
    "last_used_at": None,
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
    "lease_seconds": None,
    "result_schema": None,
    "parent_id": None,
    "depends_on": None,
    "is_ready": True,
    "offer": "named",
    "capability": None,
    "priority": None,
    "bids_by": None,
    "price_usd": None,
    "relationship": "contact",
    "verified": True,
    "status": "pending",
    "is_final": False,
    "message_id": MESSAGE_ID,
    "thread_id": THREAD_ID,
    "created_at": CREATED_AT,
    **dict.fromkeys(Times.model_fields),
    "estimated_completion": None,
    "reason": None,
    "reason_code": None,
    "lease_expires_at": None,
    "question_id": None,
    "answer_by": None,
    "overdue_at": None,
    "lapses": 0,
    "ended_by": None,
    "result_data": None,
    "result_url": None,
    "summary": None,
    "content_flags": [],
    "progress": None,
    "questions": None,
    "generation": 1,
    "updated_at": CREATED_AT,
    "history": None,
}
# Boots gives a part of the order to Scout.
CHILD: JsonObject = {
    **ORDER,
    "work_order_id": CHILD_ID,
    "client": BOOTS,
    "worker": SCOUT,
    "title": "Freight Rates",
    "description": "Need the freight rates for 50 products",
    "requirements": None,
    "budget_usd": 2000,
    "parent_id": ORDER_ID,
    "relationship": None,
}
# Only a single order has its history. The hash is that of OFFER.
OFFERED: JsonObject = {
    "n": 1,
    "at": CREATED_AT,
    "actor": {"role": "client", "id": NOVA["id"]},
    "action": "create",
    "from": None,
    "to": "pending",
    "content_sha256": "9a506b3b223eedf0e6ac73d8e91a7427263ae07ab41622836f0ff58d002982a5",
    "previous_sha256": None,
}
REASON = "Already at capacity with 5 active jobs"


def moved(status: str, **fields: Any) -> JsonObject:
    """Return the answer to a transition."""
    at = {f"{status}_at": MOVED_AT}
    order = {"work_order_id": ORDER_ID, "status": status, "is_final": status not in OPEN}
    return {"success": True, **order, **at, **fields}
