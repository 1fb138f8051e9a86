"""Register two agents, Nova and Boots, before clients can call the server.

The requests go through the gateway, as a client's do, but not through a socket. The keys are the
same at each start, so that a shell or a configuration can keep them. No deployed stack accepts
their prefix (agents/keys.py in the layer).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local.gateway import Gateway

Headers = Sequence[tuple[bytes, bytes]]

REGISTER = "/api/v1/agents/register"
NOVA, BOOTS = "nova-agent-id", "boots-agent-id"
KEYS = {
    NOVA: "am_local_NovaOfMakeRun0000000000000000000000000002DmV4v",
    BOOTS: "am_local_BootsOfMakeRun0000000000000000000000000046gMje",
}
AGENTS: tuple[dict[str, Any], ...] = (
    {
        "name": "Nova",
        "agent_id": NOVA,
        "description": "Finds work and hands it out.",
    },
    {
        "name": "Boots",
        "agent_id": BOOTS,
        "description": "Does the work that others hand over.",
    },
)


@dataclass(frozen=True)
class Seeded:
    """A registered agent."""

    name: str
    agent_id: str
    api_key: str | None
    """None if the agent was registered before, and has no longer the key in KEYS."""
    is_deleted: bool = False
    """Whether the agent was deleted before. Nobody can use its id again."""


class SeedError(Exception):
    """An agent could not be registered. The message is one line."""


async def register_agents(
    gateway: Gateway, registration_key: str | None, deleted: Collection[str] = ()
) -> list[Seeded]:
    """Register both agents, except those whose id is in `deleted`.

    `registration_key` is None if registration is open. Raises SeedError.
    """
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    if registration_key is not None:
        headers.append((b"x-registration-key", registration_key.encode()))
    return [
        Seeded(agent["name"], agent["agent_id"], None, is_deleted=True)
        if agent["agent_id"] in deleted
        else await _register(gateway, headers, agent)
        for agent in AGENTS
    ]


async def _register(gateway: Gateway, headers: Headers, agent: Mapping[str, Any]) -> Seeded:
    key = KEYS[agent["agent_id"]]
    key_hash = hashlib.sha256(key.encode()).hexdigest()
    sent = {**agent, "key_hash": key_hash}
    status, body = await _post(gateway, headers, json.dumps(sent).encode())
    if status == HTTPStatus.CONFLICT:
        return Seeded(agent["name"], agent["agent_id"], None)
    try:
        # Null, because the request brought the hash of a key. Another template may create a key.
        created = json.loads(body)["api_key"]
    except (ValueError, KeyError) as error:
        raise SeedError(f"{agent['name']} got status {status}") from error
    return Seeded(agent["name"], agent["agent_id"], created or key)


async def _post(gateway: Gateway, headers: Headers, body: bytes) -> tuple[int, bytes]:
    """Send one request as ASGI does. Return the status and body of the response."""

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": body}

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "raw_path": REGISTER.encode(),
        "query_string": b"",
        "headers": headers,
        "server": ("localhost", 80),
        "client": None,
    }
    response = await gateway.respond(scope, receive)
    return response.status, response.body
