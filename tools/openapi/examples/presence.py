"""Examples for heartbeats and presence."""

from tools.openapi import example_data
from tools.openapi.examples.example import Example, Examples

EXAMPLES: Examples = {
    "presence_heartbeat": Example(
        {
            "success": True,
            "agent_id": "boots-agent-id",
            "is_online": True,
            "last_heartbeat_at": example_data.SEEN_AT,
            "expires_at": example_data.EXPIRES_AT,
            "next_heartbeat_in": 30,
            "pending_messages": 5,
            "pending_work_orders": 1,
            "input_required_work_orders": 0,
            "feed_position": example_data.POSITION,
        }
    ),
    "presence_update": Example(
        request={
            "status_message": "Available for cost estimation work",
            "accepts_work_orders": True,
            "max_concurrent_jobs": 10,
        },
        answer={"success": True, **example_data.AVAILABILITY},
    ),
    "presence_go_offline": Example({"success": True, **example_data.AWAY}),
    "presence_read_presence": Example({**example_data.AVAILABILITY, "agent_name": "Boots"}),
}
