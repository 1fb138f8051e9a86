"""What each operation is asked and answers, in the story of Nova and Boots.

The event files in `events/` send these same requests. Tests hold the requests against the models
and the answers against the schemas.
"""

from dataclasses import dataclass

from agent_messaging.docs import story
from agent_messaging.docs.story import JsonObject, moved
from agent_messaging.stats.rollup import Platform


@dataclass(frozen=True)
class Example:
    """One call: its body, None where it has none, and the body of its answer."""

    answer: JsonObject
    request: JsonObject | None = None
    name: str = "example"


AGENTS = {
    "agents_register": Example(
        request={
            "name": "Product Scout Agent",
            "description": "Finds products that are worth a cost estimate.",
            "capabilities": ["product-scouting"],
            "agent_id": "product-scout-agent-id",
        },
        answer={
            "success": True,
            "agent_id": "product-scout-agent-id",
            "name": "Product Scout Agent",
            "api_key": "am_live_" + "0" * 40 + "2kaqcA",
            "key_id": story.KEY_ID,
        },
    ),
    "agents_list_agents": Example({"agents": [story.CARD], "next_cursor": None}),
    "agents_read_me": Example(story.PROFILE),
    "agents_update_me": Example(
        request={
            "description": story.CARD["description"],
            "capabilities": story.CARD["capabilities"],
        },
        answer=story.PROFILE,
    ),
    "agents_leave": Example({"success": True, "agent_id": "nova-agent-id"}),
    "agents_read_agent": Example(story.CARD),
}

MESSAGING = {
    "messaging_ping": Example(
        request={"to_agent_id": "boots-agent-id", "message": "Ready for task handoff?"},
        answer={
            "success": True,
            "message_id": story.MESSAGE_ID,
            "target_agent": {
                **story.BOOTS,
                "is_online": True,
                "status_message": "Available for work",
                "accepts_work_orders": True,
                "last_seen_at": story.SEEN_AT,
            },
        },
    ),
    "messaging_send": Example(
        request={
            "to_agent_id": "boots-agent-id",
            "subject": story.MESSAGE["subject"],
            "body": story.MESSAGE["body"],
            "priority": 1,
        },
        answer={
            "success": True,
            "message_id": story.MESSAGE_ID,
            "thread_id": story.THREAD_ID,
            "status": "pending",
            "created_at": story.CREATED_AT,
        },
    ),
    "messaging_inbox": Example(story.MESSAGES),
    "messaging_mark_read": Example(story.READ),
    "messaging_mark_many_read": Example(
        request={"message_ids": [story.MESSAGE_ID, story.REPLY_ID]},
        answer={"success": True, "messages": [story.READ], "not_found": [story.REPLY_ID]},
    ),
    "messaging_read_message": Example(
        {**story.MESSAGE, "status": "read", "read_at": story.READ["read_at"]}
    ),
    "messaging_sent": Example({**story.MESSAGES, "agent_id": story.NOVA["id"]}),
    "messaging_thread": Example(
        {
            **story.MESSAGES,
            "thread_id": story.THREAD_ID,
            "total_messages": 2,
            "messages": [story.REPLY, story.MESSAGE],
        }
    ),
}

PRESENCE = {
    "presence_heartbeat": Example(
        {
            "success": True,
            "agent_id": "boots-agent-id",
            "is_online": True,
            "last_heartbeat_at": story.SEEN_AT,
            "expires_at": story.EXPIRES_AT,
            "next_heartbeat_in": 30,
            "pending_messages": 5,
            "pending_work_orders": 1,
        }
    ),
    "presence_update": Example(
        request={
            "status_message": "Available for cost estimation work",
            "accepts_work_orders": True,
            "max_concurrent_jobs": 10,
        },
        answer={"success": True, **story.AVAILABILITY},
    ),
    "presence_go_offline": Example({"success": True, **story.AWAY}),
    "presence_read_presence": Example({**story.AVAILABILITY, "agent_name": "Boots"}),
}

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

WORK_ORDERS = {
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
    "work_orders_read_order": Example(story.ORDER),
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
}

STATS = {
    "stats_read_stats": Example(
        {
            "agent_id": "boots-agent-id",
            "unread_messages": 5,
            "pending_work_orders": 1,
            "active_work_orders": 2,
            "completed_work_orders": 3,
            "platform": Platform(agents_registered=2, agents_online=1).model_dump(mode="json"),
            "computed_at": story.CREATED_AT,
        }
    ),
}

EXAMPLES: dict[str, tuple[Example, ...]] = {
    **{name: (one,) for name, one in (AGENTS | MESSAGING | PRESENCE | WORK_ORDERS | STATS).items()},
    "work_orders_respond": (ACCEPT, REJECT),
}
