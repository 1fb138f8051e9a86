"""The text that the server prints when it is ready: URLs, settings and commands to paste.

Its last line begins with `Ready`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from local.options import DEFAULT_PORT, Options
from local.seed import NOVA, Seeded

UNKNOWN_KEY = "<key>"
PING = """'{"to_agent_id": "boots-agent-id", "message": "Ready for task handoff?"}'"""


class Addresses(NamedTuple):
    """The URLs of what listens."""

    api: str
    tables: str
    queues: str


def banner(
    addresses: Addresses,
    options: Options,
    seeded: Sequence[Seeded],
    registration_key: str | None,
    *,
    stage: str | None = None,
) -> str:
    """Return the text. `registration_key` is None if registration is open.

    `stage` is the stage of the WebSocket API, if there is one.
    """
    base = addresses.api
    mode = "keys required: send Authorization: Bearer <key>"
    if options.is_open_mode:
        mode = "open: you need no key, the server trusts the agent_id parameters"
    data = "in memory, deleted when you stop the server (Ctrl-C)"
    if options.engine:
        data = f"in {options.engine}, kept when you stop the server"
    if options.data:
        data = f"in {options.data}, kept when you stop the server"
    rows = [
        ("Agent Messaging", f"{base}/api/v1"),
        *_sockets(base, options, stage),
        ("Docs", f"{base}/docs"),
        ("Mode", mode),
        ("Data", data),
        ("Tables", f"{addresses.tables} (DynamoDB; table names as in {options.template.name})"),
        ("Queues", f"{addresses.queues} (SQS; only to send messages)"),
    ]
    tries = [_ping(base, None if options.is_open_mode else _key_of_nova(seeded))]
    if any(agent.is_deleted for agent in seeded):
        tries = [] if registration_key is not None else [_register(base)]
    if registration_key is not None:
        rows.append(("Registration", f"key required: send X-Registration-Key: {registration_key}"))
        tries.append(_register(base, f"X-Registration-Key: {registration_key}"))
    rows += [(agent.name, f"{agent.agent_id:<16} {_key_of(agent, options)}") for agent in seeded]
    lines = [f"  {name:<17} {text}" for name, text in rows]
    tried = ["  Try", *(f"    {line}" for line in tries)]
    return "\n".join(["", *lines, "", *tried, "", _ready(base)])


def _sockets(base_url: str, options: Options, stage: str | None) -> list[tuple[str, str]]:
    if stage is None:
        return []
    hint = f"?agent_id={NOVA}" if options.is_open_mode else "  (Authorization: Bearer <key>)"
    return [("WebSocket", f"{socket_url(base_url, stage)}{hint}")]


def socket_url(base_url: str, stage: str) -> str:
    """Return where the WebSocket API listens."""
    return f"ws{base_url.removeprefix('http')}/{stage}"


def _ready(base_url: str) -> str:
    port = base_url.rpartition(":")[2]
    command = "make -s env" if port == DEFAULT_PORT else f"make -s env PORT={port}"
    return f'Ready. Give an agent {base_url} or enter in a second shell: eval "$({command})"'


def _key_of(agent: Seeded, options: Options) -> str:
    """Return the key of an agent, or why nobody knows it."""
    if agent.is_deleted:
        other = "DATA folder" if options.data else "ENGINE"
        return f"deleted: its id cannot be used again. Use another {other}."
    return agent.api_key or "(already registered, with another key)"


def _key_of_nova(seeded: Sequence[Seeded]) -> str:
    """Return Nova's key, or a placeholder if Nova was already registered."""
    keys = [each.api_key for each in seeded if each.agent_id == NOVA]
    return keys[0] or UNKNOWN_KEY if keys else UNKNOWN_KEY


def _ping(base_url: str, key: str | None) -> str:
    """Return a ping to paste. Without a key, it has the identity parameter."""
    url = f"{base_url}/api/v1/messaging/ping"
    if key is None:
        return _post(f"{url}?from_agent_id={NOVA}", PING)
    return _post(url, PING, f"Authorization: Bearer {key}")


def _register(base_url: str, *headers: str) -> str:
    url = f"{base_url}/api/v1/agents/register"
    return _post(url, """'{"name": "Scout"}'""", *headers)


def _post(url: str, body: str, *headers: str) -> str:
    options = "".join(f' -H "{each}"' for each in (*headers, "Content-Type: application/json"))
    return f'curl -X POST "{url}"{options} -d {body}'
