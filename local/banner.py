"""What the user reads when everything is ready: where it is, how to call it, lines to paste."""

from __future__ import annotations

from collections.abc import Sequence

from local.options import Options
from local.seed import NOVA, Seeded

UNKNOWN_KEY = "<key>"
PING = """'{"to_agent_id": "boots-agent-id", "message": "Ready for task handoff?"}'"""


def banner(
    base_url: str,
    storage_url: str,
    options: Options,
    seeded: Sequence[Seeded],
    registration_key: str | None,
) -> str:
    """`registration_key` is None when anybody may register."""
    mode = "keys: send Authorization: Bearer <key>"
    if options.is_open_mode:
        mode = "open: no keys asked for, the agent_id parameters are believed"
    data = f"in {options.engine}, where it stays" if options.engine else "in memory: gone at Ctrl-C"
    rows = [
        ("Agent Messaging", f"{base_url}/api/v1"),
        ("Docs", f"{base_url}/docs"),
        ("Mode", mode),
        ("Data", data),
        ("Tables", f"{storage_url} (DynamoDB; names are those of {options.template.name})"),
    ]
    tries = [_ping(base_url, None if options.is_open_mode else _key_of_nova(seeded))]
    if registration_key is not None:
        rows.append(("Registration", f"key: send X-Registration-Key: {registration_key}"))
        tries.append(_register(base_url, registration_key))
    for agent in seeded:
        key = agent.api_key or "(was there already; its key is shown once, at registration)"
        rows.append((agent.name, f"{agent.agent_id:<16} {key}"))
    lines = [f"  {name:<17} {text}" for name, text in rows]
    return "\n".join(["", *lines, "", "  Try", *(f"    {line}" for line in tries), ""])


def _key_of_nova(seeded: Sequence[Seeded]) -> str:
    """An engine that keeps its data knows the key's hash, and nobody else the key."""
    keys = [each.api_key for each in seeded if each.agent_id == NOVA]
    return keys[0] or UNKNOWN_KEY if keys else UNKNOWN_KEY


def _ping(base_url: str, key: str | None) -> str:
    """One line to paste; without a key it names its caller instead."""
    url = f"{base_url}/api/v1/messaging/ping"
    if key is None:
        return _post(f"{url}?from_agent_id={NOVA}", PING)
    return _post(url, PING, f"Authorization: Bearer {key}")


def _register(base_url: str, registration_key: str) -> str:
    url = f"{base_url}/api/v1/agents/register"
    return _post(url, """'{"name": "Scout"}'""", f"X-Registration-Key: {registration_key}")


def _post(url: str, body: str, *headers: str) -> str:
    options = "".join(f' -H "{each}"' for each in (*headers, "Content-Type: application/json"))
    return f'curl -X POST "{url}"{options} -d {body}'
