"""A key that the client made itself: only its hash comes, and a repetition is the same request."""

from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.agents.keys import issue
from local.in_process.requests import Answer
from tests.integration.authorisation.gateway import Gateway, outcome
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.authorisation.rules import FORBIDDEN
from tests.integration.authorisation.test_rotation import (
    FUTURE,
    KEYS,
    beat,
    create,
    expire,
    listed,
    register,
    revoke,
)
from tests.integration.authorisation.world import MAY_CHANGE

TAKEN = (409, "key_taken")
NOBODYS = "a" * 64


@pytest.fixture
def made() -> tuple[str, str]:
    """A key that a client made, and its hash."""
    api_key, key = issue(clock.now())
    return api_key, key.key_hash


def registered(gateway: Gateway, **profile: Any) -> Answer:
    return gateway.call("POST", "/agents/register", body={"name": "Product Scout", **profile})


def asked(gateway: Gateway, key: str, **wanted: Any) -> tuple[int, str]:
    return outcome(gateway.call("POST", KEYS, body=wanted, key=key))


@pytest.mark.parametrize("profile", [{}, {"agent_id": "nova"}], ids=["any id", "a chosen id"])
def test_registering_again_with_the_same_key_answers_the_same(
    gateway: Gateway, made: tuple[str, str], profile: dict[str, str]
):
    api_key, key_hash = made
    first = registered(gateway, **profile, key_hash=key_hash)
    assert (first.status, first.json["api_key"]) == (201, None)
    before = gateway.cloud.digest()
    again = registered(gateway, **{**profile, "name": "Renamed"}, key_hash=key_hash)
    assert (again.status, again.json) == (201, first.json)
    assert gateway.cloud.digest() == before
    assert gateway.call("GET", "/agents/me", key=api_key).json["name"] == "Product Scout"


def test_registering_again_is_answered_though_another_took_the_name_as_its_id(
    gateway: Gateway, made: tuple[str, str]
):
    first = registered(gateway, key_hash=made[1])
    assert registered(gateway, name="Another", agent_id="product-scout").status == 201
    again = registered(gateway, key_hash=made[1])
    assert (again.status, again.json) == (201, first.json)


def test_two_registrations_at_once_with_the_same_key_make_one_agent(
    gateway: Gateway, made: tuple[str, str]
):
    def ask() -> Any:
        return registered(gateway, key_hash=made[1]).json

    with overtaken("agents", "TransactWriteItems", ask) as happened:
        assert ask() == happened[0]
    assert len(gateway.cloud.items("AgentsTable")) == 1


def test_an_id_is_taken_for_everybody_but_who_brought_its_first_key(
    gateway: Gateway, made: tuple[str, str]
):
    key = register(gateway, "nova")
    create(gateway, key, key_hash=made[1])
    before = gateway.cloud.digest()
    for key_hash in (NOBODYS, made[1]):
        answer = registered(gateway, agent_id="nova", key_hash=key_hash)
        assert outcome(answer) == (409, "agent_id_taken")
    assert gateway.cloud.digest() == before


def test_a_registration_whose_key_has_ended_is_not_answered_again(
    gateway: Gateway, made: tuple[str, str]
):
    api_key, key_hash = made
    first = registered(gateway, agent_id="nova", key_hash=key_hash).json["key_id"]
    create(gateway, api_key)
    expire(gateway, api_key, first)
    assert outcome(registered(gateway, agent_id="nova", key_hash=key_hash)) == (
        409,
        "agent_id_taken",
    )
    assert outcome(registered(gateway, key_hash=key_hash)) == TAKEN


