"""The two agents of the user's story, registered through the gateway before anybody can call it.

They ask as any client does, by way of route and function, but over no socket: whoever waits for
the server finds both agents there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from local.gateway import Gateway

REGISTER = "/api/v1/agents/register"
AGENTS: tuple[dict[str, Any], ...] = (
    {
        "name": "Nova",
        "agent_id": "nova-agent-id",
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


async def register_agents(gateway: Gateway) -> list[Seeded]:
    """Registers both. Raises SeedError."""
    return [await _register(gateway, agent) for agent in AGENTS]


async def _register(gateway: Gateway, agent: Mapping[str, Any]) -> Seeded:
    status, body = await _post(gateway, json.dumps(agent).encode())
    if status == HTTPStatus.CONFLICT:
        return Seeded(agent["name"], agent["agent_id"], None)
    try:
        key = json.loads(body)["api_key"]
    except (ValueError, KeyError) as error:
        raise SeedError(f"{agent['name']} was answered {status}") from error
    return Seeded(agent["name"], agent["agent_id"], key)


async def _post(gateway: Gateway, body: bytes) -> tuple[int, bytes]:
    """One request as ASGI has it: status and body of the response."""

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": body}

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "raw_path": REGISTER.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "server": ("localhost", 80),
        "client": None,
    }
    response = await gateway.respond(scope, receive)
    return response.status, response.body
