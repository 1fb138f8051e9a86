"""Work orders: every transition, long offers and results, deadlines, repeats, and removals."""

from __future__ import annotations

import hashlib
import json
import warnings
from datetime import timedelta
from typing import Any

from agent_messaging import clock
from agent_messaging.storage.table import encode
from local.in_process.runtime import Context
from tests.releases.histories.agents import ok, register
from tests.releases.histories.messages import BOOTS, LONG, NOVA
from tests.releases.versions import START, Versions

RESULT = {"summary": LONG, "result_url": "https://example.com/r", "result_data": {"n": [1, 2.5]}}
OFFER = {
    "description": LONG,
    "requirements": {"format": "JSON"},
    "deliverables": {"n": 50},
    "budget_usd": 12.5,
}
# Who does what, one after the other, and in which status the order then is.
WAYS: dict[str, tuple[tuple[str, str, dict[str, Any]], ...]] = {
    "pending": (),
    "rejected": (("boots", "reject", {"rejection_reason": "No time."}),),
    "cancelled": (("nova", "cancel", {"reason": "Not needed."}),),
    "accepted": (("boots", "accept", {"estimated_completion": "2026-12-24T00:00:00Z"}),),
    "completed": (("boots", "accept", {}), ("boots", "complete", RESULT)),
    "failed": (("boots", "accept", {}), ("boots", "fail", {"reason": "It broke."})),
    "stopped": (("boots", "accept", {}), ("nova", "cancel", {"reason": "Too late."})),
}


def transitions(versions: Versions) -> None:
    """Each version makes the next transition of the other's order, once, and repeats it."""
    register(versions, "nova")
    register(versions, "boots")
    for name, way in WAYS.items():
        versions.pass_time(milliseconds=1)
        order_id = versions.offer("nova", "boots", **(OFFER if way else {}))
        for agent_id, action, body in way:
            step = f"{name}-{action}"
            for _ in range(2):
                assert move(versions, agent_id, order_id, action, body, key=step) == 200
        read(versions, order_id)
    assert move(versions, "nova", order_id, "cancel", {}, key="late") == 409
    create_again(versions)
    all_lists(versions)
    assert versions.inbox("nova", type="notification")["messages"]
    assert versions.inbox("boots", type="work_order")["messages"]
    any_json(versions)


def move(
    versions: Versions, agent_id: str, order_id: str, action: str, body: Any, *, key: str
) -> int:
    """Make a transition with an Idempotency-Key: the status of the answer."""
    if action in ("accept", "reject"):
        action, body = "respond", {"action": action, **body}
    path = f"/messaging/work-order/{order_id}/{action}"
    return versions.post(path, {"agent_id": agent_id}, body, key=key).status


def read(versions: Versions, order_id: str) -> None:
    """Read an order, and check its history as a client can."""
    order = ok(versions.get(f"/messaging/work-order/{order_id}", BOOTS))
    previous = None
    for entry in order["history"]:
        assert entry["previous_sha256"] == previous
        text = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        previous = hashlib.sha256(text.encode()).hexdigest()


def create_again(versions: Versions) -> None:
    """Create an order with a key, and repeat that."""
    body = {"to_agent_id": "boots", "title": "Once", **OFFER}
    for number in range(2):
        sent = [
            versions.post("/messaging/work-order", {"from_agent_id": "nova"}, body, key=str(number))
            for _ in range(2)
        ]
        assert ok(sent[0]) == ok(sent[1])


def all_lists(versions: Versions) -> None:
    """List the orders of both roles, by each status, and page by page."""
    path = "/messaging/work-orders"
    worker, client = {**BOOTS, "role": "worker"}, {**NOVA, "role": "client"}
    assert len(list(versions.pages(path, {**client, "limit": 5}))) == 2
    ok(versions.get(path, {**worker, "client_id": "nova"}))
    ok(versions.get(path, {**client, "worker_id": "boots"}))
    for status in ("pending", "accepted", "rejected", "cancelled", "completed", "failed"):
        assert ok(versions.get(path, {**client, "status": status}))["work_orders"], status
    for status in ("pending", "completed"):
        assert ok(versions.get(path, {**worker, "status": status}))["work_orders"], status


