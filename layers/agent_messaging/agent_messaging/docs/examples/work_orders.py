"""Nova's order to Boots, in each of its steps."""

from agent_messaging.docs import story
from agent_messaging.docs.examples.example import Example, Examples
from agent_messaging.docs.story import moved

ACCEPT = Example(
    request={"action": "accept", "estimated_completion": story.COMPLETION_AT},
    answer=moved("accepted"),
    name="accept",
)
REJECT = Example(
    request={"action": "reject", "rejection_reason": story.REASON},
    answer=moved("rejected", reason=story.REASON),
    name="reject",
)

EXAMPLES: Examples = {
    "work_orders_create": Example(
        request={"to_agent_id": "boots-agent-id", **story.OFFER},
        answer={
            "success": True,
            "work_order_id": story.ORDER_ID,
            "message_id": story.MESSAGE_ID,
            "status": "pending",
            "created_at": story.CREATED_AT,
        },
    ),
    "work_orders_list_orders": Example(
        {
            "agent_id": "boots-agent-id",
            "role": "worker",
            "total_orders": 1,
            "total_is_minimum": False,
            "work_orders": [story.ORDER],
            "next_cursor": None,
        }
    ),
    "work_orders_read_order": Example({**story.ORDER, "history": [story.OFFERED]}),
    "work_orders_reject_many": Example(
        request={"client_id": "scout-agent-id", "reason": story.REASON},
        answer={
            "success": True,
            "rejected": [
                {
                    "work_order_id": story.ORDER_ID,
                    "status": "rejected",
                    "rejected_at": story.MOVED_AT,
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
    "work_orders_cancel": Example(
        request={"reason": "The niche was dropped"},
        answer=moved("cancelled", reason="The niche was dropped"),
    ),
    "work_orders_fail": Example(
        request={"reason": "The supplier does not answer"},
        answer=moved("failed", reason="The supplier does not answer"),
    ),
    "work_orders_respond": (ACCEPT, REJECT),
}
