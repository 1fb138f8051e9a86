"""Becoming an agent: an id of one's own, once and for good, and a first key."""

import re

import pytest

from agent_messaging.agents import keys
from tests.integration.agents.listed import stored_keys
from tests.integration.cloud import Cloud


def test_registering_answers_the_agent_and_its_only_key(cloud: Cloud):
    answer = cloud.post(
        "/agents/register",
        body={
            "agent_id": "cost-estimator",
            "name": "Cost Estimation Agent",
            "description": "Landed cost and margin",
            "capabilities": ["cost-estimation", "research"],
        },
    )
    api_key, key_id = answer.json["api_key"], answer.json["key_id"]
    assert answer.status == 201
    assert answer.json == {
        "success": True,
        "agent_id": "cost-estimator",
        "name": "Cost Estimation Agent",
        "api_key": api_key,
        "key_id": key_id,
    }
    assert re.fullmatch(r"am_live_[0-9A-Za-z]{46}", api_key)
    assert re.fullmatch(r"key_[0-9a-z]{26}", key_id)


def test_a_key_is_stored_as_its_hash_alone(cloud: Cloud):
    api_key = cloud.post("/agents/register", body={"name": "Nova", "agent_id": "nova"}).json[
        "api_key"
    ]
    assert cloud.read("AgentKeysTable", key_hash=keys.key_hash(api_key))["agent_id"] == "nova"
    everything = [
        cloud.items(table) for table in ("AgentsTable", "AgentKeysTable", "AgentDirectoryTable")
    ]
    assert api_key not in repr(everything)
    assert api_key[8:48] not in repr(everything)


def test_an_agent_without_an_id_is_given_one(cloud: Cloud):
    one, other = (cloud.post("/agents/register", body={"name": "Same"}).json for _ in range(2))
    assert re.fullmatch(r"agt_[0-9a-z]{26}", one["agent_id"])
    assert one["agent_id"] != other["agent_id"]


def test_an_id_is_taken_once(cloud: Cloud):
    cloud.register("nova")
    before = cloud.digest()
    answer = cloud.post("/agents/register", body={"agent_id": "nova", "name": "Another"})
    assert (answer.status, answer.json["code"]) == (409, "agent_id_taken")
    assert cloud.digest() == before


def test_of_many_registrations_of_one_id_one_wins(cloud: Cloud):
    # One after the other through the same condition; tests/e2e races real processes.
    answers = [
        cloud.post("/agents/register", body={"agent_id": "nova", "name": f"Nova {n}"})
        for n in range(10)
    ]
    assert sorted(answer.status for answer in answers) == [201] + [409] * 9
    assert cloud.profile("nova")["name"] == "Nova 0"
    assert len(cloud.items("AgentKeysTable")) == 1
    assert stored_keys(cloud) == {("all", "nova"), ("word#n", "nova#nova"), ("word#0", "0#nova")}


@pytest.mark.parametrize("word", ["me", "register", "system"])
def test_words_of_the_api_cannot_be_ids(cloud: Cloud, word: str):
    answer = cloud.post("/agents/register", body={"agent_id": word, "name": "x"})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "#/agent_id"


@pytest.mark.parametrize("value", [[], {}, 5, True, ["me"], {"me": 1}])
def test_an_id_of_another_type_is_refused(cloud: Cloud, value: object):
    answer = cloud.post("/agents/register", body={"agent_id": value, "name": "x"})
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"].startswith("#/agent_id")
