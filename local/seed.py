"""The two agents of the user's story, registered over the API itself at the start."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

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


def register_agents(base_url: str) -> list[Seeded]:
    """Registers both; blocking. Raises SeedError."""
    return [_register(base_url, agent) for agent in AGENTS]


def _register(base_url: str, agent: dict[str, Any]) -> Seeded:
    request = urllib.request.Request(  # noqa: S310 - the server's own URL
        base_url + REGISTER,
        data=json.dumps(agent).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    # A proxy of the user's environment has no business between two local processes.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=30) as answer:
            key = json.load(answer)["api_key"]
    except urllib.error.HTTPError as error:
        if error.code != HTTPStatus.CONFLICT:
            raise SeedError(f"{agent['name']} was answered {error.code}") from error
        key = None
    except (OSError, ValueError, KeyError) as error:
        raise SeedError(f"{agent['name']} got no usable answer: {error!r}") from error
    return Seeded(agent["name"], agent["agent_id"], key)
