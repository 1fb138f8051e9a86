"""What a client does: scenes that together call every route."""

import time
from typing import Any

from agent_messaging.docs.pages import PAGES
from tests.e2e.client import Agent
from tests.stack.traffic import Client


def pages(client: Client) -> None:
    for page in PAGES:
        codes = ("invalid",) if "{code}" in page.path else ()
        client.call(None, f"GET {page.path}", *codes)


def profile(client: Client) -> None:
    nova = client.nova
    client.call(nova, "GET /api/v1/agents")
    client.call(nova, "PATCH /api/v1/agents/me", description=f"At {time.time()}")
    client.call(nova, "GET /api/v1/agents/me")
    client.call(nova, "GET /api/v1/agents/{target_agent_id}", client.boots.agent_id)
    client.call(nova, "GET /api/v1/messaging/stats")


def keys(client: Client) -> None:
    made = client.call(client.nova, "POST /api/v1/agents/me/keys", label="Another")
    client.call(client.nova, "GET /api/v1/agents/me/keys")
    client.call(client.nova, "DELETE /api/v1/agents/me/keys/{key_id}", made["key_id"])


def leaving(client: Client) -> None:
    if not client.is_due("leaving"):
        return
    made = client.call(None, "POST /api/v1/agents/register", name="Scout")
    scout = Agent(client.stack, made["agent_id"], "Scout", made["api_key"])
    client.call(scout, "DELETE /api/v1/agents/me")


def messages(client: Client) -> None:
    nova, boots, to = client.nova, client.boots, client.boots.agent_id
    client.call(nova, "POST /api/v1/messaging/ping", to_agent_id=to)
    sent = []
    for _ in range(2):
        said = {"to_agent_id": to, "body": "Is anything lost?"}
        sent.append(client.call(nova, "POST /api/v1/messaging/send", **said)["message_id"])
        client.messages.append(sent[-1])
    client.call(boots, "GET /api/v1/messaging/inbox")
    read = client.call(boots, "GET /api/v1/messaging/messages/{message_id}", sent[0])
    client.call(boots, "POST /api/v1/messaging/mark-read/{message_id}", sent[0])
    client.call(boots, "POST /api/v1/messaging/mark-read", message_ids=sent)
    client.call(nova, "GET /api/v1/messaging/sent")
    client.call(nova, "GET /api/v1/messaging/threads/{thread_id}", read["thread_id"])


def contacts(client: Client) -> None:
    nova, contact = client.nova, client.boots.agent_id
    client.call(nova, "PUT /api/v1/messaging/contacts/{contact_id}", contact, state="allowed")
    client.call(nova, "GET /api/v1/messaging/contacts")
    client.call(nova, "GET /api/v1/messaging/contacts/{contact_id}", contact)
    client.call(nova, "DELETE /api/v1/messaging/contacts/{contact_id}", contact)


def feed(client: Client) -> None:
    boots = client.boots
    page = client.call(boots, "GET /api/v1/messaging/feed?after=latest")
    client.call(boots, "GET /api/v1/messaging/feed/wait?wait=1&after=latest")
    ack = "POST /api/v1/messaging/feed/ack"
    if page["next_after"].startswith("0."):  # nothing has happened yet
        return
    client.call(boots, ack, position=page["next_after"])
    if client.is_due("tickets"):
        client.call(boots, "POST /api/v1/messaging/feed/ticket")


def webhooks(client: Client) -> None:
    if not client.is_due("webhooks"):
        return
    nova, hook = client.nova, "/api/v1/messaging/webhooks/{webhook_id}"
    made = client.call(nova, "POST /api/v1/messaging/webhooks", url="https://hooks.example.com/a")
    webhook: str = made["webhook_id"]
    client.call(nova, "GET /api/v1/messaging/webhooks")
    client.call(nova, f"GET {hook}", webhook)
    client.call(nova, f"PATCH {hook}", webhook, description="wakes Nova")
    client.call(nova, f"POST {hook}/rotate-secret", webhook)
    test = client.call(nova, f"POST {hook}/test", webhook)
    retry = f"POST {hook}/deliveries/{{delivery_id}}/retry"
    client.call(nova, retry, webhook, test["delivery_id"])
    client.call(nova, f"GET {hook}/deliveries", webhook)
    client.call(nova, f"DELETE {hook}", webhook)


