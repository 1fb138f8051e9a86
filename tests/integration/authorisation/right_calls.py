"""How each route is called rightly: by whom, and with what.

Every route of the template has a line here, or the matrix fails. `{names}` are those of the world;
`{target}` is the agent that is written to or looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agent_messaging.docs.pages import PAGES

TARGET = "boots"
KEYS = "/.well-known/agent-messaging-keys.json"
FROM = ("/messaging/ping", "/messaging/send", "/messaging/work-order")


@dataclass(frozen=True)
class RightCall:
    """A request that succeeds when `caller` makes it; None where nobody is asked who calls.

    `other` is the other agent of the two between whom the thing lies.
    """

    caller: str | None
    path: str
    body: Any = None
    status: int = 200
    other: str = "boots"
    query: str = ""

    @property
    def parameter(self) -> str:
        """The query parameter that says who calls."""
        return "from_agent_id" if self.path in FROM else "agent_id"

    def filled(self, names: Mapping[str, str], target: str = TARGET) -> tuple[str, Any]:
        """The path and the body with the world's names in them."""
        text = json.dumps([self.path, self.body])
        for name, value in {**names, "target": target}.items():
            text = text.replace(f"{{{name}}}", value)
        path, body = json.loads(text)
        return path, body


def by_worker(path: str, body: Any) -> RightCall:
    return RightCall("boots", f"/messaging/work-order/{path}", body, other="nova")


MESSAGE = {"to_agent_id": "{target}", "body": "Hello"}
ORDER = {"to_agent_id": "{target}", "title": "Estimates", "description": "Fifty of them"}

