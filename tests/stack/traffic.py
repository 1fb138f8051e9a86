"""Clients that call every route again and again, and remember what was answered.

Each client has two agents, Nova and Boots, and goes round scenes of its own: pages, profile, keys,
messages, contacts, presence, work orders. What the API has acknowledged is looked for at the end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.e2e.client import Agent, Stack
from tests.stack.releases import HEADER

# The stack accepts 120 registrations a minute. Each client has two agents, and a third in each
# scene of leaving.
SECONDS_TO_LEAVE = 15
PAUSE_SECONDS = 0.1
NOBODY = "? ? ?"
BELOW = "/api/v1"


class AbandonedError(Exception):
    """A scene cannot go on after a bad answer."""


@dataclass(frozen=True)
class Answer:
    """What one call was answered: its route, when it began, and who served it."""

    route: str
    began: float
    status: int
    served_by: str
    """The release of the code and of the layer, and the version of the function."""
    is_good: bool
    text: str = field(repr=False)

    @property
    def code(self) -> str:
        """The release of the code."""
        return self.served_by.split(" ")[0]

    @property
    def is_mixed(self) -> bool:
        """Whether the code ran on the layer of another release."""
        code, layer, _ = self.served_by.split(" ")
        return code != layer


class Client(threading.Thread):
    """One client. It stops between two scenes once `stop` is set."""

    def __init__(self, stack: Stack, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.stack = stack
        self.number = number
        self.stop = stop
        self.answers: list[Answer] = []
        self.messages: list[str] = []
        self.orders: dict[str, str] = {}
        """What each order has to be in the end."""
        self.left_at = time.monotonic() - SECONDS_TO_LEAVE * number / 16
        self.nova = stack.register("Nova")
        self.boots = stack.register("Boots")
        self.boots.put(f"/messaging/contacts/{self.nova.agent_id}", state="allowed")
        self.nova.put(f"/messaging/contacts/{self.boots.agent_id}", state="allowed")

    def run(self) -> None:
        """Go round the scenes, each client from another one on."""
        scenes = SCENES[self.number % len(SCENES) :] + SCENES[: self.number % len(SCENES)]
        while True:
            for scene in scenes:
                if self.stop.is_set():
                    return
                try:
                    scene(self)
                except AbandonedError:
                    continue

    def call(self, agent: Agent | None, route: str, id_: str = "", **body: Any) -> Any:
        """The JSON of a good answer; a bad one is kept, and ends the scene."""
        method, path = route.split(" ")
        options = {"json": body} if body else {}
        route = route.partition("?")[0]
        url = path[: path.find("{")] + id_ + path[path.find("}") + 1 :] if "{" in path else path
        time.sleep(PAUSE_SECONDS)
        began = time.monotonic()
        try:
            if not url.startswith(BELOW):
                answer = requests.request(method, self.stack.url + url, timeout=60)
            else:
                answer = (agent or self.stack).send(method, url.removeprefix(BELOW), **options)
        except requests.RequestException as error:
            self.answers.append(Answer(route, began, 0, NOBODY, is_good=False, text=repr(error)))
            raise AbandonedError from error
        is_good = answer.ok and HEADER in answer.headers
        served_by = answer.headers.get(HEADER, NOBODY)
        text = "" if is_good else answer.text[:300]
        self.answers.append(
            Answer(route, began, answer.status_code, served_by, is_good=is_good, text=text)
        )
        if not is_good:
            raise AbandonedError
        is_json = answer.headers.get("content-type", "") == "application/json"
        return answer.json() if is_json and answer.content else None

    def lost(self) -> list[str]:
        """What was acknowledged, and is not in the inbox or the orders of its recipient."""
        inbox = [
            message
            for status in ("pending", "read")
            for message in self._listed("/messaging/inbox", "messages", status=status)
        ]
        orders = self._listed("/messaging/work-orders", "work_orders", role="worker")
        found = {each["message_id"] for each in inbox}
        statuses = {each["work_order_id"]: each["status"] for each in orders}
        lost = [each for each in self.messages if each not in found]
        return lost + [each for each in self.orders if statuses.get(each) != self.orders[each]]

    def _listed(self, path: str, name: str, **params: str) -> list[dict[str, Any]]:
        """All pages of a list of Boots."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.boots.get(path, limit="100", **params, **cursor)
            found += page[name]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}


def pages(client: Client) -> None:
    for page in ("/health", "/docs", "/openapi.json", "/llms.txt"):
        client.call(None, f"GET {page}")


def profile(client: Client) -> None:
    nova = client.nova
    client.call(nova, "GET /api/v1/agents")
    client.call(nova, "PATCH /api/v1/agents/me", description=f"At {time.time()}")
    client.call(nova, "GET /api/v1/agents/me")
    client.call(nova, "GET /api/v1/agents/{agent_id}", client.boots.agent_id)
    client.call(nova, "GET /api/v1/messaging/stats")


def keys(client: Client) -> None:
    made = client.call(client.nova, "POST /api/v1/agents/me/keys", label="Another")
    client.call(client.nova, "GET /api/v1/agents/me/keys")
    client.call(client.nova, "DELETE /api/v1/agents/me/keys/{key_id}", made["key_id"])


def leaving(client: Client) -> None:
    if time.monotonic() < client.left_at + SECONDS_TO_LEAVE:
        return
    client.left_at = time.monotonic()
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
    client.call(nova, "PUT /api/v1/messaging/contacts/{agent_id}", contact, state="allowed")
    client.call(nova, "GET /api/v1/messaging/contacts")
    client.call(nova, "GET /api/v1/messaging/contacts/{agent_id}", contact)
    client.call(nova, "DELETE /api/v1/messaging/contacts/{agent_id}", contact)


def presence(client: Client) -> None:
    client.call(client.boots, "POST /api/v1/messaging/heartbeat")
    client.call(client.boots, "PUT /api/v1/messaging/presence", max_concurrent_jobs=10)
    client.call(client.nova, "GET /api/v1/messaging/presence/{agent_id}", client.boots.agent_id)
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


def _offer(client: Client) -> str:
    said = {"to_agent_id": client.boots.agent_id, "title": "A job", "description": "Do it."}
    made = client.call(client.nova, "POST /api/v1/messaging/work-order", **said)
    order: str = made["work_order_id"]
    client.orders[order] = "pending"
    return order


def _end(client: Client, agent: Agent, order: str, verb: str, status: str, **said: str) -> None:
    client.call(agent, f"POST /api/v1/messaging/work-order/{{work_order_id}}/{verb}", order, **said)
    client.orders[order] = status


Scene = Callable[[Client], None]
SCENES: list[Scene] = [pages, profile, keys, leaving, messages, contacts, presence, orders]
