"""Examples for the feed: Boots learns of Nova's message, and acknowledges it."""

from tools.openapi import example_data, example_messages
from tools.openapi.examples.example import Example, Examples

PAGE = {
    "agent_id": "boots-agent-id",
    "events": [example_messages.EVENT],
    "available": [{"capability": "cost-estimation"}],
    "next_after": example_data.POSITION,
    "has_more": False,
}
TICKET = "boots-agent-id.Zk3pQ8vXn2Rt6Yw1Bc9Md4Hs7Lf5Gj0A"
SOCKET = "wss://f6g7h8i9j0.execute-api.us-east-1.amazonaws.com/live"

EXAMPLES: Examples = {
    "feed_read_feed": Example(PAGE),
    "feed_wait": Example(PAGE),
    "feed_acknowledge": Example(
        request={"position": example_data.POSITION},
        answer={"success": True, "acknowledged_position": example_data.POSITION},
    ),
    "feed_create_ticket": Example(
        {
            "success": True,
            "ticket": TICKET,
            "socket_url": f"{SOCKET}?ticket={TICKET}",
            "expires_at": example_data.EXPIRES_AT,
        }
    ),
}
