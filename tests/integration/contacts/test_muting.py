"""Orders of clients that a worker blocks wait in its lists, and count nowhere."""

import pytest

from agent_messaging.work_orders import muting
from local.in_process.host import Agent
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import as_caller, decide


@pytest.fixture
def boots(cloud: Cloud) -> Agent:
    """A worker with two pending orders of Nova's, one of Third's, and an accepted one of each."""
    for client in ("nova", "third"):
        cloud.register(client)
    boots = cloud.register("boots")
    for client in ("nova", "third"):
        assert cloud.move("boots", cloud.offer(client, "boots"), "accept").status == 200
    for client in ("nova", "nova", "third"):
        cloud.offer(client, "boots")
    return boots


def counts(cloud: Cloud, agent: Agent) -> tuple[int, int]:
    beat = cloud.post("/messaging/heartbeat", **as_caller(agent)).json
    stats = cloud.get("/messaging/stats", **as_caller(agent)).json
    return beat["pending_work_orders"], stats["pending_work_orders"]


def muted(cloud: Cloud) -> list[str]:
    return cloud.read("AgentsTable", agent_id="boots").get("muted_clients", [])


def test_a_block_takes_pending_orders_out_of_the_counts_and_of_no_list(cloud: Cloud, boots: Agent):
    assert counts(cloud, boots) == (3, 3)
    assert decide(cloud, boots, "nova", "blocked").status == 200
    assert counts(cloud, boots) == (1, 1)
    query = {"role": "worker", "status": "pending"}
    page = cloud.get("/messaging/work-orders", query, **as_caller(boots)).json
    assert page["total_orders"] == 3
    assert decide(cloud, boots, "third", "blocked").status == 200
    assert counts(cloud, boots) == (0, 0)


@pytest.mark.parametrize("decision", ["allowed", "stranger"])
def test_who_is_not_blocked_any_more_counts_again(cloud: Cloud, boots: Agent, decision: str):
    decide(cloud, boots, "nova", "blocked")
    decide(cloud, boots, "third", "blocked")
    assert decide(cloud, boots, "nova", decision).status == 200
    assert counts(cloud, boots) == (2, 2)
    assert muted(cloud) == ["third"]


def test_who_has_no_pending_order_is_not_remembered(cloud: Cloud, boots: Agent):
    cloud.register("scout")
    decide(cloud, boots, "scout", "blocked")
    assert muted(cloud) == []


def test_who_has_none_any_more_makes_room(
    cloud: Cloud, boots: Agent, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(muting, "MAX_MUTED", 2)
    cloud.register("scout")
    cloud.offer("scout", "boots")
    for client in ("nova", "scout"):
        decide(cloud, boots, client, "blocked")
    assert muted(cloud) == ["nova", "scout"]
    path, body = "/messaging/work-orders/reject", {"client_id": "scout"}
    answer = cloud.post(path, body=body, **as_caller(boots))
    assert len(answer.json["rejected"]) == 1
    decide(cloud, boots, "third", "blocked")
    assert muted(cloud) == ["nova", "third"]


def test_the_list_keeps_the_newest(cloud: Cloud, boots: Agent, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(muting, "MAX_MUTED", 1)
    for client in ("nova", "third"):
        decide(cloud, boots, client, "blocked")
    assert muted(cloud) == ["third"]
    assert counts(cloud, boots) == (2, 2)


def test_an_order_that_came_too_late_for_a_block_is_out_once_it_is_repeated(
    cloud: Cloud, boots: Agent
):
    cloud.register("scout")
    decide(cloud, boots, "scout", "blocked")
    # As if the client had been read by a replica that did not know of the block.
    template = cloud.head(cloud.offer("nova", "boots"))
    late = {**template, "work_order_id": "wo_" + "7" * 26, "client_id": "scout"}
    cloud.write("WorkOrdersTable", late)
    assert counts(cloud, boots) == (5, 5)
    decide(cloud, boots, "scout", "blocked")
    assert counts(cloud, boots) == (4, 4)


def test_two_blocks_at_once_are_both_remembered(cloud: Cloud, boots: Agent):
    block = lambda: decide(cloud, boots, "third", "blocked").status  # noqa: E731
    with overtaken("contacts", "Query", block) as happened:
        assert decide(cloud, boots, "nova", "blocked").status == 200
    assert happened == [200]
    assert sorted(muted(cloud)) == ["nova", "third"]
    assert counts(cloud, boots) == (0, 0)


def test_an_agent_among_many_is_found_by_its_name(cloud: Cloud, boots: Agent):
    """What a block reads is filtered by DynamoDB, and stops at a bound."""
    cloud.cost()
    decide(cloud, boots, "third", "blocked")
    (query,) = (call for call in cloud.cost() if call.operation == "Query")
    assert query.request["Limit"] == 1000
    assert query.request["FilterExpression"] == "#status = :status AND client_id = :client"
    assert query.answer["Count"] == 1


def test_a_revoked_key_mutes_nobody(cloud: Cloud, boots: Agent):
    replacement = {"revoke_others": True, "key_hash": "0" * 64}
    assert cloud.post("/agents/me/keys", body=replacement, **as_caller(boots)).status == 201
    assert decide(cloud, boots, "nova", "blocked").status == 401
    assert muted(cloud) == []
