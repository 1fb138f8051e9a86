"""An agent's keys in the directory change with the agent, in one transaction or not at all."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from agent_messaging.agents.access import parse
from agent_messaging.directory import table
from local.in_process.functions import app
from local.in_process.host import Agent
from local.in_process.memory import Memory
from tests.integration.agents.listed import listed, stored_keys
from tests.integration.cloud import Cloud
from tests.integration.recorder import Call
from tests.scale import examples

NINE_PARTS = "a1-b2-c3-d4-e5-f6-g7-h8-i9"
TEN_WORDS = "k1 l2 m3 n4 o5 p6 q7 r8 s9 t0"


def due_keys(cloud: Cloud) -> set[tuple[str, str]]:
    """The keys that the agents of the agents' table should have."""
    present = [item for item in cloud.items("AgentsTable") if "deleted_at" not in item]
    return {tuple(key) for item in present for key in table.keys_of(parse(item))}


def change(cloud: Cloud, agent_id: str, **body: object) -> int:
    return cloud.call("PATCH", "/agents/me", {"agent_id": agent_id}, body).status


def cost_of_change(cloud: Cloud, agent: Agent, body: dict) -> list[Call]:
    cloud.cost()
    assert cloud.call("PATCH", "/agents/me", body=body, caller=agent.keyed).status == 200
    return cloud.cost()


def meanwhile(act: Callable[[], object], times: int = 1) -> None:
    """Let `act` happen just before each of the next transactions that the agents' door writes."""
    events, name = app("agents").client.meta.events, "before-call.dynamodb.TransactWriteItems"

    def interrupt(**_: object) -> None:
        events.unregister(name, interrupt)
        act()
        if times > 1:
            meanwhile(act, times - 1)

    events.register(name, interrupt)


def test_a_registration_writes_the_agent_and_all_its_keys_at_once(cloud: Cloud):
    cloud.register("nova-1", name="Éagle", capabilities=["research", "cost", "research"])
    counted, call = cloud.cost()
    assert counted.request["TableName"] == "AgentMeterTable"
    assert len(call.request["TransactItems"]) == 3 + 6
    assert stored_keys(cloud) == due_keys(cloud)
    assert len(stored_keys(cloud)) == 6


def test_a_change_of_name_or_capabilities_writes_the_keys_that_differ(cloud: Cloud):
    nova = cloud.register("nova", name="Nova Eagle", capabilities=["research", "cost"])
    for body, written in (
        ({"name": "Nova Hawk"}, 1 + 2),
        ({"capabilities": ["cost", "scouting"]}, 1 + 2),
        ({"name": "NOVA HAWK"}, 1),
        ({"name": "Hawk", "capabilities": []}, 1 + 2),
        ({"name": "A Hawk", "description": "new"}, 1 + 1),
    ):
        read, *searches, write, lease = cost_of_change(cloud, nova, body)
        assert [call.operation for call in searches] == ["Query"] * ("name" in body)
        assert (read.operation, lease.operation) == ("GetItem", "BatchGetItem")
        assert len(write.request["TransactItems"]) == written
        assert stored_keys(cloud) == due_keys(cloud)
    assert cloud.profile("nova")["description"] == "new"


def test_any_other_change_is_a_single_write(cloud: Cloud):
    nova = cloud.register("nova")
    for body, writes in (
        ({"description": "x"}, ["UpdateItem"]),
        ({"description": None}, ["UpdateItem"]),
        # The lease as well: it says whether the agent is listed among those online.
        ({"contact_policy": "closed"}, ["UpdateItem", "UpdateItem"]),
    ):
        calls = cost_of_change(cloud, nova, body)
        operations = [call.operation for call in calls]
        assert operations == ["GetItem", *writes, "BatchGetItem"]


names = st.text("aAbé1 .-_#", min_size=1, max_size=12).filter(lambda name: name == name.strip())
capabilities = st.lists(st.sampled_from(["a", "b", "a-b"]), max_size=4)
bodies = st.fixed_dictionaries({}, optional={"name": names, "capabilities": capabilities})
steps = st.lists(st.tuples(st.sampled_from(["nova", "boots"]), bodies | st.none()), max_size=8)


