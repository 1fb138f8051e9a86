"""The operator's script, on the tables of the template."""

import re

import boto3
import pytest

from agent_messaging.agents import keys as api_keys
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tools.operating import operate


@pytest.fixture
def registry(pair: Cloud) -> operate.Registry:
    client = boto3.client("dynamodb")
    agents = operate.AgentsTable(client, "AgentsTable")
    keys = operate.AgentKeysTable(client, "AgentKeysTable")
    return operate.Registry(client, agents, keys, app("agents").closing)


def heartbeat(cloud: Cloud, caller: dict) -> tuple[int, str | None]:
    answer = cloud.post("/messaging/heartbeat", caller=caller)
    return answer.status, answer.json.get("code")


def keyed(cloud: Cloud, agent_id: str) -> dict:
    item = cloud.read("AgentsTable", agent_id=agent_id)
    return {"agent_id": agent_id, "key_id": next(iter(item["keys"])), "epoch": int(item["epoch"])}


def test_a_suspended_agent_reads_and_writes_nothing_until_it_is_reinstated(pair, registry):
    caller = keyed(pair, "nova")
    assert operate.suspend(registry, "nova") == "nova is suspended. It can only read."
    assert heartbeat(pair, caller) == (403, "agent_suspended")
    assert pair.get("/messaging/inbox", caller=caller).status == 200
    assert pair.get("/agents/me", caller=caller).json["status"] == "suspended"
    assert operate.reinstate(registry, "nova") == "nova is active."
    assert heartbeat(pair, caller) == (200, None)


def test_open_mode_knows_who_is_suspended(pair, registry):
    operate.suspend(registry, "nova")
    answer = pair.post("/messaging/heartbeat", {"agent_id": "nova"})
    assert (answer.status, answer.json["code"]) == (403, "agent_suspended")


def test_a_suspended_worker_is_offered_nothing(pair, registry):
    operate.suspend(registry, "boots")
    body = {"to_agent_id": "boots", "title": "t", "description": "d"}
    answer = pair.post("/messaging/work-order", {"from_agent_id": "nova"}, body)
    assert (answer.status, answer.json["code"]) == (409, "worker_unavailable")


def test_a_replaced_key_is_the_only_one_that_is_left(pair, registry):
    before = keyed(pair, "nova")
    pair.post("/agents/me/keys", {"agent_id": "nova"}, {"label": "second"})
    said = operate.replace_key(registry, "nova")
    api_key = said.splitlines()[-1]
    assert heartbeat(pair, before) == (401, "key_revoked")
    after = keyed(pair, "nova")
    assert after["epoch"] == 2
    assert heartbeat(pair, after) == (200, None)
    hashes = {i["key_hash"] for i in pair.items("AgentKeysTable") if i["agent_id"] == "nova"}
    assert hashes == {api_keys.key_hash(api_key)}


def test_show_tells_the_state_and_no_key(pair, registry):
    said = operate.show(registry, "nova")
    assert re.search(r"status +active\n +contact policy +open\n", said)
    assert re.search(r"key_[0-9a-z]{26}  until it is revoked, never used, no label\Z", said)
    assert "am_live_" not in said


@pytest.mark.parametrize("action", operate.ACTIONS)
def test_an_agent_that_is_not_there_is_said_so_and_nothing_written(pair, registry, action: str):
    before = pair.digest()
    with pytest.raises(operate.AgentMessagingError, match="No agent `nobody` is registered"):
        operate.ACTIONS[action](registry, "nobody")
    assert pair.digest() == before


@pytest.mark.parametrize("action", operate.ACTIONS)
def test_an_agent_that_left_stays_away(pair, registry, action: str):
    assert pair.call("DELETE", "/agents/me", {"agent_id": "third"}).status == 200
    before = pair.digest()
    with pytest.raises(operate.AgentMessagingError, match="No agent `third` is registered"):
        operate.ACTIONS[action](registry, "third")
    assert pair.digest() == before


def test_the_tables_of_a_stack_are_found_by_their_logical_ids(pair):
    template = {
        "Resources": {
            name: {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
                },
            }
            for name, key in (
                ("AgentsTable", "agent_id"),
                ("AgentKeysTable", "key_hash"),
                ("AgentFeedTable", "agent_id"),
                ("SocketsApi", "anything"),  # any resource with an id of its own
            )
        }
    }
    cloudformation = boto3.client("cloudformation")
    cloudformation.create_stack(StackName="a-stack", TemplateBody=str(template).replace("'", '"'))
    registry = operate.deployed("a-stack", None)
    assert registry.agents.table.name.startswith("a-stack-AgentsTable-")
    assert registry.keys.table.name.startswith("a-stack-AgentKeysTable-")
    posting = registry.closing.posting
    assert posting.listeners.table.name.startswith("a-stack-AgentFeedTable-")
    endpoint = posting.connections.client.meta.endpoint_url
    assert re.fullmatch(
        r"https://a-stack-[\w-]+\.execute-api\.us-east-1\.amazonaws\.com/live", endpoint
    )


def test_what_cannot_be_done_is_one_line_on_stderr(pair, capsys):
    assert operate.main(["suspend", "nova", "--stack", "no-such-stack"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "no-such-stack" in said.err
