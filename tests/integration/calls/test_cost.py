"""An operation makes the calls that the design says, and no other."""

import pytest

from local.in_process.host import Agent
from tests.integration.calls.operations import BATCH, GET, PUT, QUERY, TRANSACT, UPDATE, operations
from tests.integration.cloud import Cloud

# What a write of these is about is a condition of its own, or read again before a refusal; a lease
# is only told of. Of the agents, only the caller and the recipient of a message decide.
LAGGING = {"ContactsTable", "AgentPresenceTable", "WorkOrdersTable"}
BOOTS = {"agent_id": {"S": "boots"}}


@pytest.fixture
def nova(cloud: Cloud) -> Agent:
    return cloud.register("nova")


@pytest.fixture
def boots(cloud: Cloud) -> Agent:
    return cloud.register("boots")


def test_each_operation_makes_as_many_calls_as_the_design_says(
    cloud: Cloud, nova: Agent, boots: Agent
):
    cost = {}

    def run(name: str, agent: Agent, route: str, query: str = "", body=None):
        cloud.cost()
        answer = cloud.call(*route.split(), query, body, caller=agent.keyed)
        assert answer.status == 200, answer.text
        cost[name] = operations(cloud)
        return answer.json

    to_boots = {"to_agent_id": "boots"}
    run("first ping", nova, "POST /messaging/ping", body=to_boots)
    run("ping", nova, "POST /messaging/ping", body=to_boots)
    sent = run("send", nova, "POST /messaging/send", body={**to_boots, "body": "x"})
    reply = {"to_agent_id": "nova", "body": "x", "reply_to_id": sent["message_id"]}
    run("first reply", boots, "POST /messaging/send", body=reply)
    run("reply", boots, "POST /messaging/send", body=reply)
    run("inbox", boots, "GET /messaging/inbox")
    run("pending", boots, "GET /messaging/inbox", "status=pending")
    run("mark-read", boots, f"POST /messaging/mark-read/{sent['message_id']}")
    run("sent", nova, "GET /messaging/sent")
    run("thread", nova, f"GET /messaging/threads/{sent['thread_id']}")
    run("message received", boots, f"GET /messaging/messages/{sent['message_id']}")
    run("message sent", nova, f"GET /messaging/messages/{sent['message_id']}")
    run("first heartbeat", boots, "POST /messaging/heartbeat")
    run("heartbeat", boots, "POST /messaging/heartbeat")
    run("feed", boots, "GET /messaging/feed")
    run("presence", nova, "GET /messaging/presence/boots")
    run("update presence", boots, "PUT /messaging/presence", body={})
    run("directory", nova, "GET /agents")
    order = {**to_boots, "title": "t", "description": "d"}
    created = run("create", nova, "POST /messaging/work-order", body=order)
    path = f"/messaging/work-order/{created['work_order_id']}"
    run("list", boots, "GET /messaging/work-orders", "role=worker&status=pending")
    run("read order", boots, f"GET {path}")
    run("accept", boots, f"POST {path}/respond", body={"action": "accept"})
    run("complete", boots, f"POST {path}/complete", body={})
    assert cost == {
        # The caller's sent log, and for the first message to an agent the caller's contact.
        "first ping": [BATCH, UPDATE, PUT, PUT],
        "ping": [BATCH, UPDATE, PUT],
        "send": [BATCH, UPDATE, PUT],
        "first reply": [BATCH, UPDATE, PUT, PUT],
        "reply": [BATCH, UPDATE, PUT],
        "inbox": [QUERY],
        "pending": [QUERY],
        "mark-read": [BATCH, UPDATE],
        "sent": [QUERY, QUERY, BATCH],
        "thread": [QUERY, BATCH, BATCH, BATCH],
        "message received": [GET],
        "message sent": [GET, QUERY, BATCH],
        "first heartbeat": [GET, UPDATE, PUT, QUERY, QUERY, QUERY, QUERY],
        "heartbeat": [GET, PUT, QUERY, QUERY, QUERY, QUERY],
        "feed": [QUERY],
        "presence": [BATCH],
        "update presence": [GET, TRANSACT],
        "directory": [QUERY, BATCH],
        "create": [BATCH, UPDATE, TRANSACT],
        "list": [QUERY, BATCH],
        "read order": [GET],
        # The second batch tells what the two parties are to each other.
        "accept": [BATCH, BATCH, TRANSACT],
        "complete": [BATCH, BATCH, TRANSACT],
    }


def test_what_decides_a_write_is_read_consistently_but_for_contacts(
    cloud: Cloud, nova: Agent, boots: Agent
):
    order_id = cloud.offer("nova", "boots")
    cloud.cost()
    cloud.post(
        f"/messaging/work-order/{order_id}/respond", body={"action": "accept"}, caller=boots.keyed
    )
    cloud.post("/messaging/ping", body={"to_agent_id": "nova"}, caller=boots.keyed)
    cloud.post("/messaging/heartbeat", caller=boots.keyed)
    for call in cloud.cost():
        if call.operation == BATCH:
            for table, keys in call.request["RequestItems"].items():
                is_of_other = table == "AgentsTable" and BOOTS not in keys["Keys"]
                assert keys["ConsistentRead"] is not (is_of_other or table in LAGGING)
        if call.operation == GET:
            assert call.request["ConsistentRead"]