@settings(
    max_examples=examples(30),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(steps=steps)
def test_whatever_agents_change_the_keys_are_those_of_the_agents(registered: Memory, steps: list):
    with mock_aws():
        cloud = Cloud()
        registered.put_back()
        for agent_id, body in steps:
            if body is None:
                cloud.call("DELETE", "/agents/me", {"agent_id": agent_id})
            else:
                change(cloud, agent_id, **body)
            assert stored_keys(cloud) == due_keys(cloud)


def test_a_rename_that_another_overtook_is_made_upon_it(pair: Cloud):
    meanwhile(lambda: change(pair, "nova", name="Hawk", capabilities=["scouting"]))
    assert change(pair, "nova", name="Eagle") == 200
    assert pair.profile("nova")["name"] == "Eagle"
    assert pair.profile("nova")["capabilities"] == ["scouting"]
    assert stored_keys(pair) == due_keys(pair)
    assert listed(pair, "boots", q="hawk") == []


def test_a_rename_that_is_always_overtaken_is_503(pair: Cloud):
    rivals = iter(["One", "Two", "Three", "Four", "Five"])
    meanwhile(lambda: change(pair, "nova", name=next(rivals)), times=4)
    answer = pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, {"name": "Eagle"})
    assert (answer.status, answer.json["code"]) == (503, "contention")
    assert pair.profile("nova")["name"] == "Four"
    assert stored_keys(pair) == due_keys(pair)


def test_who_left_or_lost_its_key_meanwhile_changes_nothing(cloud: Cloud):
    nova, boots = cloud.register("nova"), cloud.register("boots")
    meanwhile(lambda: cloud.call("DELETE", "/agents/me", {"agent_id": "nova"}))
    answer = cloud.call("PATCH", "/agents/me", body={"name": "Eagle"}, caller=nova.keyed)
    assert (answer.status, answer.json["code"]) == (401, "key_revoked")
    renew = {"revoke_others": True}
    meanwhile(lambda: cloud.post("/agents/me/keys", {"agent_id": "boots"}, renew))
    answer = cloud.call("PATCH", "/agents/me", body={"name": "Eagle"}, caller=boots.keyed)
    assert (answer.status, answer.json["code"]) == (401, "key_revoked")
    assert stored_keys(cloud) == due_keys(cloud) == {("all", "boots"), ("word#b", "boots#boots")}


def test_a_rename_during_leaving_leaves_no_key_behind(pair: Cloud):
    meanwhile(lambda: change(pair, "nova", name="Eagle"))
    answer = pair.call("DELETE", "/agents/me", {"agent_id": "nova"})
    assert (answer.status, answer.json["code"]) == (503, "contention")
    assert stored_keys(pair) == due_keys(pair)
    assert pair.call("DELETE", "/agents/me", {"agent_id": "nova"}).status == 200
    assert stored_keys(pair) == due_keys(pair)
    assert not [place for _, place in stored_keys(pair) if place.endswith("nova")]


@pytest.mark.parametrize("extra_keys", [0, 4])
def test_the_largest_transactions_stay_far_below_a_hundred_items(cloud: Cloud, extra_keys: int):
    def written() -> int:
        (call,) = [call for call in cloud.cost() if call.operation == "TransactWriteItems"]
        return len(call.request["TransactItems"])

    agent_id = NINE_PARTS
    cloud.register(agent_id, name=TEN_WORDS, capabilities=[f"skill-{n}" for n in range(8)])
    assert written() == 3 + 1 + 8 + 19
    new = {"name": TEN_WORDS.replace(" ", "x "), "capabilities": [f"trade-{n}" for n in range(8)]}
    assert change(cloud, agent_id, **new) == 200
    assert written() == 1 + 2 * 8 + 2 * 9
    for _ in range(extra_keys):
        assert cloud.post("/agents/me/keys", {"agent_id": agent_id}, {}).status == 201
    cloud.cost()
    assert cloud.call("DELETE", "/agents/me", {"agent_id": agent_id}).status == 200
    # Its webhooks and their listeners: two items for each of three places.
    assert written() == 3 + 1 + extra_keys + 1 + 8 + 19 + 2 * 3
    assert stored_keys(cloud) == set()
    assert cloud.items("AgentKeysTable") == []


def test_a_key_that_its_agent_no_longer_has_is_not_listed(pair: Cloud):
    pair.call("DELETE", "/agents/me", {"agent_id": "third"})
    stale = [
        ("all", "ghost"),
        ("all", "third"),
        ("word#t", "third#third"),
        ("cap#research", "nova"),
        ("word#z", "zebra#nova"),
        ("word#n", "nov#nova"),
        ("word#n", "nova#boots"),
    ]
    keys = [{"facet": facet, "place": place} for facet, place in stale]
    pair.write("AgentDirectoryTable", *keys)
    assert listed(pair, "nova") == ["boots", "nova"]
    assert listed(pair, "nova", q="third") == []
    assert listed(pair, "nova", capability="research") == []
    assert listed(pair, "nova", q="zebra") == []
    for limit in (1, 50):
        assert listed(pair, "nova", q="nov", limit=limit) == ["nova"]
