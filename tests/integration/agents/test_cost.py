"""A page of the directory costs what the page holds, however many agents there are."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from local.in_process.host import Agent
from local.in_process.memory import Memory
from tests.integration.agents.listed import agent, write_agents
from tests.integration.calls.operations import BATCH, QUERY
from tests.integration.cloud import Cloud

TOWN = [
    agent(
        f"agent-{number:04}",
        f"Estimator {number}",
        capabilities=["cost-estimation", "rare"] if number % 100 == 7 else ["cost-estimation"],
    )
    for number in range(1000)
]
SEARCHES = [
    {},
    {"q": "agent"},
    {"q": "agent-0007"},
    {"q": "estimator 7"},
    {"q": "estim agen"},
    {"capability": "cost-estimation"},
    {"capability": "rare"},
    {"capability": "cost-estimation", "q": "estimator"},
    {"capability": "cost-estimation", "online": "true"},
    {"q": "e", "online": "false"},
    {"q": "a", "online": "true"},
    {"online": "false"},
]


@pytest.fixture(scope="module", params=[10, 1000])
def filled(aws: None, request: pytest.FixtureRequest) -> tuple[Memory, Agent]:
    """A caller among so many agents, every tenth of them online."""
    cloud = Cloud()
    caller = cloud.register("caller")
    town = TOWN[: request.param]
    write_agents(cloud, town)
    now = clock.now()
    for each in town[::10]:
        cloud.lease(each.agent_id, now + timedelta(minutes=5), now)
    return Memory(), caller


@pytest.fixture
def peopled(filled: tuple[Memory, Agent], cloud: Cloud) -> tuple[Cloud, Agent]:
    memory, caller = filled
    memory.put_back()
    return cloud, caller


def test_a_page_is_one_query_and_one_batch_read_of_at_most_fifty(peopled: tuple[Cloud, Agent]):
    cloud, caller = peopled
    for search in SEARCHES:
        for limit in (1, 20, 50):
            cloud.cost()
            answer = cloud.get("/agents", {**search, "limit": limit}, caller=caller.keyed)
            assert answer.status == 200
            calls = cloud.cost()
            assert [call.operation for call in calls] == [QUERY, BATCH], search
            query, batch = calls
            assert query.answer["ScannedCount"] <= 50
            keys = [table["Keys"] for table in batch.request["RequestItems"].values()]
            assert sum(map(len, keys)) <= 2 * 50


def test_a_page_that_only_its_driver_filters_reads_no_more_than_it_shows(
    peopled: tuple[Cloud, Agent],
):
    cloud, caller = peopled
    for search in ({}, {"q": "estim"}, {"capability": "cost-estimation"}):
        cloud.cost()
        answer = cloud.get("/agents", {**search, "limit": 2}, caller=caller.keyed)
        assert len(answer.json["agents"]) == 2
        assert cloud.cost()[0].answer["ScannedCount"] == 2


def test_a_page_that_is_filtered_further_reads_fifty_for_one_hit(peopled: tuple[Cloud, Agent]):
    cloud, caller = peopled
    searches = (
        {"capability": "cost-estimation", "q": "agent"},
        {"q": "agent estim"},
        {"q": "estim", "online": "true"},
        {"capability": "cost-estimation", "online": "false"},
        {"online": "false"},
    )
    for search in searches:
        cloud.cost()
        answer = cloud.get("/agents", {**search, "limit": 1}, caller=caller.keyed)
        assert len(answer.json["agents"]) == 1
        assert 10 <= cloud.cost()[0].answer["ScannedCount"] <= 50


def test_the_longest_word_of_a_query_drives(peopled: tuple[Cloud, Agent]):
    cloud, caller = peopled
    answer = cloud.get("/agents", {"q": "est agent-0002"}, caller=caller.keyed)
    assert [card["agent_id"] for card in answer.json["agents"]] == ["agent-0002"]
    query, _ = cloud.cost()[-2:]
    assert query.answer["ScannedCount"] == 1
    assert answer.json["next_cursor"] is None