ROOT = {f"GET {page.path}": RightCall(None, page.path) for page in PAGES}
BELOW_BASE = {
    "POST /agents/register": RightCall(
        None, "/agents/register", {"agent_id": "newcomer", "name": "Newcomer"}, 201
    ),
    "GET /agents": RightCall("nova", "/agents"),
    "GET /agents/me": RightCall("nova", "/agents/me"),
    "PATCH /agents/me": RightCall("nova", "/agents/me", {"name": "Nova the Second"}),
    "DELETE /agents/me": RightCall("nova", "/agents/me"),
    "GET /agents/{target_agent_id}": RightCall("nova", "/agents/{target}"),
    "GET /agents/me/keys": RightCall("nova", "/agents/me/keys"),
    "POST /agents/me/keys": RightCall("nova", "/agents/me/keys", {"label": "another"}, 201),
    "DELETE /agents/me/keys/{key_id}": RightCall("nova", "/agents/me/keys/{spare}", None, 204),
    "POST /messaging/ping": RightCall("nova", "/messaging/ping", {"to_agent_id": "{target}"}),
    "POST /messaging/send": RightCall("nova", "/messaging/send", MESSAGE),
    "GET /messaging/inbox": RightCall("nova", "/messaging/inbox"),
    "POST /messaging/mark-read/{message_id}": RightCall("nova", "/messaging/mark-read/{message}"),
    "POST /messaging/mark-read": RightCall(
        "nova", "/messaging/mark-read", {"message_ids": ["{message}"]}
    ),
    "GET /messaging/messages/{message_id}": RightCall("nova", "/messaging/messages/{message}"),
    "GET /messaging/sent": RightCall("nova", "/messaging/sent"),
    "GET /messaging/threads/{thread_id}": RightCall("nova", "/messaging/threads/{thread}"),
    "GET /messaging/feed": RightCall("nova", "/messaging/feed"),
    "GET /messaging/feed/wait": RightCall("nova", "/messaging/feed/wait"),
    "POST /messaging/feed/ack": RightCall(
        "nova", "/messaging/feed/ack", {"position": "{position}"}
    ),
    "POST /messaging/feed/ticket": RightCall("nova", "/messaging/feed/ticket", None, 201),
    "GET /messaging/contacts": RightCall("nova", "/messaging/contacts"),
    "GET /messaging/contacts/{contact_id}": RightCall("nova", "/messaging/contacts/scout"),
    "PUT /messaging/contacts/{contact_id}": RightCall(
        "nova", "/messaging/contacts/scout", {"state": "blocked"}
    ),
    "DELETE /messaging/contacts/{contact_id}": RightCall("nova", "/messaging/contacts/scout"),
    "POST /messaging/webhooks": RightCall(
        "nova", "/messaging/webhooks", {"url": "https://hooks.example.com/new"}, 201
    ),
    "GET /messaging/webhooks": RightCall("nova", "/messaging/webhooks"),
    "GET /messaging/webhooks/{webhook_id}": RightCall("nova", "/messaging/webhooks/{webhook}"),
    "PATCH /messaging/webhooks/{webhook_id}": RightCall(
        "nova", "/messaging/webhooks/{webhook}", {"description": "new"}
    ),
    "DELETE /messaging/webhooks/{webhook_id}": RightCall(
        "nova", "/messaging/webhooks/{webhook}", None, 204
    ),
    "POST /messaging/webhooks/{webhook_id}/rotate-secret": RightCall(
        "nova", "/messaging/webhooks/{webhook}/rotate-secret"
    ),
    "POST /messaging/webhooks/{webhook_id}/test": RightCall(
        "nova", "/messaging/webhooks/{webhook}/test"
    ),
    "GET /messaging/webhooks/{webhook_id}/deliveries": RightCall(
        "nova", "/messaging/webhooks/{webhook}/deliveries"
    ),
    "POST /messaging/webhooks/{webhook_id}/deliveries/{delivery_id}/retry": RightCall(
        "nova", "/messaging/webhooks/{webhook}/deliveries/{delivery}/retry"
    ),
    "POST /messaging/heartbeat": RightCall("nova", "/messaging/heartbeat"),
    "PUT /messaging/presence": RightCall("nova", "/messaging/presence", {"status_message": "In"}),
    "DELETE /messaging/presence": RightCall("nova", "/messaging/presence"),
    "GET /messaging/presence/{target_agent_id}": RightCall("nova", "/messaging/presence/{target}"),
    "POST /messaging/work-order": RightCall("nova", "/messaging/work-order", ORDER),
    "GET /messaging/work-orders": RightCall("nova", "/messaging/work-orders", query="role=client"),
    "GET /messaging/work-order/{work_order_id}": RightCall(
        "nova", "/messaging/work-order/{offered}"
    ),
    "GET /messaging/work-order/{work_order_id}/transcript": RightCall(
        "nova", "/messaging/work-order/{offered}/transcript"
    ),
    "GET /messaging/work-order/{work_order_id}/children": RightCall(
        "nova", "/messaging/work-order/{offered}/children"
    ),
    "POST /messaging/work-order/{work_order_id}/respond": by_worker(
        "{offered}/respond", {"action": "accept"}
    ),
    "POST /messaging/work-orders/reject": RightCall(
        "boots", "/messaging/work-orders/reject", {"client_id": "nova"}, other="nova"
    ),
    "POST /messaging/work-order/{work_order_id}/complete": by_worker("{taken}/complete", {}),
    "POST /messaging/work-order/{work_order_id}/fail": by_worker("{lost}/fail", {}),
    "POST /messaging/work-order/{work_order_id}/progress": by_worker(
        "{taken}/progress", {"percent": 5}
    ),
    "POST /messaging/work-order/{work_order_id}/ask": by_worker(
        "{taken}/ask", {"question": "How?"}
    ),
    "POST /messaging/work-order/{work_order_id}/answer": RightCall(
        "nova", "/messaging/work-order/{asked}/answer", {"answer": "So."}
    ),
    "POST /messaging/work-order/{work_order_id}/claim": by_worker("{pooled}/claim", {}),
    "POST /messaging/work-order/{work_order_id}/bid": by_worker("{auctioned}/bid", {}),
    "DELETE /messaging/work-order/{work_order_id}/bid": RightCall(
        "boots", "/messaging/work-order/{auctioned}/bid", None, 204, other="nova"
    ),
    "GET /messaging/work-order/{work_order_id}/bids": RightCall(
        "nova", "/messaging/work-order/{auctioned}/bids"
    ),
    "POST /messaging/work-order/{work_order_id}/award": RightCall(
        "nova", "/messaging/work-order/{auctioned}/award", {"bid_id": "{bid}"}
    ),
    "POST /messaging/work-order/{work_order_id}/cancel": RightCall(
        "nova", "/messaging/work-order/{offered}/cancel", {}
    ),
    "GET /messaging/stats": RightCall("nova", "/messaging/stats"),
}
# What no named route takes: here a path with one slash too many, and a browser's question.
CATCH_ALL = {
    "$default": RightCall(None, "/agents/me/", status=308),
    "OPTIONS /{proxy+}": RightCall(None, "/agents/me", status=204),
}
# By the template's name of the route, less /api/v1.
RIGHT_CALLS = {
    **BELOW_BASE,
    **ROOT,
    **CATCH_ALL,
    "GET /docs/errors/{code}": RightCall(None, "/docs/errors/invalid"),
    f"GET {KEYS}": RightCall(None, KEYS),
}
