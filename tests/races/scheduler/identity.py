"""Scenarios about who may act: keys that end, agents that leave, ids that two want."""

from __future__ import annotations

from typing import Any

from tests.integration.cloud import Cloud
from tests.races.scheduler.scenario import register, scenario
from tests.races.scheduler.world import World


def with_two_keys(cloud: Cloud) -> dict[str, Any]:
    """Boots has a second key, and an order of Nova's that waits."""
    names = register(cloud, "nova", "boots")
    boots = names["agents"]["boots"]
    spare = cloud.post("/agents/me/keys", body={}, caller=boots.keyed).json["key_id"]
    order = cloud.offer("nova", "boots")
    return {**names, "order": order, "old": boots.keyed, "spare": {**boots.keyed, "key_id": spare}}


@scenario("a key that is revoked while it writes", with_two_keys)
def revocation(world: World) -> None:
    order, old, spare = (world.names[name] for name in ("order", "old", "spare"))
    path = f"/agents/me/keys/{old['key_id']}"
    world.act(world.ask("revoke", "DELETE", path, "boots", caller=spare))
    accept = world.move("accept", "boots", order, key="a", caller=old)
    presence = {"status_message": "here"}
    world.act(accept, world.move("complete", "boots", order, caller=old))
    world.act(world.ask("presence", "PUT", "/messaging/presence", "boots", presence, caller=old))
    leave = {"revoke_others": True}
    replace = world.ask("replace", "POST", "/agents/me/keys", "boots", leave, caller=spare)
    world.act(replace, replace)  # As a client does that had no answer; the key is outgoing then.
    world.stage.play()
    ended = [
        s.told_at for s in world.told("revoke", status=204) + world.told("replace", status=201)
    ]
    for seen in world.told("accept", "complete", "presence", status=200):
        assert not any(at <= seen.asked_at for at in ended), "a revoked key wrote"
    _check_keys(world)


def _check_keys(world: World) -> None:
    """The keys in an agent's item are those of the keys' table, with its epoch; one is left."""
    for agent in world.items("AgentsTable"):
        held = {key["key_hash"] for key in agent.get("keys", {}).values()}
        items = [k for k in world.items("AgentKeysTable") if k["agent_id"] == agent["agent_id"]]
        assert held == {key["key_hash"] for key in items}, "a key in one table alone"
        assert all(key["epoch"] == agent["epoch"] for key in items)
        assert held or "deleted_at" in agent, "nothing speaks for the agent any more"


@scenario("a key that is brought twice, and to two agents", with_two_keys)
def brought(world: World) -> None:
    old, nova = world.names["old"], world.names["agents"]["nova"]
    mine, profile = {"key_hash": "a" * 64}, {"name": "Third", "key_hash": "b" * 64}
    for _ in range(2):
        world.act(world.ask("register", "POST", "/agents/register", "", profile))
        world.act(world.ask("create", "POST", "/agents/me/keys", "boots", mine, caller=old))
    only = {**mine, "revoke_others": True}
    world.act(world.ask("only", "POST", "/agents/me/keys", "boots", only, caller=old))
    theirs = {"key_hash": "b" * 64}
    world.act(world.ask("claim", "POST", "/agents/me/keys", "nova", theirs, caller=nova.keyed))
    world.stage.play()
    made = [*world.told("register", status=201), *world.told("claim", status=201)]
    assert len({seen.json["key_id"] for seen in made}) <= 1, "one key opens two agents"
    again = [*world.told("create", status=201), *world.told("only", status=201)]
    assert len({seen.json["key_id"] for seen in again}) <= 1, "one key has two ids"
    _check_keys(world)


@scenario("an agent that leaves while it is given work", with_two_keys)
def leaving(world: World) -> None:
    order = world.names["order"]
    world.act(world.ask("leave", "DELETE", "/agents/me", "boots"))
    world.act(world.move("accept", "boots", order, key="a"))
    message = {"to_agent_id": "boots", "body": "Are you still there?"}
    world.act(world.ask("send", "POST", "/messaging/send", "nova", message, key="s"))
    rename = {"name": "Another", "capabilities": ["cap"]}
    world.act(world.ask("rename", "PATCH", "/agents/me", "boots", rename))
    world.stage.play()
    (boots,) = (a for a in world.items("AgentsTable") if a["agent_id"] == "boots")
    found = [key for key in world.items("AgentDirectoryTable") if "boots" in key["place"]]
    # What an id looks like stays taken; it is in no list.
    keys = [key for key in found if key["facet"] != "like"]
    assert len(keys) == len(found) - 1, "an id is free again"
    assert ("deleted_at" in boots) == (not keys), "listed, and gone"
    assert not world.told("leave", status=200) or "deleted_at" in boots
    assert not (world.told("leave", status=200) and world.told("accept", status=200)), "both"
    _check_keys(world)


@scenario("one id that three want", lambda cloud: register(cloud, "nova"))
def registrations(world: World) -> None:
    for name in ("First", "Second", "Third"):
        body = {"agent_id": "boots", "name": name}
        world.act(world.ask("register", "POST", "/agents/register", "", body))
    world.stage.play()
    assert len(world.told("register", status=201)) <= 1, "two have one id"
    boots = [a for a in world.items("AgentsTable") if a["agent_id"] == "boots"]
    for seen in world.told("register", status=201):
        assert [seen.json["name"]] == [agent["name"] for agent in boots], "an agent is lost"
    _check_keys(world)
