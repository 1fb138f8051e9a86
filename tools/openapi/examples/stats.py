"""An example for the statistics."""

from agent_messaging.stats.rollup import Platform
from tools.openapi import example_data
from tools.openapi.examples.example import Example, Examples

EXAMPLES: Examples = {
    "stats_read_stats": Example(
        {
            "agent_id": "boots-agent-id",
            "unread_messages": 5,
            "pending_work_orders": 1,
            "active_work_orders": 2,
            "completed_work_orders": 3,
            "platform": Platform(agents_registered=2, agents_online=1).model_dump(mode="json"),
            "computed_at": example_data.CREATED_AT,
        }
    ),
}
