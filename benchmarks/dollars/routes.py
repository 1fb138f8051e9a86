"""The call that is measured for each route, and what a million of them cost."""

from typing import NamedTuple

from benchmarks.dollars.bills import ALONE, BUSY, TEMPLATE, Bill, Counts, Need, request
from local.in_process.requests import name_of

ORDER = "/messaging/work-order/{work_order_id}"
# The operation of `workload` that stands for a route, and what is called.
CALLS: dict[str, tuple[str, str]] = {
    "POST /agents/register": ("register", "a short profile"),
    "GET /agents": ("directory", "all agents, a page"),
    "GET /agents/me": ("own profile", ""),
    "PATCH /agents/me": ("own profile, change", "a description"),
    "DELETE /agents/me": ("leave", ""),
    "GET /agents/{target_agent_id}": ("profile", ""),
    "GET /agents/me/keys": ("keys", "two keys"),
    "POST /agents/me/keys": ("key, create", ""),
    "DELETE /agents/me/keys/{key_id}": ("key, revoke", ""),
    "POST /messaging/ping": ("ping", "a sentence"),
    "POST /messaging/send": ("send", "500 B"),
    "GET /messaging/inbox": (
        "inbox page of 20 × 400 B and its total",
        "a first page of 20 × 400 B, 150 wait",
    ),
    "POST /messaging/mark-read/{message_id}": ("mark-read", ""),
    "POST /messaging/mark-read": ("mark-read, ten", "ten messages"),
    "GET /messaging/messages/{message_id}": ("message", "500 B"),
    "GET /messaging/sent": ("sent", "a page of 20 × 400 B"),
    "GET /messaging/threads/{thread_id}": ("thread", "a short one"),
    "GET /messaging/feed": ("feed, ten events", "a page of ten events"),
    "GET /messaging/feed/wait": ("feed, wait for one", "an event that is there"),
    "POST /messaging/feed/ack": ("feed, acknowledge", ""),
    "POST /messaging/feed/ticket": ("feed, ticket", ""),
    "GET /messaging/contacts": ("contacts", "one contact"),
    "GET /messaging/contacts/{contact_id}": ("contact", ""),
    "PUT /messaging/contacts/{contact_id}": ("contact, set", ""),
    "DELETE /messaging/contacts/{contact_id}": ("contact, forget", ""),
    "POST /messaging/webhooks": ("webhook, create", ""),
    "GET /messaging/webhooks": ("webhooks", "two webhooks"),
    "GET /messaging/webhooks/{webhook_id}": ("webhook", ""),
    "PATCH /messaging/webhooks/{webhook_id}": ("webhook, change", ""),
    "DELETE /messaging/webhooks/{webhook_id}": ("webhook, remove", ""),
    "POST /messaging/webhooks/{webhook_id}/rotate-secret": ("webhook, rotate", ""),
    "POST /messaging/webhooks/{webhook_id}/test": ("webhook, test", ""),
    "GET /messaging/webhooks/{webhook_id}/deliveries": ("webhook deliveries", "two deliveries"),
    "POST /messaging/webhooks/{webhook_id}/deliveries/{delivery_id}/retry": ("webhook, retry", ""),
    "POST /messaging/heartbeat": ("heartbeat", "little waits"),
    "PUT /messaging/presence": ("presence, set", ""),
    "DELETE /messaging/presence": ("go offline", ""),
    "GET /messaging/presence/{target_agent_id}": ("presence", ""),
    "POST /messaging/work-order": ("create order", "a short one"),
    "GET /messaging/work-orders": ("work-orders", "a page of nine"),
    f"GET {ORDER}": ("work-order", "a short one"),
    f"GET {ORDER}/transcript": ("transcript", "a short one, not signed"),
    f"GET {ORDER}/children": ("children", "three children"),
    f"POST {ORDER}/respond": ("accept", "accept"),
    f"POST {ORDER}/claim": ("claim", ""),
    f"POST {ORDER}/bid": ("bid", "the only bid"),
    f"DELETE {ORDER}/bid": ("bid, withdraw", ""),
    f"GET {ORDER}/bids": ("bids", "two bids"),
    f"POST {ORDER}/award": ("award", "two bids"),
    "POST /messaging/work-orders/reject": ("reject, ten at once", "ten orders"),
    f"POST {ORDER}/complete": ("complete", "a sentence and a link"),
    f"POST {ORDER}/cancel": ("cancel", ""),
    f"POST {ORDER}/fail": ("fail", ""),
    f"POST {ORDER}/progress": ("progress", "a note"),
    f"POST {ORDER}/ask": ("ask", "a sentence"),
    f"POST {ORDER}/answer": ("answer", "a sentence"),
    "GET /messaging/stats": ("stats", ""),
    "GET /": ("/", ""),
    "GET /api/v1": ("/api/v1", ""),
    "GET /api/v1/llms.txt": ("/api/v1/llms.txt", "with gzip"),
    "$default": ("no route", "an unknown path"),
    "OPTIONS /{proxy+}": ("preflight", ""),
    "GET /health": ("/health", ""),
    "GET /.well-known/agent-messaging-keys.json": ("/.well-known/agent-messaging-keys.json", ""),
    "GET /docs": ("/docs", "with gzip"),
    "GET /docs/swagger-ui-bundle.js": ("/docs/swagger-ui-bundle.js", "with gzip"),
    "GET /docs/swagger-ui.css": ("/docs/swagger-ui.css", "with gzip"),
    "GET /docs/page.js": ("/docs/page.js", "with gzip"),
    "GET /openapi.json": ("/openapi.json", "with gzip"),
    "GET /arazzo.json": ("/arazzo.json", "with gzip"),
    "GET /asyncapi.json": ("/asyncapi.json", "with gzip"),
    "GET /llms.txt": ("/llms.txt", "with gzip"),
    "GET /docs/errors/{code}": ("/docs/errors/{code}", "one code"),
}


class Row(NamedTuple):
    """A route, the call that stands for it, what it needs, and its dollars."""

    route: str
    call: str
    need: Need
    busy: Bill
    alone: Bill


def rows(counts: Counts) -> list[Row]:
    """Return a row for each route of the template, the most expensive first.

    Raises:
        KeyError: a route has no call.
    """
    found = []
    for route in TEMPLATE.routes:
        operation, call = CALLS[name_of(route)]
        need = counts.need(operation, route.function)
        is_open = route.authorizer is None
        busy, alone = (request(counts, need, usage, is_open=is_open) for usage in (BUSY, ALONE))
        found.append(Row(name_of(route), call, need, busy, alone))
    return sorted(found, key=lambda row: -row.busy.total)
