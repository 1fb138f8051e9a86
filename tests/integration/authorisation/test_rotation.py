"""The keys of an agent: several at once, each ended by itself, and never none."""

from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.agents.keys import is_well_formed, issue, key_hash
from local.in_process.requests import Answer
from tests.integration.authorisation.gateway import Gateway, outcome
from tests.integration.authorisation.rules import FORBIDDEN
from tests.integration.authorisation.world import MAY_CHANGE

KEYS = "/agents/me/keys"
FUTURE = "2099-02-16T20:00:00.000Z"


@pytest.fixture
def key(gateway: Gateway) -> str:
    return register(gateway, "nova")


def register(gateway: Gateway, agent_id: str) -> str:
    body = {"agent_id": agent_id, "name": agent_id.title()}
    api_key: str = gateway.call("POST", "/agents/register", body=body).json["api_key"]
    return api_key


def create(gateway: Gateway, key: str, **wanted: Any) -> dict[str, Any]:
    answer = gateway.call("POST", KEYS, body=wanted, key=key)
    assert answer.status == 201, answer.text
    created: dict[str, Any] = answer.json
    return created


def revoke(gateway: Gateway, key: str, key_id: str) -> tuple[int, str]:
    return outcome(gateway.call("DELETE", f"{KEYS}/{key_id}", key=key))


def listed(gateway: Gateway, key: str) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = gateway.call("GET", KEYS, key=key).json["keys"]
    return keys


def beat(gateway: Gateway, key: str) -> tuple[int, str]:
    """A write with the key, by a gateway that remembers nobody."""
    gateway.forget()
    return outcome(gateway.call("POST", "/messaging/heartbeat", key=key))


def expire(gateway: Gateway, key: str, key_id: str) -> None:
    past = "2026-01-01T00:00:00.000Z"
    gateway.cloud.change("AgentKeysTable", {"key_hash": key_hash(key)}, expires_at=past)
    item = gateway.cloud.read("AgentsTable", agent_id="nova")
    item["keys"][key_id]["expires_at"] = past
    gateway.cloud.write("AgentsTable", item)


def test_two_keys_live_at_once_and_each_ends_alone(gateway: Gateway, key: str):
    second = create(gateway, key)
    assert beat(gateway, key) == beat(gateway, second["api_key"]) == (200, "")
    assert revoke(gateway, second["api_key"], listed(gateway, key)[0]["key_id"]) == (204, "")
    assert beat(gateway, key) == FORBIDDEN
    assert beat(gateway, second["api_key"]) == (200, "")


def test_a_created_key_is_answered_once_with_all_that_was_asked(gateway: Gateway, key: str):
    created = create(gateway, key, label="the second machine", expires_at=FUTURE)
    assert is_well_formed(created["api_key"])
    assert created == {
        "success": True,
        "key_id": created["key_id"],
        "api_key": created["api_key"],
        "label": "the second machine",
        "created_at": created["created_at"],
        "expires_at": FUTURE,
        "content_flags": [],
    }
    assert "replaced_by" not in created
    (view,) = [each for each in listed(gateway, key) if each["key_id"] == created["key_id"]]
    assert view == {
        "key_id": created["key_id"],
        "label": "the second machine",
        "created_at": created["created_at"],
        "expires_at": FUTURE,
        "is_live": True,
        "last_used_at": None,
        "replaced_by": None,
        "content_flags": [],
    }


def test_the_list_shows_no_secret_and_the_day_of_use(gateway: Gateway, key: str):
    second = create(gateway, key, label="unused")
    answer = gateway.call("GET", KEYS, key=key)
    assert [view["label"] for view in answer.json["keys"]] == [None, "unused"]
    assert [view["last_used_at"] is not None for view in answer.json["keys"]] == [True, False]
    for secret in (key, second["api_key"]):
        for part in (secret, secret[8:], key_hash(secret), "am_live_", "hash"):
            assert part not in answer.text


