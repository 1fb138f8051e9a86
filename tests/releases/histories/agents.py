"""Agents, their keys, the directory and presence."""

from __future__ import annotations

from typing import Any

import boto3

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.keys import key_hash
from agent_messaging.agents.table import AgentsTable
from local.in_process.requests import Answer
from tests.releases.versions import Versions
from tools.operating import operate

OWN_KEY = "am_live_" + "0" * 40 + "000000"  # only its hash is sent


def ok(answer: Answer, status: int = 200) -> Any:
    """The body of an answer that has to have this status."""
    assert answer.status == status, answer.text
    return answer.json


def register(versions: Versions, agent_id: str, **profile: Any) -> str:
    """A new agent: its key."""
    body = {"agent_id": agent_id, "name": agent_id.title(), **profile}
    return str(ok(versions.post("/agents/register", body=body), 201)["api_key"])


def profiles_and_directory(versions: Versions) -> None:
    """Each version registers, changes, lists and finds the agents of the other."""
    versions.post("/agents/register", body={"name": "No id"})
    for number, agent_id in enumerate(("nova", "boots", "scout", "tests")):
        register(versions, agent_id, description="Counts.", capabilities=["cost", f"c{number}"])
    for agent_id in ("nova", "boots"):
        change = {"name": f"{agent_id} the second", "description": None, "capabilities": ["maths"]}
        change |= {"contact_policy": "closed"}
        ok(versions.call("PATCH", "/agents/me", {"agent_id": agent_id}, change))
        ok(versions.get("/agents/me", {"agent_id": agent_id}))
        ok(versions.get(f"/agents/{agent_id}", {"agent_id": "scout"}))
    query: dict[str, Any] = {"agent_id": "nova", "limit": 2}
    assert len(list(versions.pages("/agents", query))) >= 2
    for chosen in ({"q": "second"}, {"capability": "maths"}):
        assert ok(versions.get("/agents", {**query, **chosen}))["agents"]
    for agent_id in ("boots", "tests"):
        ok(versions.call("DELETE", "/agents/me", {"agent_id": agent_id}))
        ok(versions.get(f"/agents/{agent_id}", {"agent_id": "nova"}), 404)
        ok(versions.post("/agents/register", body={"agent_id": agent_id, "name": "Other"}), 409)
    ok(versions.post("/agents/register", body={"agent_id": "n0va", "name": "Alike"}), 409)


def keys_and_operator(versions: Versions) -> None:
    """Each version lets the keys of the other in, replaces and revokes them."""
    first = register(versions, "nova")
    body = {"agent_id": "boots", "name": "Boots", "key_hash": key_hash(OWN_KEY)}
    for _ in range(2):  # With a hash, a registration can be repeated.
        ok(versions.post("/agents/register", body=body), 201)
    caller = versions.keyed(first)
    labelled = {"label": "second", "expires_at": "2027-01-01T00:00:00Z"}
    second = ok(versions.post("/agents/me/keys", body=labelled, caller=caller), 201)
    third = ok(versions.post("/agents/me/keys", body={}, caller=caller), 201)
    for key in (second["api_key"], third["api_key"], first):
        ok(versions.get("/agents/me/keys", caller=versions.keyed(key)))
    ok(versions.call("DELETE", f"/agents/me/keys/{third['key_id']}", caller=caller), 204)
    assert versions.keyed(third["api_key"]) == {}
    replaced = versions.post("/agents/me/keys", body={"revoke_others": True}, caller=caller)
    ok(versions.get("/agents/me/keys", caller=versions.keyed(first)))
    last = versions.keyed(ok(replaced, 201)["api_key"])
    ok(versions.post("/messaging/heartbeat", caller=last))
    versions.pass_time(minutes=11)
    assert versions.keyed(first) == {}
    ok(versions.post("/messaging/heartbeat", caller=caller), 401)
    suspended(versions, last)


def suspended(versions: Versions, caller: Any) -> None:
    """Both heed what the operator stored. The commands are those of this checkout."""
    client = boto3.client("dynamodb")
    tables = AgentsTable(client, "AgentsTable"), AgentKeysTable(client, "AgentKeysTable")
    registry = operate.Registry(client, *tables)
    operate.suspend(registry, "nova")
    ok(versions.post("/messaging/heartbeat", caller=caller), 403)
    assert ok(versions.get("/agents/me", caller=caller))["status"] == "suspended"
    operate.reinstate(registry, "nova")
    ok(versions.post("/messaging/heartbeat", caller=caller))
    operate.suspend(registry, "nova")


def presence(versions: Versions) -> None:
    """Each version renews, changes, reads and ends the leases of the other."""
    for agent_id in ("nova", "boots", "scout"):
        register(versions, agent_id)
        ok(versions.post("/messaging/heartbeat", {"agent_id": agent_id}))
    for agent_id in ("nova", "boots"):
        own = {"agent_id": agent_id}
        change = {"status_message": "Here", "accepts_work_orders": False, "max_concurrent_jobs": 9}
        for _ in range(2):
            ok(versions.call("PUT", "/messaging/presence", own, change))
            ok(versions.post("/messaging/heartbeat", own))
            versions.pass_time(seconds=10)
        ok(versions.get(f"/messaging/presence/{agent_id}", {"agent_id": "scout"}))
    online = {"agent_id": "scout", "online": "true"}
    assert len(ok(versions.get("/agents", online))["agents"]) >= 2
    ok(versions.call("DELETE", "/messaging/presence", {"agent_id": "boots"}))
    versions.pass_time(seconds=100)
    assert ok(versions.get("/agents", online))["agents"] == []
    for agent_id in ("nova", "boots"):
        seen = ok(versions.get(f"/messaging/presence/{agent_id}", {"agent_id": "scout"}))
        assert seen["is_online"] is False
