"""A function that is about to run out of time begins no write, and says so."""

import json

import pytest

from agent_messaging import deadline
from agent_messaging.errors import OutOfTimeError
from agent_messaging.storage import connection
from local.in_process.functions import TEMPLATE, app
from local.in_process.requests import BASE
from local.in_process.runtime import Context
from local.routing import Routes
from tests.integration.cloud import Cloud
from tests.integration.feed.events import append, text
from tests.integration.work_orders.orders import FUTURE
from tests.integration.work_orders.pools import CAPABILITY, bid_id, pool_order

WRITES = {
    "PutItem": ("POST", "/messaging/send", {"to_agent_id": "boots", "body": "x"}),
    "UpdateItem": ("PATCH", "/agents/me", {"description": "x"}),
    "TransactWriteItems": (
        "POST",
        "/messaging/work-order",
        {"to_agent_id": "boots", "title": "t", "description": "d", "deadline_at": FUTURE},
    ),
}


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("key", [None, "a key"])
def test_with_too_little_time_left_nothing_is_written(pair: Cloud, operation: str, key: str | None):
    method, path, body = WRITES[operation]
    identity = "agent_id" if method == "PATCH" else "from_agent_id"
    longest = int(connection.longest_call(app("messaging").client) * 1000)
    before = pair.digest()

    refused = pair.call(method, path, {identity: "nova"}, body, milliseconds=longest - 1, key=key)
    assert (refused.status, refused.json["code"]) == (503, "out_of_time")
    assert pair.digest() == before

    done = pair.call(method, path, {identity: "nova"}, body, milliseconds=longest, key=key)
    assert done.status == 200
    assert pair.digest() != before


OF_BOOTS = {
    "register": ("POST", "/agents/register", {"agent_id": "new", "name": "New"}),
    "profile": ("PATCH", "/agents/me", {"description": "x"}),
    "leave": ("DELETE", "/agents/me", None),
    "new key": ("POST", "/agents/me/keys", {}),
    "revoke key": ("DELETE", "/agents/me/keys/{key}", None),
    "ping": ("POST", "/messaging/ping", {"to_agent_id": "nova"}),
    "send": ("POST", "/messaging/send", {"to_agent_id": "nova", "body": "x"}),
    "mark-read": ("POST", "/messaging/mark-read/{message}", None),
    "mark many read": ("POST", "/messaging/mark-read", {"message_ids": ["{message}"]}),
    "allow": ("PUT", "/messaging/contacts/third", {"state": "allowed"}),
    "block": ("PUT", "/messaging/contacts/nova", {"state": "blocked"}),
    "forget": ("DELETE", "/messaging/contacts/nova", None),
    "acknowledge": ("POST", "/messaging/feed/ack", {"position": "{position}"}),
    "ticket": ("POST", "/messaging/feed/ticket", None),
    "new webhook": ("POST", "/messaging/webhooks", {"url": "https://hooks.example.com/new"}),
    "webhook": ("PATCH", "/messaging/webhooks/{webhook}", {"description": "x"}),
    "remove webhook": ("DELETE", "/messaging/webhooks/{webhook}", None),
    "rotate secret": ("POST", "/messaging/webhooks/{webhook}/rotate-secret", None),
    "test webhook": ("POST", "/messaging/webhooks/{webhook}/test", None),
    "retry": ("POST", "/messaging/webhooks/{webhook}/deliveries/{delivery}/retry", None),
    "heartbeat": ("POST", "/messaging/heartbeat", None),
    "presence": ("PUT", "/messaging/presence", {"status_message": "x"}),
    "offline": ("DELETE", "/messaging/presence", None),
    "create": (
        "POST",
        "/messaging/work-order",
        {"to_agent_id": "nova", "title": "t", "description": "d"},
    ),
    "accept": ("POST", "/messaging/work-order/{pending}/respond", {"action": "accept"}),
    "reject": ("POST", "/messaging/work-order/{pending}/respond", {"action": "reject"}),
    "reject many": ("POST", "/messaging/work-orders/reject", {"client_id": "nova"}),
    "cancel": ("POST", "/messaging/work-order/{own}/cancel", {}),
    "complete": ("POST", "/messaging/work-order/{accepted}/complete", {}),
    "fail": ("POST", "/messaging/work-order/{accepted}/fail", {}),
    "progress": ("POST", "/messaging/work-order/{accepted}/progress", {"percent": 5}),
    "ask": ("POST", "/messaging/work-order/{accepted}/ask", {"question": "How?"}),
    "answer": ("POST", "/messaging/work-order/{asked}/answer", {"answer": "So."}),
    "claim": ("POST", "/messaging/work-order/{pooled}/claim", {}),
    "bid": ("POST", "/messaging/work-order/{auctioned}/bid", {}),
    "withdraw bid": ("DELETE", "/messaging/work-order/{auctioned}/bid", None),
    "award": ("POST", "/messaging/work-order/{own auction}/award", {"bid_id": "{bid}"}),
}


