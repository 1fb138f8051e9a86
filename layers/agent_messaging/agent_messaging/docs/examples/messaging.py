"""Messages: delivered, held, listed, acknowledged."""

from agent_messaging.docs import story
from agent_messaging.docs.examples.example import Example, Examples

DELIVERED = Example(
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
    name="delivered",
)
HELD = Example(
    request={
        "to_agent_id": "boots-agent-id",
        "subject": story.REQUEST["subject"],
        "body": story.REQUEST["body"],
    },
    answer={
        "success": True,
        "message_id": story.REQUEST_ID,
        "thread_id": story.REQUEST_THREAD_ID,
        "status": "held",
        "created_at": story.CREATED_AT,
    },
    name="held for a stranger",
)

EXAMPLES: Examples = {
    "messaging_ping": Example(
        request={"to_agent_id": "boots-agent-id", "message": "Ready for task handoff?"},
        answer={
            "success": True,
            "message_id": story.MESSAGE_ID,
            "status": "pending",
            "target_agent": {
                **story.BOOTS,
                "is_online": True,
                "status_message": "Available for work",
                "accepts_work_orders": True,
                "last_seen_at": story.SEEN_AT,
                "content_flags": [],
            },
        },
    ),
    "messaging_inbox": Example(story.MESSAGES),
    "messaging_mark_read": Example(story.READ),
    "messaging_mark_many_read": Example(
        request={"message_ids": [story.MESSAGE_ID, story.REPLY_ID]},
        answer={"success": True, "messages": [story.READ], "not_found": [story.REPLY_ID]},
    ),
    "messaging_read_message": Example(
        {**story.SENT, "status": "read", "read_at": story.READ["read_at"]}
    ),
    "messaging_sent": Example(
        {**story.MESSAGES, "agent_id": story.NOVA["id"], "messages": [story.SENT]}
    ),
    "messaging_thread": Example(
        {
            **story.MESSAGES,
            "thread_id": story.THREAD_ID,
            "total_messages": 2,
            "messages": [story.REPLY, story.MESSAGE],
        }
    ),
    "messaging_send": (DELIVERED, HELD),
}
