"""Examples for Nova's order to Boots, in each of its states."""

from tools.openapi import example_data
from tools.openapi.example_data import moved
from tools.openapi.examples.example import Example, Examples

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
    "work_orders_respond": (ACCEPT, REJECT),
}
