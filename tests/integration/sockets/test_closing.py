"""A key that ends, an agent that leaves or is suspended: its connections end, and no others."""

import dataclasses

import pytest

from agent_messaging.agents.key_table import AgentKeysTable
from agent_messaging.agents.table import AgentsTable
from local.in_process.functions import app
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.sockets.gateway import resumed
from tools.operating import operate


@pytest.fixture
def spare(sockets):
    """What the authorizer says of Nova's other key."""
    answer = sockets.cloud.post("/agents/me/keys", {"agent_id": "nova"}, {})
    return {"agent_id": "nova", "key_id": answer.json["key_id"], "epoch": 1}


@pytest.fixture
def registry(sockets):
    client = sockets.cloud.dynamodb
    return operate.Registry(
        client,
        AgentsTable(client, "AgentsTable"),
        AgentKeysTable(client, "AgentKeysTable"),
        app("agents").closing,
    )


def revoke(sockets, vouched, caller):
    path = f"/agents/me/keys/{vouched['key_id']}"
    assert sockets.cloud.call("DELETE", path, caller=caller).status == 204


def test_a_revoked_keys_connections_are_closed_and_the_others_stay(sockets, nova, spare, boots):
    ended, stays, others = (resumed(sockets, each) for each in (nova, spare, boots))
    revoke(sockets, nova, spare)
    assert [each.is_open for each in (ended, stays, others)] == [False, True, True]
    assert sockets.listeners("nova") == [stays.connection_id]


def test_revoking_all_other_keys_at_once_closes_theirs_and_the_callers(sockets, nova, spare):
    connections = [resumed(sockets, each) for each in (nova, spare)]
    body = {"revoke_others": True, "key_hash": "a" * 64}
    sockets.cloud.post("/agents/me/keys", body=body, caller=nova)
    assert not any(each.is_open for each in connections)


def test_the_key_that_becomes_outgoing_keeps_its_connection_for_its_ten_minutes(
    sockets, nova, spare
):
    own, other = (resumed(sockets, each) for each in (nova, spare))
    sockets.cloud.post("/agents/me/keys", body={"revoke_others": True}, caller=nova)
    assert (own.is_open, other.is_open) == (True, False)


def test_leaving_closes_all_connections(sockets, nova, spare):
    connections = [resumed(sockets, each) for each in (nova, spare)]
    assert sockets.cloud.call("DELETE", "/agents/me", caller=nova).status == 200
    assert not any(each.is_open for each in connections)
    assert sockets.listeners("nova") == []


def test_a_suspended_agents_connections_are_closed(sockets, nova, registry):
    connections = [resumed(sockets, each) for each in (nova, nova)]
    assert operate.suspend(registry, "nova") == "nova is suspended. It can only read."
    assert not any(each.is_open for each in connections)
    socket = sockets.connect(nova)
    (problem,) = socket.send("resume")
    assert (problem["status"], problem["code"]) == (403, "agent_suspended")
    assert not socket.is_open
    operate.reinstate(registry, "nova")
    assert sockets.connect(nova).send("resume")[0]["frame"] == "hello"


def test_the_operator_replaces_a_key_and_closes_its_connections(sockets, nova, registry):
    socket = resumed(sockets, nova)
    assert len(operate.replace_key(registry, "nova").splitlines()) == 2
    assert not socket.is_open


def test_without_a_way_to_close_the_operator_is_told_what_happens(sockets, nova, registry):
    socket = resumed(sockets, nova)
    said = operate.suspend(dataclasses.replace(registry, closing=None), "nova")
    assert "end at their next ping" in said
    assert socket.is_open


@pytest.mark.parametrize("answers", [(500,), (429,), (None,)])
def test_a_connection_that_cannot_be_closed_fails_no_request_and_ends_at_its_ping(
    sockets, nova, spare, relay, answers
):
    socket = resumed(sockets, nova)
    sockets.management.fail(socket.connection_id, *answers)
    revoke(sockets, nova, spare)
    assert socket.is_open
    relay.run("nova")
    assert socket.take() == []  # It gets no event any more.
    (problem,) = socket.send("ping")
    assert (problem["status"], problem["code"]) == (401, "key_revoked")
    assert not socket.is_open


def test_tables_that_fail_meanwhile_fail_no_request(sockets, nova, spare):
    socket = resumed(sockets, nova)
    error = {"Error": {"Code": "InternalServerError", "Message": ""}}
    sockets.cloud.fail("Query", 1, error)
    revoke(sockets, nova, spare)
    assert sockets.listeners("nova") == [socket.connection_id]
    assert socket.send("ping")[0]["code"] == "key_revoked"
    assert sockets.listeners("nova") == []


@pytest.mark.parametrize("action", ["resume", "ack", "ping", "typing"])
def test_a_revoked_keys_frames_are_refused_and_write_nothing(sockets, nova, spare, relay, action):
    (event,) = relay.append("nova")
    fields = {
        "ack": {"position": event.position.to_text("nova")},
        "typing": {"to_agent_id": "boots"},
    }
    socket = sockets.connect(nova)
    revoke(sockets, nova, spare)
    before = sockets.cloud.digest()
    (problem,) = socket.send(action, **fields.get(action, {}))
    assert (problem["status"], problem["code"]) == (401, "key_revoked")
    assert not socket.is_open
    assert sockets.cloud.digest() == before


@pytest.mark.parametrize("operation", ["UpdateItem", "GetItem", "Query"])
def test_a_key_that_is_revoked_while_it_resumes_leaves_no_open_connection(
    sockets, nova, spare, operation
):
    """Before its listener is written, before its key is read, and after."""
    socket = sockets.connect(nova)
    with overtaken("sockets", operation, lambda: revoke(sockets, nova, spare)) as happened:
        socket.send("resume")
    assert happened
    assert not socket.is_open
    assert sockets.listeners("nova") == []


def test_an_agent_without_connections_pays_one_small_read(sockets, nova, spare):
    sockets.cloud.cost()
    revoke(sockets, nova, spare)
    calls = [call.operation for call in sockets.cloud.cost()]
    assert calls == ["GetItem", "TransactWriteItems", "Query"]
    assert app("agents").connections._client.closed == []