def test_a_key_of_another_agent_is_refused_without_saying_whose(
    gateway: Gateway, made: tuple[str, str]
):
    registered(gateway, agent_id="nova", key_hash=made[1])
    key = register(gateway, "boots")
    before = gateway.cloud.digest(*MAY_CHANGE)
    answers = [
        registered(gateway, agent_id="third", key_hash=made[1]),
        gateway.call("POST", KEYS, body={"key_hash": made[1]}, key=key),
        gateway.call("POST", KEYS, body={"key_hash": made[1], "revoke_others": True}, key=key),
    ]
    for answer in answers:
        assert outcome(answer) == TAKEN
        assert "nova" not in answer.text
        assert made[1] not in answer.text
    assert gateway.cloud.digest(*MAY_CHANGE) == before
    assert beat(gateway, made[0]) == beat(gateway, key) == (200, "")


def test_creating_again_with_the_same_key_answers_the_same(gateway: Gateway, made: tuple[str, str]):
    key, wanted = register(gateway, "nova"), {"label": "first", "expires_at": FUTURE}
    for _ in range(3):
        create(gateway, key)
    first = create(gateway, key, key_hash=made[1], **wanted)
    assert (first["api_key"], first["label"], first["expires_at"]) == (None, "first", FUTURE)
    before = gateway.cloud.digest(*MAY_CHANGE)
    # The agent has five keys, and this is none more.
    assert create(gateway, key, key_hash=made[1], label="second") == first
    assert create(gateway, made[0], key_hash=made[1]) == first
    assert gateway.cloud.digest(*MAY_CHANGE) == before
    assert asked(gateway, key, key_hash=NOBODYS) == (409, "too_many_keys")


def test_who_heard_nothing_of_revoking_the_others_asks_again_with_its_new_key(
    gateway: Gateway, made: tuple[str, str]
):
    key = register(gateway, "nova")
    wanted = {"key_hash": made[1], "revoke_others": True}
    first = create(gateway, key, **wanted)
    gateway.forget()
    assert asked(gateway, key, **wanted) == FORBIDDEN
    create(gateway, made[0])
    assert create(gateway, made[0], **wanted) == create(gateway, made[0], **wanted) == first
    assert [view["key_id"] for view in listed(gateway, made[0])] == [first["key_id"]]
    assert len(gateway.cloud.items("AgentKeysTable")) == 1


def test_a_key_that_is_ending_or_has_ended_is_not_brought_again(
    gateway: Gateway, made: tuple[str, str]
):
    key = register(gateway, "nova")
    first = create(gateway, key, key_hash=made[1], expires_at=FUTURE)["key_id"]
    new = create(gateway, made[0], revoke_others=True)["api_key"]
    for calling in (made[0], new):
        assert asked(gateway, calling, key_hash=made[1], revoke_others=True) == TAKEN
    assert asked(gateway, new, key_hash=made[1]) == TAKEN
    expire(gateway, made[0], first)
    assert asked(gateway, new, key_hash=made[1]) == TAKEN


@pytest.mark.parametrize(
    "key_hash",
    ["", "a" * 63, "a" * 65, "g" * 64, "a" * 64 + "\0", 5, "am_live_" + "0" * 46],
)
def test_what_is_no_hash_is_refused(gateway: Gateway, key_hash: Any):
    key = register(gateway, "boots")
    before = gateway.cloud.digest(*MAY_CHANGE)
    answers = [
        registered(gateway, key_hash=key_hash),
        gateway.call("POST", KEYS, body={"key_hash": key_hash}, key=key),
    ]
    for answer in answers:
        assert outcome(answer) == (422, "invalid")
        assert answer.json["errors"][0]["pointer"] == "#/key_hash"
    assert gateway.cloud.digest(*MAY_CHANGE) == before


def test_a_brought_key_is_revoked_as_any(gateway: Gateway, made: tuple[str, str]):
    key = register(gateway, "nova")
    key_id = create(gateway, key, key_hash=made[1])["key_id"]
    assert beat(gateway, made[0]) == (200, "")
    assert revoke(gateway, key, key_id) == (204, "")
    assert beat(gateway, made[0]) == FORBIDDEN
    # Nothing is left of it: the same key may be brought again, and is another one.
    assert create(gateway, key, key_hash=made[1])["key_id"] != key_id