def any_json(versions: Versions) -> None:
    """The release refuses an array or a string, but reads and moves an order that has one.

    Pydantic warns in the release, because its field is an object. The answer is right all the same.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Pydantic serializer warnings", UserWarning)
        _any_json(versions)


def _any_json(versions: Versions) -> None:
    for value in (["a", {"n": 1}], "As CSV"):
        with versions.alone():
            order_id = versions.offer("nova", "boots", deliverables=value)
        assert move(versions, "boots", order_id, "accept", {}, key=f"json-{order_id}") == 200
        body = {"result_data": value}
        with versions.alone():
            assert move(versions, "boots", order_id, "complete", body, key=f"{order_id}") == 200
        read(versions, order_id)
    listed = ok(versions.get("/messaging/work-orders", {**BOOTS, "role": "worker", "limit": 2}))
    assert [order["deliverables"] for order in listed["work_orders"]]


def deadlines(versions: Versions) -> None:
    """What one version stored expires by a request, a list and the sweep of the other."""
    register(versions, "nova")
    register(versions, "boots")
    deadline = clock.to_text(START + timedelta(hours=1))
    orders = [versions.offer("nova", "boots", **OFFER, deadline_at=deadline) for _ in range(6)]
    for body in ({"client_id": "nova"}, {"work_order_ids": [versions.offer("nova", "boots")]}):
        if "client_id" not in body:
            assert len(ok(versions.post("/messaging/work-orders/reject", BOOTS, body))["rejected"])
    versions.pass_time(hours=2)
    assert move(versions, "boots", orders[0], "accept", {}, key="late") == 409
    assert move(versions, "nova", orders[1], "cancel", {}, key="late-2") == 409
    read(versions, orders[2])
    query = {**NOVA, "role": "client", "status": "expired", "limit": 2}
    assert ok(versions.get("/messaging/work-orders", query))["work_orders"]
    versions.sweep()
    assert versions.sweep() == 0
    for order_id in orders[3:]:
        read(versions, order_id)
    versions.offer("nova", "boots")
    versions.offer("nova", "boots")
    rejected = versions.post("/messaging/work-orders/reject", BOOTS, {"client_id": "nova"})
    assert len(ok(rejected)["rejected"]) == 2


def departures(versions: Versions) -> None:
    """This code ends the orders of an agent that leaves. The release reads and sweeps them."""
    for agent_id in ("nova", "boots", "scout"):
        register(versions, agent_id)
    orders = [versions.offer("nova", "boots") for _ in range(2)]
    assert move(versions, "boots", orders[0], "accept", {}, key="accept") == 200
    with versions.alone():
        ok(versions.call("DELETE", "/agents/me", NOVA))
    versions.sweep()
    for order_id in orders:
        assert move(versions, "boots", order_id, "reject", {}, key=order_id) == 409
        read(versions, order_id)
    assert len(versions.inbox("boots", type="notification")["messages"]) == 2
    ok(versions.call("DELETE", "/agents/me", BOOTS))
    versions.pass_time(minutes=11)
    with versions.alone():
        versions.sweep()
    assert {item["part"] for item in versions.items("WorkOrdersTable")} == {"head"}


def muted_and_removed(versions: Versions) -> None:
    """A blocked client's orders are not counted. What is past its retention is removed."""
    register(versions, "nova")
    register(versions, "boots")
    orders = [versions.offer("nova", "boots", **OFFER) for _ in range(2)]
    for state in ("blocked", "allowed"):
        ok(versions.call("PUT", "/messaging/contacts/nova", BOOTS, {"state": state}))
        waiting = ok(versions.post("/messaging/heartbeat", BOOTS))["pending_work_orders"]
        assert waiting == (0 if state == "blocked" else 2)
    for order_id in orders:
        assert move(versions, "boots", order_id, "reject", {}, key=f"end-{order_id}") == 200
    versions.pass_time(days=366)
    for order_id in orders:
        ok(versions.get(f"/messaging/work-order/{order_id}", BOOTS), 404)
        key = {"work_order_id": order_id, "part": "head"}
        versions.dynamodb.delete_item(TableName="WorkOrdersTable", Key=encode(key))
        versions.take_records()
        assert versions.deliver("WorkOrdersPurgeFunction", "WorkOrdersTable") == {
            "batchItemFailures": []
        }
    assert versions.items("WorkOrdersTable") == []


def statistics(versions: Versions) -> None:
    """Each version counts the records of what the other wrote, once, and adds to its snapshot."""
    register(versions, "nova")
    register(versions, "boots")
    for times, names in ((2, ("completed", "rejected")), (1, ("completed",))):
        for name in names:
            order_id = versions.offer("nova", "boots")
            for agent_id, action, body in WAYS[name]:
                versions.pass_time(seconds=20)
                key = f"{order_id}-{action}"
                assert move(versions, agent_id, order_id, action, body, key=key) == 200
        versions.post("/messaging/ping", {"from_agent_id": "boots"}, {"to_agent_id": "nova"})
        ok(versions.post("/messaging/heartbeat", NOVA))
        for table in ("AgentsTable", "AgentMessagesTable", "WorkOrdersTable"):
            for _ in range(times):  # the second time as a redriven dead letter
                counted = versions.deliver("ProjectorFunction", table)
                assert counted == {"batchItemFailures": []}
        minute = {"time": clock.to_text(clock.now())}
        for _ in range(times):
            versions.handle("stats_roll_up", minute, Context())
        found = ok(versions.get("/messaging/stats", NOVA))
    assert found["platform"]["agents_registered"] == 2
    assert found["platform"]["messages_by_type"]["ping"] == 2
    assert found["platform"]["work_orders_by_status"]["completed"] == 2
