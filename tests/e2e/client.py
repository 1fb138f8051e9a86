"""A plain HTTP client for a stack, and an agent that calls with its own identity."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.logs import JOURNAL

# Lists may lag a write by an index's delay.
PATIENCE_SECONDS = 5.0

# What API Gateway answers where a route has had enough for this second; and the limit of a minute
# that registrations have.
THROTTLED = {"message": "Too Many Requests"}
REGISTRATIONS = '"registrations"'
THROTTLED_ATTEMPTS = 20

# How an agent ends its open orders: by role and status, so that nobody waits for them for ever.
OPEN_ORDERS = (
    ("worker", "accepted", "fail"),
    ("client", "accepted", "cancel"),
    ("client", "pending", "cancel"),
)

FROM_ROUTES = ("/messaging/ping", "/messaging/send", "/messaging/work-order")


@dataclass(frozen=True)
class Stack:
    """Where the API is.

    `is_open_mode` where the identity parameter is believed, in the stand-in cloud alone;
    `registration_key` is what a registration has to show, if anything. `tables_url` is the DynamoDB
    of the stand-in cloud that these tests have started, and None for any other stack.
    """

    url: str
    is_open_mode: bool
    registration_key: str | None = field(default=None, repr=False)
    tables_url: str | None = None

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request below /api/v1, without an identity."""
        headers = dict(options.pop("headers", {}))
        if self.registration_key:
            headers.setdefault("X-Registration-Key", self.registration_key)
        JOURNAL.sent(options.get("json", options.get("data")), headers)
        url = f"{self.url}/api/v1{path}"
        answer = requests.request(method, url, headers=headers, timeout=30, **options)
        for _ in range(THROTTLED_ATTEMPTS):
            if not _is_too_soon(answer):
                break
            time.sleep(int(answer.headers.get("Retry-After", "1")))
            answer = requests.request(method, url, headers=headers, timeout=30, **options)
        JOURNAL.answered(answer.text)
        return answer

    def register(self, name: str, **profile: object) -> "Agent":
        """A new agent under a name."""
        agent_id = f"{name.lower()}-{secrets.token_hex(6)}"
        body = {"name": name, "agent_id": agent_id, **profile}
        answer = self.send("POST", "/agents/register", json=body)
        assert answer.status_code == 201, answer.text
        return Agent(self, agent_id, name, answer.json()["api_key"])


def _is_too_soon(answer: requests.Response) -> bool:
    """Whether the stack has had enough for now, whoever asks."""
    policy = answer.headers.get("RateLimit-Policy", "")
    if answer.status_code != 429:
        return False
    return policy.startswith(REGISTRATIONS) or answer.json() == THROTTLED


@dataclass(frozen=True)
class Agent:
    """One agent: sends its identity parameter, and its key where keys are checked."""

    stack: Stack
    agent_id: str
    name: str
    api_key: str = field(repr=False)

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """One request as this agent, whatever comes back."""
        identity = "from_agent_id" if path in FROM_ROUTES else "agent_id"
        params = {identity: self.agent_id, **options.pop("params", {})}
        headers = dict(options.pop("headers", {}))
        if not self.stack.is_open_mode:
            headers["Authorization"] = f"Bearer {self.api_key}"
        return self.stack.send(method, path, params=params, headers=headers, **options)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that succeeds."""
        return self._succeed("GET", path, params=params)

    def post(self, path: str, **body: Any) -> Any:
        """The JSON of a POST that succeeds."""
        return self._succeed("POST", path, json=body)

    def put(self, path: str, **body: Any) -> Any:
        """The JSON of a PUT that succeeds."""
        return self._succeed("PUT", path, json=body)

    def delete(self, path: str) -> Any:
        """The JSON of a DELETE that succeeds."""
        return self._succeed("DELETE", path)

    def inbox(self, **params: Any) -> list[dict[str, Any]]:
        """The first page of the inbox."""
        messages: list[dict[str, Any]] = self.get("/messaging/inbox", **params)["messages"]
        return messages

    def orders(self, role: str, **params: Any) -> list[dict[str, Any]]:
        """The first page of the work orders in a role."""
        page = self.get("/messaging/work-orders", role=role, **params)
        orders: list[dict[str, Any]] = page["work_orders"]
        return orders

    def offer(self, worker: "Agent", **fields: Any) -> str:
        """The id of a new work order."""
        body = {"to_agent_id": worker.agent_id, "title": "A job", "description": "Do it.", **fields}
        order_id: str = self.post("/messaging/work-order", **body)["work_order_id"]
        return order_id

    def respond(self, work_order_id: str, action: str, **fields: Any) -> Any:
        """The answer to a work order."""
        return self.post(f"/messaging/work-order/{work_order_id}/respond", action=action, **fields)

    def leave(self) -> None:
        """Leave for good, and no order open; an agent that cannot call is left."""
        for role, status, ending in OPEN_ORDERS:
            params = {"role": role, "status": status, "limit": "100"}
            page = self.send("GET", "/messaging/work-orders", params=params)
            for order in page.json().get("work_orders", []):
                path = f"/messaging/work-order/{order['work_order_id']}/{ending}"
                self.send("POST", path, json={})
        self.send("DELETE", "/agents/me")

    def _succeed(self, method: str, path: str, **options: Any) -> Any:
        answer = self.send(method, path, **options)
        assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()


def eventually(condition: Callable[[], Any], patience: float = PATIENCE_SECONDS) -> Any:
    """What the condition gives once it is true; it is asked again until patience ends."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.1)
    return value