def test_five_keys_are_the_most(gateway: Gateway, key: str):
    created = [create(gateway, key) for _ in range(4)]
    before = gateway.cloud.digest(*MAY_CHANGE)
    answer = gateway.call("POST", KEYS, body={}, key=key)
    assert outcome(answer) == (409, "too_many_keys")
    assert gateway.cloud.digest(*MAY_CHANGE) == before
    assert revoke(gateway, key, created[0]["key_id"]) == (204, "")
    create(gateway, key)
    assert len(gateway.cloud.items("AgentKeysTable")) == len(listed(gateway, key)) == 5


def test_expired_keys_do_not_count_and_are_tidied(gateway: Gateway, key: str):
    created = [create(gateway, key, expires_at=FUTURE) for _ in range(4)]
    for each in created[:3]:
        expire(gateway, each["api_key"], each["key_id"])
        assert beat(gateway, each["api_key"]) == FORBIDDEN
    assert [view["is_live"] for view in listed(gateway, key)] == [True, False, False, False, True]
    create(gateway, key)
    assert [view["is_live"] for view in listed(gateway, key)] == [True, True, True]
    assert len(gateway.cloud.items("AgentKeysTable")) == 3


def test_the_last_live_key_stays_whatever_expired_ones_there_are(gateway: Gateway, key: str):
    second = create(gateway, key, expires_at=FUTURE)
    expire(gateway, second["api_key"], second["key_id"])
    own = listed(gateway, key)[0]["key_id"]
    assert revoke(gateway, key, own) == (409, "last_key")
    assert revoke(gateway, key, second["key_id"]) == (204, "")
    assert revoke(gateway, key, own) == (409, "last_key")
    assert beat(gateway, key) == (200, "")


def test_a_time_of_expiry_in_the_past_is_refused(gateway: Gateway, key: str):
    before = gateway.cloud.digest(*MAY_CHANGE)
    for past in ("2026-01-01T00:00:00Z", "0001-01-01T00:00:00Z"):
        answer = gateway.call("POST", KEYS, body={"expires_at": past}, key=key)
        assert outcome(answer) == (422, "invalid")
        assert answer.json["errors"][0]["pointer"] == "#/expires_at"
    assert gateway.cloud.digest(*MAY_CHANGE) == before


def test_revoking_the_others_leaves_one_key_in_one_transaction(gateway: Gateway, key: str):
    others = [key, *(create(gateway, key)["api_key"] for _ in range(4))]
    gateway.cloud.cost()
    made, brought = issue(clock.now())
    only = create(gateway, key, revoke_others=True, label="the only one", key_hash=brought.key_hash)
    assert only["api_key"] is None
    only["api_key"] = made
    reads = ("GetItem", "Query")  # the second one of the agent's connections
    writes = [call.operation for call in gateway.cloud.cost() if call.operation not in reads]
    assert writes == ["TransactWriteItems"]
    assert [beat(gateway, other) for other in others] == [FORBIDDEN] * 5
    assert beat(gateway, only["api_key"]) == (200, "")
    assert [view["label"] for view in listed(gateway, only["api_key"])] == ["the only one"]
    assert len(gateway.cloud.items("AgentKeysTable")) == 1


def test_a_key_of_another_agent_is_absent(gateway: Gateway, key: str):
    others_id = listed(gateway, register(gateway, "boots"))[0]["key_id"]
    absent = "key_01m830ztk8hqmnnzmzdykrdxts"
    before = gateway.cloud.digest(*MAY_CHANGE)

    def deleted(key_id: str) -> Answer:
        return gateway.call("DELETE", f"{KEYS}/{key_id}", key=key)

    assert outcome(deleted(others_id)) == (404, "key_not_found")
    assert deleted(others_id).but_for(others_id) == deleted(absent).but_for(absent)
    assert gateway.cloud.digest(*MAY_CHANGE) == before