@pytest.mark.parametrize("name", OF_BOOTS)
def test_no_route_begins_a_write_that_may_not_end(pair: Cloud, name: str):
    ids = _things_of_boots(pair)
    method, path, body = OF_BOOTS[name]
    told = json.dumps(body)
    for word, value in ids.items():
        path, told = path.replace(f"{{{word}}}", value), told.replace(f"{{{word}}}", value)
    identity = "from_agent_id" if path in FROM else "agent_id"
    # Boots has work to do, and cannot leave.
    caller = "third" if name == "leave" else "boots"
    query = {} if name == "register" else {identity: caller}
    longest = int(connection.longest_call(app("messaging").client) * 1000)
    before = pair.digest()

    refused = pair.call(method, path, query, json.loads(told), milliseconds=longest - 1)
    assert (refused.status, refused.json["code"]) == (503, "out_of_time")
    assert pair.digest() == before

    assert pair.call(method, path, query, json.loads(told), milliseconds=longest).status < 300
    assert pair.digest() != before


FROM = ("/messaging/ping", "/messaging/send", "/messaging/work-order")


def test_every_route_that_writes_is_among_them():
    routes = Routes(TEMPLATE.routes)
    tried = {routes.match(method, BASE + path).route for method, path, _ in OF_BOOTS.values()}
    writing = (route for route in TEMPLATE.routes if not route.is_catch_all)
    assert tried == {route for route in writing if route.method != "GET"}


def _things_of_boots(pair: Cloud) -> dict[str, str]:
    """What Boots can do something about."""
    pair.post("/messaging/heartbeat", {"agent_id": "boots"})
    accepted = pair.offer("nova", "boots")
    assert pair.move("boots", accepted, "accept").status == 200
    asked = pair.offer("boots", "nova")
    assert pair.move("nova", asked, "accept").status == 200
    assert pair.move("nova", asked, "ask", question="How?").status == 200
    key = pair.post("/agents/me/keys", {"agent_id": "boots"}, {})
    return {
        "accepted": accepted,
        "asked": asked,
        "pending": pair.offer("nova", "boots"),
        "own": pair.offer("boots", "nova"),
        "message": pair.send("nova", "boots")["message_id"],
        "key": key.json["key_id"],
        "position": text(*append(pair)),
        **_webhook_of_boots(pair),
        **_pools_of_boots(pair),
    }


def _pools_of_boots(pair: Cloud) -> dict[str, str]:
    """Orders that Boots can take, on one of which it has bid, and its own with a bid of Nova's."""
    for agent_id in ("boots", "nova"):
        body = {"capabilities": [CAPABILITY]}
        assert pair.call("PATCH", "/agents/me", {"agent_id": agent_id}, body).status == 200
    auctioned, own = (
        pool_order(pair, client, bids_by="2099-01-01T00:00:00Z") for client in ("nova", "boots")
    )
    bid_id(pair, "boots", auctioned)
    return {
        "pooled": pool_order(pair, "nova"),
        "auctioned": auctioned,
        "own auction": own,
        "bid": bid_id(pair, "nova", own),
    }


def _webhook_of_boots(pair: Cloud) -> dict[str, str]:
    path, query = "/messaging/webhooks", {"agent_id": "boots"}
    made = pair.post(path, query, {"url": "https://hooks.example.com/boots"})
    webhook = made.json["webhook_id"]
    tested = pair.post(f"{path}/{webhook}/test", query)
    return {"webhook": webhook, "delivery": tested.json["delivery_id"]}


def test_reads_go_on_to_the_end(pair: Cloud):
    assert pair.get("/messaging/inbox", {"agent_id": "nova"}, milliseconds=1).status == 200


def test_a_sweep_leaves_to_the_next_what_it_has_no_time_for(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    pair.overdue(order_id)
    assert pair.sweep(milliseconds=1) == 0
    assert pair.sweep() == 1


def test_what_an_event_set_ends_with_it():
    with pytest.raises(OutOfTimeError), deadline.within(Context(1)):
        deadline.require(2)
    deadline.require(3600)


@pytest.mark.parametrize("name", TEMPLATE.functions)
def test_a_first_write_of_every_function_fits_into_its_time(name: str):
    function = TEMPLATE.functions[name]
    client = getattr(app(function.code.name), "client", None)
    longest = 0.0 if client is None else connection.longest_call(client)
    # So much may have gone by before it: a whole read that hangs once.
    assert function.timeout >= longest + (5 if longest else 0)
