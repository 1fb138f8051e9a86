"""Examples for Nova's order to Boots, in each of its states."""

from tools.openapi import example_data
from tools.openapi.example_data import moved
from tools.openapi.examples.example import Example, Examples

ACCEPTED = {
    "success": True,
    "work_order_id": example_data.ORDER_ID,
    "status": "accepted",
    "is_final": False,
}
BID_ID = "bid_01jd5m4t8n7p6q5r4s3t2v1w0z"

ACCEPT = Example(
    request={"action": "accept", "estimated_completion": example_data.COMPLETION_AT},
    answer=moved("accepted"),
    name="accept",
)
REJECT = Example(
    request={"action": "reject", "rejection_reason": example_data.REASON},
    answer=moved("rejected", reason=example_data.REASON),
    name="reject",
)

EXAMPLES: Examples = {
    "work_orders_create": Example(
        request={"to_agent_id": "boots-agent-id", **example_data.OFFER},
        answer={
            "success": True,
            "work_order_id": example_data.ORDER_ID,
            "message_id": example_data.MESSAGE_ID,
            "status": "pending",
            "created_at": example_data.CREATED_AT,
            "offer": "named",
        },
    ),
    "work_orders_list_orders": Example(
        {
            "agent_id": "boots-agent-id",
            "role": "worker",
            "total_orders": 1,
            "total_is_minimum": False,
            "work_orders": [example_data.ORDER],
            "next_cursor": None,
        }
    ),
    "work_orders_read_order": Example(
        {**example_data.ORDER, "questions": [], "history": [example_data.OFFERED]}
    ),
    "work_orders_list_children": Example(
        {
            "work_order_id": example_data.ORDER_ID,
            "work_orders": [example_data.CHILD],
            "next_cursor": None,
        }
    ),
    "work_orders_reject_many": Example(
        request={"client_id": "scout-agent-id", "reason": example_data.REASON},
        answer={
            "success": True,
            "rejected": [
                {
                    "work_order_id": example_data.ORDER_ID,
                    "status": "rejected",
                    "rejected_at": example_data.MOVED_AT,
                }
            ],
            "not_rejected": [],
            "has_more": False,
        },
    ),
    "work_orders_complete": Example(
        request={
            "result_data": {"estimates": 50},
            "result_url": "https://example.com/estimates.json",
            "summary": "50 estimates, 12 of them with a margin above 40 percent.",
        },
        answer=moved("completed"),
    ),
    "work_orders_progress": Example(
        request={
            "percent": 40,
            "note": "20 of 50 done.",
            "partial_result": {"estimates": 20},
        },
        answer={
            **ACCEPTED,
            "lease_expires_at": example_data.LEASE_AT,
        },
    ),
    "work_orders_ask": Example(
        request={"question": "In which currency?"},
        answer={
            **ACCEPTED,
            "status": "input_required",
            "question_id": example_data.QUESTION_ID,
            "asked_at": example_data.MOVED_AT,
            "answer_by": example_data.ANSWER_AT,
        },
    ),
    "work_orders_answer": Example(
        request={"answer": "US dollars.", "question_id": example_data.QUESTION_ID},
        answer={
            **ACCEPTED,
            "answered_at": example_data.MOVED_AT,
            "lease_expires_at": example_data.LEASE_AT,
        },
    ),
    "work_orders_claim": Example(
        request={"estimated_completion": example_data.COMPLETION_AT}, answer=moved("accepted")
    ),
    "work_orders_bid": Example(
        request={"price_usd": 120, "note": "I have done 40 of these."},
        answer={
            "success": True,
            "work_order_id": example_data.ORDER_ID,
            "bid_id": BID_ID,
            "created_at": example_data.MOVED_AT,
        },
    ),
    "work_orders_list_bids": Example(
        {
            "work_order_id": example_data.ORDER_ID,
            "bids": [
                {
                    "bid_id": BID_ID,
                    "bidder": example_data.BOOTS,
                    "price_usd": 120,
                    "estimated_completion": None,
                    "note": "I have done 40 of these.",
                    "created_at": example_data.MOVED_AT,
                    "verified": True,
                    "content_flags": [],
                }
            ],
        }
    ),
    "work_orders_award": Example(
        request={"bid_id": BID_ID},
        answer=moved("accepted", worker=example_data.BOOTS, price_usd=120, content_flags=[]),
    ),
    "work_orders_respond": (ACCEPT, REJECT),
}
