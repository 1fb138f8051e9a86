"""The two agents of the user's story, registered through the gateway before anybody can call it.

They ask as any client does, by way of route and function, but over no socket: whoever waits for
the server finds both agents there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local.gateway import Gateway

Headers = Sequence[tuple[bytes, bytes]]

REGISTER = "/api/v1/agents/register"
NOVA = "nova-agent-id"
AGENTS: tuple[dict[str, Any], ...] = (
    {
        "name": "Nova",
        "agent_id": NOVA,
        "description": "Finds work and hands it out.",
    },
    {
        "name": "Boots",
        "agent_id": "boots-agent-id",
        "description": "Does the work that others hand over.",
    },
)


@dataclass(frozen=True)
class Seeded:
    """An agent that is there now."""

    name: str
    agent_id: str
    api_key: str | None
    """None when the agent was there already: a key is shown once."""


class SeedError(Exception):
    """An agent could not be registered; the message is one line."""


async def register_agents(gateway: Gateway, registration_key: str | None) -> list[Seeded]:
    """Registers both; `registration_key` is None when anybody may. Raises SeedError."""
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    if registration_key is not None:
        headers.append((b"x-registration-key", registration_key.encode()))
    return [await _register(gateway, headers, agent) for agent in AGENTS]


async def _register(gateway: Gateway, headers: Headers, agent: Mapping[str, Any]) -> Seeded:
    status, body = await _post(gateway, headers, json.dumps(agent).encode())
    if status == HTTPStatus.CONFLICT:
        return Seeded(agent["name"], agent["agent_id"], None)
    try:
        key = json.loads(body)["api_key"]
    except (ValueError, KeyError) as error:
        raise SeedError(f"{agent['name']} was answered {status}") from error
    return Seeded(agent["name"], agent["agent_id"], key)


async def _post(gateway: Gateway, headers: Headers, body: bytes) -> tuple[int, bytes]:
    """One request as ASGI has it: status and body of the response."""

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
