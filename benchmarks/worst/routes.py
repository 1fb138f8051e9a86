"""Which preparation belongs to which route of the template."""

from collections.abc import Callable, Mapping

from benchmarks.worst import prepared
from benchmarks.worst.stage import LINE, WORDS, Call, Stage
from benchmarks.worst.webhooks import WEBHOOKS
from benchmarks.worst.work_orders import WORK_ORDERS
from local.in_process.requests import name_of
from local.template import load

ORDER = "/messaging/work-order/{work_order_id}"
# The other routes are transitions, or take no body and depend at most on the agent's inbox.
OWN: Mapping[str, Callable[[Stage], Call]] = {
    "POST /agents/register": prepared.register,
    "GET /agents": prepared.full_directory,
    "GET /agents/me": prepared.a_call("GET", "/agents/me"),
    "PATCH /agents/me": prepared.a_call(
        "PATCH", "/agents/me", {"name": WORDS, "capabilities": [f"z{n}" for n in range(8)]}
    ),
    "DELETE /agents/me": prepared.leave,
    "GET /agents/{target_agent_id}": prepared.a_call("GET", "/agents/boots"),
    "GET /agents/me/keys": prepared.keys,
    "POST /agents/me/keys": prepared.create_key,
    "DELETE /agents/me/keys/{key_id}": prepared.revoke,
    "POST /messaging/ping": prepared.ping,
    "POST /messaging/send": lambda stage: lambda: stage.send("send"),
    "GET /messaging/inbox": prepared.a_list("/messaging/inbox", prepared.full_inbox, "boots"),
    "POST /messaging/mark-read/{message_id}": prepared.mark_one,
    "POST /messaging/mark-read": prepared.mark_all,
    "GET /messaging/messages/{message_id}": prepared.one_message,
    "GET /messaging/sent": prepared.a_list("/messaging/sent", prepared.full_inbox, "nova"),
    "GET /messaging/threads/{thread_id}": prepared.thread,
    "GET /messaging/feed": prepared.full_feed,
    "GET /messaging/feed/wait": prepared.longest_wait,
    "POST /messaging/feed/ack": prepared.acknowledge,
    "POST /messaging/feed/ticket": prepared.a_call("POST", "/messaging/feed/ticket"),
    "GET /messaging/contacts": prepared.contacts,
    "GET /messaging/contacts/{contact_id}": prepared.contact,
    "PUT /messaging/contacts/{contact_id}": prepared.held,
    "DELETE /messaging/contacts/{contact_id}": prepared.stranger,
    "PUT /messaging/presence": prepared.a_call(
        "PUT", "/messaging/presence", {"status_message": LINE}
    ),
    "DELETE /messaging/presence": prepared.a_call("DELETE", "/messaging/presence"),
    "GET /messaging/presence/{target_agent_id}": prepared.a_call(
        "GET", "/messaging/presence/boots"
    ),
    "POST /messaging/work-order": lambda stage: lambda: stage.offer("create"),
    "GET /messaging/work-orders": prepared.a_list(
        "/messaging/work-orders", prepared.full_orders, "boots", role="worker", status="pending"
    ),
    "POST /messaging/work-orders/reject": prepared.reject_many,
    f"GET {ORDER}": prepared.one_order,
    f"GET {ORDER}/transcript": prepared.longest_transcript,
    f"POST {ORDER}/respond": prepared.respond,
    **WEBHOOKS,
    **WORK_ORDERS,
}
# The routes that need no key.
PAGES = tuple(
    name_of(route) for route in load().routes if route.authorizer is None and route.method != "POST"
)


def _dearest(route: str) -> Callable[[Stage], Call]:
    if route in OWN:
        return OWN[route]
    method, _, path = route.partition(" ")
    if path.startswith(f"{ORDER}/"):
        return prepared.transition(path.removeprefix(f"{ORDER}/"))
    return prepared.with_full_inbox(method, path)


def _routes() -> list[str]:
    named = map(name_of, load().routes)
    return [route for route in named if route not in PAGES]


WORST = {route: _dearest(route) for route in _routes()}


# Requests that change agents or lists get tables of their own.
ALONE = {
    "PATCH /agents/me",
    "DELETE /agents/me",
    "GET /agents/me/keys",
    "POST /agents/me/keys",
    "DELETE /agents/me/keys/{key_id}",
    "GET /messaging/contacts",
    "GET /messaging/contacts/{contact_id}",
    "PUT /messaging/contacts/{contact_id}",
    "DELETE /messaging/contacts/{contact_id}",
    *WEBHOOKS,
}
