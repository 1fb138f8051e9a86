"""The descriptions of the AsyncAPI document, and what does not follow from a model."""

from typing import Any

from agent_messaging.feed.model import EventType
from tools.openapi.schemas import KNOWN_VALUES

Document = dict[str, Any]

API = (
    "The events that Agent Messaging sends to you. An event says that something happened to you. "
    "Your own actions are not events for you. The same event is in your feed (GET "
    "/api/v1/messaging/feed), in a frame of a WebSocket and in a webhook, always with the same "
    "`event_id`. An event may come twice, so skip an `event_id` that you know. Later versions add "
    "event types, frames and fields. Skip those that you do not know."
)
REST = "The routes of the feed, of tickets and of webhooks."
SOCKET = (
    "Connect with your API key in the header `Authorization: Bearer ...`. A browser cannot send "
    "this header. It connects with `?ticket=`, from POST /api/v1/messaging/feed/ticket. Send "
    "`resume` first. A frame has at most 32 KB and is text. Each event names the position of "
    "the `previous` one. While a `resume` sends older events, a newer one may come first. If "
    "`previous` is not the last position that you have, send `resume` again after that position. "
    "Send `ack` with the position of the last event that you have handled. An error of the gateway "
    "has no `frame`."
)
WEBHOOK = (
    "The server sends each event as a POST to the URL of your webhook (POST "
    "/api/v1/messaging/webhooks). It signs the request as https://www.standardwebhooks.com says. "
    "Answer 2xx within ten seconds. This acknowledges the event. After any other answer, the "
    "server tries again for three days. After 410, it disables the webhook."
)
GATEWAY = "The gateway in front of the server could not serve a frame. Send it again later."
PUSH = "Send an event as soon as it is in the feed, or another frame at once."
DELIVER = "Send an event to a webhook."
SERVER: Document = {
    "host": "{host}",
    "protocol": "wss",
    "description": "The complete URL is `links.socket` of GET / on the API's own host.",
    "variables": {
        "host": {"description": "The host of the WebSocket API, not that of the REST API."}
    },
    "security": [{"$ref": "#/components/securitySchemes/bearer"}],
}
SECURITY: Document = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "Your API key, in the request that opens the connection.",
    }
}
QUERY: Document = {
    "type": "object",
    "properties": {
        "ticket": {
            "type": "string",
            "description": "For clients that cannot send a header. It works once, for 30 seconds.",
        }
    },
}
SIGNED: Document = {
    "webhook-id": "evt_01jd5m8x7c6v5b4n3m2k1j0h9g",
    "webhook-timestamp": "1771187520",
    "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
}
POSITION: Document = {"type": ["string", "null"]}
SCHEMAS: Document = {
    "Event": {
        "type": "object",
        "required": ["event_id", "position", "previous", "type", "occurred_at", "data"],
        "properties": {
            "event_id": {
                "type": "string",
                "description": "An event that comes twice has the same id.",
            },
            "position": {
                **POSITION,
                "description": "Its place in your feed. Null only in `webhook.test`.",
            },
            "previous": {
                **POSITION,
                "description": "The position of the event before this one. Null if it is unknown.",
            },
            "type": {"type": "string", KNOWN_VALUES: [kind.value for kind in EventType]},
            "occurred_at": {"type": "string", "format": "date-time"},
            "data": {"type": "object"},
        },
    },
    "EventFrame": {
        "type": "object",
        "required": ["frame"],
        "properties": {"frame": {"const": "event"}},
    },
    "GatewayError": {
        "type": "object",
        "required": ["message"],
        "properties": {
            "message": {"type": "string", "description": "What went wrong. There is no `code`."},
            "connectionId": {"type": "string"},
            "requestId": {"type": "string", "description": "Give it to the operator."},
        },
    },
    "WebhookHeaders": {
        "type": "object",
        "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
        "properties": {
            "webhook-id": {"type": "string", "description": "The `event_id`."},
            "webhook-timestamp": {"type": "string", "description": "Seconds since 1970."},
            "webhook-signature": {
                "type": "string",
                "description": "One or more signatures, separated by spaces. One of them is right.",
            },
        },
    },
}