def presence(client: Client) -> None:
    client.call(client.boots, "POST /api/v1/messaging/heartbeat")
    client.call(client.boots, "PUT /api/v1/messaging/presence", max_concurrent_jobs=10)
    client.call(
        client.nova, "GET /api/v1/messaging/presence/{target_agent_id}", client.boots.agent_id
    )
    client.call(client.boots, "DELETE /api/v1/messaging/presence")


def orders(client: Client) -> None:
    boots = client.boots
    for ending in ("completed", "failed", "cancelled", "rejected"):
        order = _offer(client)
        if ending in ("completed", "failed"):
            _end(client, boots, order, "respond", "accepted", action="accept")
        if ending == "completed":
            _end(client, boots, order, "complete", ending, summary="Done")
        elif ending == "failed":
            _end(client, boots, order, "fail", ending, reason="No")
        elif ending == "cancelled":
            _end(client, client.nova, order, "cancel", ending, reason="No")
        else:
            route = "POST /api/v1/messaging/work-orders/reject"
            client.call(boots, route, work_order_ids=[order])
            client.orders[order] = ending
    client.call(boots, "GET /api/v1/messaging/work-orders?role=worker")
    client.call(boots, "GET /api/v1/messaging/work-order/{work_order_id}", order)
    client.call(boots, "GET /api/v1/messaging/work-order/{work_order_id}/transcript", order)
    client.call(None, "GET /.well-known/agent-messaging-keys.json")


def questions(client: Client) -> None:
    boots, order = client.boots, _offer(client)
    _end(client, boots, order, "respond", "accepted", action="accept")
    _end(client, boots, order, "progress", "accepted", note="Half of it is done.")
    _end(client, boots, order, "ask", "input_required", question="In which currency?")
    _end(client, client.nova, order, "answer", "accepted", answer="US dollars.")
    _end(client, boots, order, "complete", "completed", summary="Done")


def candidates(client: Client) -> None:
    boots, to = client.boots, {"to_agent_id": None, "to_capability": "estimation"}
    client.call(boots, "PATCH /api/v1/agents/me", capabilities=["estimation"])
    order = _offer(client, **to)
    _end(client, boots, order, "claim", "accepted")
    _end(client, boots, order, "complete", "completed", summary="Done")
    order = _offer(client, **to, bids_by="PT1H")
    _end(client, boots, order, "bid", "pending", note="Soon")
    client.call(boots, "DELETE /api/v1/messaging/work-order/{work_order_id}/bid", order)
    made = client.call(boots, "POST /api/v1/messaging/work-order/{work_order_id}/bid", order)
    client.call(client.nova, "GET /api/v1/messaging/work-order/{work_order_id}/bids", order)
    _end(client, client.nova, order, "award", "accepted", bid_id=made["bid_id"])
    _end(client, boots, order, "complete", "completed", summary="Done")


def parts(client: Client) -> None:
    boots, order = client.boots, _offer(client)
    _end(client, boots, order, "respond", "accepted", action="accept")
    said = {"to_agent_id": client.nova.agent_id, "title": "A part", "description": "Do it."}
    made = client.call(boots, "POST /api/v1/messaging/work-order", parent_id=order, **said)
    client.call(boots, "GET /api/v1/messaging/work-order/{work_order_id}/children", order)
    part: str = made["work_order_id"]
    client.call(boots, "POST /api/v1/messaging/work-order/{work_order_id}/cancel", part)
    _end(client, boots, order, "complete", "completed", summary="Done")


def _offer(client: Client, **more: Any) -> str:
    said = {"to_agent_id": client.boots.agent_id, "title": "A job", "description": "Do it.", **more}
    made = client.call(client.nova, "POST /api/v1/messaging/work-order", **said)
    order: str = made["work_order_id"]
    client.orders[order] = "pending"
    return order


def _end(client: Client, agent: Agent, order: str, verb: str, status: str, **said: str) -> None:
    client.call(agent, f"POST /api/v1/messaging/work-order/{{work_order_id}}/{verb}", order, **said)
    client.orders[order] = status


SCENES = (
    *(pages, profile, keys, leaving, messages, contacts, feed, webhooks, presence),
    *(orders, questions, candidates, parts),
)
