"""Examples for webhooks: Nova is woken at its own address."""

from tools.openapi import example_data
from tools.openapi.example_data import JsonObject
from tools.openapi.examples.example import Example, Examples

URL = "https://hooks.example.com/agent"
# It has the form of a secret, and everybody knows it.
SECRET = "whsec_" + "MDAw" * 10 + "MDA="

WEBHOOK: JsonObject = {
    "webhook_id": example_data.WEBHOOK_ID,
    "url": URL,
    "event_types": ["message.received", "work_order.*"],
    "description": "wakes Nova on the second machine",
    "status": "active",
    "disabled_reason": None,
    "created_at": example_data.CREATED_AT,
    "content_flags": [],
}
DELIVERY: JsonObject = {
    "delivery_id": example_data.DELIVERY_ID,
    "event_id": example_data.EVENT_ID,
    "event_type": "message.received",
    "status": "queued",
    "attempts": [
        {
            "at": example_data.SEEN_AT,
            "status_code": None,
            "duration_ms": 10000,
            "error": "timeout",
        },
    ],
    "next_attempt_at": example_data.MOVED_AT,
}
NEW = Example(
    request={"url": URL, "event_types": WEBHOOK["event_types"]},
    answer={**WEBHOOK, "description": None, "success": True, "secret": SECRET},
    name="some events",
)
ALL = Example(
    request={"url": URL, "description": WEBHOOK["description"]},
    answer={**WEBHOOK, "event_types": None, "success": True, "secret": SECRET},
    name="all events",
)

EXAMPLES: Examples = {
    "webhooks_create_webhook": (NEW, ALL),
    "webhooks_list_webhooks": Example({"agent_id": "nova-agent-id", "webhooks": [WEBHOOK]}),
    "webhooks_read_webhook": Example(WEBHOOK),
    "webhooks_update_webhook": Example(
        request={"description": WEBHOOK["description"]}, answer={**WEBHOOK, "success": True}
    ),
    "webhooks_rotate_secret": Example(
        {
            "success": True,
            "webhook_id": example_data.WEBHOOK_ID,
            "secret": SECRET,
            "previous_expires_at": "2026-02-16T20:32:00.000Z",
        }
    ),
    "webhooks_test_webhook": Example({"success": True, "delivery_id": example_data.DELIVERY_ID}),
    "webhooks_list_deliveries": Example(
        {
            "agent_id": "nova-agent-id",
            "webhook_id": example_data.WEBHOOK_ID,
            "deliveries": [DELIVERY],
            "next_cursor": None,
        }
    ),
    "webhooks_retry_delivery": Example({**DELIVERY, "success": True}),
}
