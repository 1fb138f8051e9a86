"""Who may connect: a key or a ticket, each only for its own agent, and a ticket only once."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.agents import keys as api_keys
from agent_messaging.agents.keys import checksum
from agent_messaging.auth import Caller
from agent_messaging.feed.table import FeedTable
from agent_messaging.feed.tickets import Tickets
from local.in_process.functions import fresh
from local.seed import KEYS

NOBODYS = "0123456789" * 4


@pytest.fixture
def key(sockets):
    """A new key of Nova."""
    answer = sockets.cloud.post("/agents/me/keys", {"agent_id": "nova"}, {})
    return answer.json["api_key"]


@pytest.fixture
def tickets(sockets):
    return Tickets(FeedTable(sockets.cloud.dynamodb, "AgentFeedTable"))


def test_a_key_connects_its_agent(sockets, key):
    key_id = sockets.cloud.read("AgentKeysTable", key_hash=api_keys.key_hash(key))["key_id"]
    vouched = {"agent_id": "nova", "key_id": key_id, "epoch": "1"}
    assert sockets.authorize(key=key) == vouched
    assert sockets.authorize(authorization=f"bearer {key}") == vouched
    assert sockets.connect(vouched).send("resume")[0]["agent_id"] == "nova"


def test_to_connect_with_a_key_writes_nothing_but_the_day_of_its_use(sockets, key):
    sockets.authorize(key=key)
    sockets.cloud.cost()
    before = sockets.cloud.digest()
    sockets.connect(sockets.authorize(key=key))
    assert [call.operation for call in sockets.cloud.cost()] == ["GetItem"]
    assert sockets.cloud.digest() == before


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "nova",
        f"am_live_{NOBODYS}{checksum(NOBODYS)}",
        f"am_live_{NOBODYS}000000",
        KEYS["nova-agent-id"],
    ],
)
def test_a_wrong_key_is_refused_without_a_word(sockets, wrong):
    assert sockets.authorize(key=wrong) is None
    assert sockets.authorize() is None


def test_a_revoked_an_expired_and_a_penalized_key_are_refused(sockets, key):
    hashed = {"key_hash": api_keys.key_hash(key)}
    item = sockets.cloud.read("AgentKeysTable", **hashed)
    past, future = "2020-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"
    for change in ({"expires_at": past}, {"refused_until": future}):
        sockets.cloud.write("AgentKeysTable", {**item, **change})
        assert sockets.authorize(key=key) is None
    sockets.cloud.write("AgentKeysTable", item)
    path = f"/agents/me/keys/{item['key_id']}"
    sockets.cloud.call("DELETE", path, {"agent_id": "nova"})
    assert sockets.authorize(key=key) is None


def test_a_ticket_connects_once(sockets, tickets):
    text, _ = tickets.create(Caller("nova", "key_1", 1), clock.now())
    assert sockets.authorize(ticket=text) == {"agent_id": "nova", "key_id": "key_1", "epoch": "1"}
    assert sockets.authorize(ticket=text) is None


def test_an_expired_an_unknown_and_a_malformed_ticket_are_refused(sockets, tickets):
    text, _ = tickets.create(Caller("nova", "key_1", 1), clock.now() - timedelta(minutes=1))
    for wrong in (text, "nova." + "a" * 32, "nova.", "nova", "", "a" * 5000):
        assert sockets.authorize(ticket=wrong) is None


def test_anothers_ticket_connects_as_its_own_agent_or_not_at_all(sockets, tickets):
    text, _ = tickets.create(Caller("boots", "key_2", 1), clock.now())
    secret = text.partition(".")[2]
    assert sockets.authorize(ticket=f"nova.{secret}") is None
    assert sockets.authorize(ticket=text)["agent_id"] == "boots"


def test_a_wrong_key_is_refused_with_a_good_ticket_and_leaves_it(sockets, tickets):
    text, _ = tickets.create(Caller("nova", "key_1", 1), clock.now())
    assert sockets.authorize(key="wrong", ticket=text) is None
    assert sockets.authorize(ticket=text) is not None


def test_a_ticket_of_a_key_that_was_revoked_since_gets_no_event(sockets, tickets, nova, relay):
    text, _ = tickets.create(Caller("nova", nova["key_id"], 1), clock.now())
    sockets.cloud.post("/agents/me/keys", {"agent_id": "nova"}, {})
    sockets.cloud.call("DELETE", f"/agents/me/keys/{nova['key_id']}", {"agent_id": "nova"})
    relay.append("nova")
    socket = sockets.connect(sockets.authorize(ticket=text))
    (problem,) = socket.send("resume")
    assert (problem["status"], problem["code"]) == (401, "key_revoked")
    assert not socket.is_open


def test_the_local_keys_work_only_where_local_only_is_set(sockets, monkeypatch):
    monkeypatch.setenv("LOCAL_ONLY", "keys")
    module = fresh("sockets_authorizer", LOCAL_ONLY="keys")
    assert module.keys._accepts_local_keys is True
    monkeypatch.delenv("LOCAL_ONLY")
    assert fresh("sockets_authorizer").keys._accepts_local_keys is False


def test_open_mode_connects_whom_the_local_server_names(sockets):
    opened = sockets.connect({"mode": "open", "agent_id": "nova"})
    assert opened.send("resume")[0]["agent_id"] == "nova"
    assert opened.send("ping")[0]["frame"] == "pong"
    unknown = sockets.connect({"mode": "open", "agent_id": "nobody"})
    (problem,) = unknown.send("resume")
    assert (problem["status"], problem["code"]) == (404, "agent_not_found")
    assert not unknown.is_open


def test_an_event_without_an_authorizer_is_nobodys(sockets):
    socket = sockets.connect({})
    (problem,) = socket.send("ping")
    assert (problem["status"], problem["code"]) == (401, "unauthorized")
    assert not socket.is_open
