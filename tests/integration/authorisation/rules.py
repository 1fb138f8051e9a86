"""What is expected of each identity on each route, as a status and a code.

The first rule that knows a pair decides: one for the route, one for what is written, one for
everything. Where none does, the identity is not wrong there, and the call succeeds.
"""

from __future__ import annotations

from tests.integration.authorisation.right_calls import KEYS, RIGHT_CALLS

Outcome = tuple[int, str]

UNAUTHORIZED = (401, '{"message":"Unauthorized"}')
FORBIDDEN = (403, '{"message":"Forbidden"}')

EVERYWHERE: dict[str, Outcome] = {
    "none": UNAUTHORIZED,
    "malformed": FORBIDDEN,
    "bad checksum": FORBIDDEN,
    "unknown": FORBIDDEN,
    "expired": FORBIDDEN,
    "revoked": FORBIDDEN,
    "rotated out": FORBIDDEN,
    "other agent": (403, "identity_mismatch"),
    "mismatched parameter": (403, "identity_mismatch"),
    "duplicated parameter": (422, "invalid"),
}
ON_WRITES: dict[str, Outcome] = {"suspended": (403, "agent_suspended")}

ORDER = "/messaging/work-order/{work_order_id}"
MOVES = {
    f"POST {ORDER}/{verb}"
    for verb in ("respond", "complete", "cancel", "fail", "progress", "ask", "answer", "award")
}
# What a candidate may do, and the order's client may not.
TAKES = {f"POST {ORDER}/claim", f"POST {ORDER}/bid", f"DELETE {ORDER}/bid"}

HOOK = "/messaging/webhooks/{webhook_id}"
HOOKS = {
    *(f"{method} {HOOK}" for method in ("GET", "PATCH", "DELETE")),
    *(f"POST {HOOK}/{verb}" for verb in ("rotate-secret", "test")),
    f"GET {HOOK}/deliveries",
    f"POST {HOOK}/deliveries/{{delivery_id}}/retry",
}

# What answers to its owner, or to its two parties, and to others as if it were not there.
OBJECTS: dict[str, Outcome] = {
    "POST /messaging/mark-read/{message_id}": (404, "message_not_found"),
    "GET /messaging/messages/{message_id}": (404, "message_not_found"),
    "GET /messaging/threads/{thread_id}": (404, "thread_not_found"),
    "GET /messaging/contacts/{contact_id}": (404, "contact_not_found"),
    "DELETE /messaging/contacts/{contact_id}": (404, "contact_not_found"),
    "DELETE /agents/me/keys/{key_id}": (404, "key_not_found"),
    **dict.fromkeys(HOOKS, (404, "webhook_not_found")),
    f"GET {ORDER}": (404, "work_order_not_found"),
    f"GET {ORDER}/transcript": (404, "work_order_not_found"),
    f"GET {ORDER}/children": (404, "work_order_not_found"),
    # A position is an agent's own.
    "POST /messaging/feed/ack": (400, "bad_position"),
    **dict.fromkeys(MOVES | TAKES, (404, "work_order_not_found")),
    f"GET {ORDER}/bids": (404, "work_order_not_found"),
}
# The other party sees the message, the thread and the order, and each has its part.
TO_BOTH = {
    "GET /messaging/messages/{message_id}",
    "GET /messaging/threads/{thread_id}",
    f"GET {ORDER}",
    f"GET {ORDER}/transcript",
    f"GET {ORDER}/bids",
    f"GET {ORDER}/children",
}
REFUSED: Outcome = (403, "contact_refused")
REQUIRED: Outcome = (403, "contact_required")
UNWELCOME: dict[str, Outcome] = {
    "POST /messaging/ping": REFUSED,
    "POST /messaging/send": REFUSED,
    "POST /messaging/work-order": REQUIRED,
}
ON_ROUTES: dict[str, dict[str, Outcome]] = {
    "third party": OBJECTS,
    "other party": {
        **{route: outcome for route, outcome in OBJECTS.items() if route not in TO_BOTH},
        **dict.fromkeys(MOVES | TAKES, (403, "wrong_role")),
        # It has two accepted orders, and would offer this one to itself.
        "DELETE /agents/me": (409, "agent_busy"),
        "POST /messaging/work-order": (422, "invalid"),
    },
    "blocked": {**OBJECTS, **UNWELCOME},
    "stranger at a closed mailbox": {
        **OBJECTS,
        **UNWELCOME,
        "GET /messaging/presence/{target_agent_id}": REQUIRED,
    },
}
# Where nobody is asked who calls. These two take no parameters, and the pages overlook them.
OPEN = {route for route, call in RIGHT_CALLS.items() if call.caller is None}
ON_OPEN: dict[str, dict[str, Outcome]] = {
    identity: dict.fromkeys(("POST /agents/register", f"GET {KEYS}"), (422, "invalid"))
    for identity in ("other agent", "mismatched parameter", "duplicated parameter")
}


def expected(route: str, identity: str) -> Outcome:
    """What is answered; a success has no code."""
    success = (RIGHT_CALLS[route].status, "")
    if route in OPEN:
        return ON_OPEN.get(identity, {}).get(route, success)
    on_route = ON_ROUTES.get(identity, {}).get(route)
    on_write = None if route.startswith("GET ") else ON_WRITES.get(identity)
    return on_route or on_write or EVERYWHERE.get(identity, success)
