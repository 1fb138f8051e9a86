"""The six ways in which a key stops to write at once, each done while the gateway remembers it.

Three go through the API, with the agent's other key; three are the operator's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.table import AgentsTable
from tests.integration.authorisation.world import World
from tools.operating import operate

Ending = Callable[[World, str], None]

REVOKED = (401, "key_revoked")
SUSPENDED = (403, "agent_suspended")


def _with_spare(world: World, agent_id: str, method: str, path: str, body: Any = None) -> None:
    answer = world.gateway.call(method, path, body=body, key=world.rings[agent_id].spare)
    assert answer.status < 300, answer.text


def key_deleted(world: World, agent_id: str) -> None:
    path = f"/agents/me/keys/{world.rings[agent_id].live_id}"
    _with_spare(world, agent_id, "DELETE", path)


def others_revoked(world: World, agent_id: str) -> None:
    _with_spare(world, agent_id, "POST", "/agents/me/keys", {"revoke_others": True})


def replaced(world: World, agent_id: str) -> None:
    operate.replace_key(_registry(world), agent_id)


def new_epoch(world: World, agent_id: str) -> None:
    """The number alone: every key of the agent is of the past, though its item is there."""
    item = world.cloud.read("AgentsTable", agent_id=agent_id)
    world.cloud.write("AgentsTable", {**item, "epoch": item["epoch"] + 1})


def left(world: World, agent_id: str) -> None:
    """Without accepted orders, which would keep it here."""
    world.cloud.change("AgentsTable", {"agent_id": agent_id}, active_jobs=0)
    _with_spare(world, agent_id, "DELETE", "/agents/me")


def suspended(world: World, agent_id: str) -> None:
    operate.suspend(_registry(world), agent_id)


def _registry(world: World) -> operate.Registry:
    """The tables as the operator goes to them, past the functions."""
    client = world.cloud.dynamodb
    agents, keys = AgentsTable(client, "AgentsTable"), AgentKeysTable(client, "AgentKeysTable")
    return operate.Registry(client, agents, keys)


ENDINGS: dict[str, tuple[Ending, tuple[int, str]]] = {
    "key deleted": (key_deleted, REVOKED),
    "others revoked": (others_revoked, REVOKED),
    "replaced by the operator": (replaced, REVOKED),
    "new epoch": (new_epoch, REVOKED),
    "left": (left, REVOKED),
    "suspended": (suspended, SUSPENDED),
}
