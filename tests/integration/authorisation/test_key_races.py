"""Two changes of an agent's keys at once: the second finds the first, and one key always stays."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.authorisation.gateway import outcome
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.authorisation.world import Ring, World

KEYS = "/agents/me/keys"


def delete(world: World, key: str, key_id: str) -> tuple[int, str]:
    return outcome(world.gateway.call("DELETE", f"{KEYS}/{key_id}", key=key))


def create(world: World, key: str, **wanted: object) -> tuple[int, str]:
    return outcome(world.gateway.call("POST", KEYS, body=wanted, key=key))


def alive(world: World, *keys: str) -> list[bool]:
    """Which of the keys may write, by a gateway that remembers nobody."""
    world.gateway.forget()
    return [
        world.gateway.call("POST", "/messaging/heartbeat", key=key).status < 300 for key in keys
    ]


# What happens first although it came second, and what comes of the revocation that it overtook;
# the two live keys of an agent are called the live one and the spare.
Deletion = Callable[[World, Ring], tuple[int, str]]
PAIRS: list[tuple[Deletion, Deletion, tuple[int, str], list[bool]]] = [
    (
        lambda world, ring: delete(world, ring.live, ring.live_id),
        lambda world, ring: delete(world, ring.spare, ring.spare_id),
        (409, "last_key"),
        [True, False],
    ),
    (
        lambda world, ring: delete(world, ring.live, ring.spare_id),
        lambda world, ring: delete(world, ring.live, ring.spare_id),
        (404, "key_not_found"),
        [True, False],
    ),
    (
        lambda world, ring: delete(world, ring.live, ring.spare_id),
        lambda world, ring: delete(world, ring.spare, ring.live_id),
        (401, "key_revoked"),
        [False, True],
    ),
    (
        lambda world, ring: delete(world, ring.live, ring.live_id),
        lambda world, ring: delete(world, ring.live, ring.spare_id),
        (409, "last_key"),
        [True, False],
    ),
]


@pytest.mark.parametrize(("overtaken_one", "first", "expected", "stay"), PAIRS)
def test_of_two_revocations_at_once_one_key_stays(
    world: World, overtaken_one: Deletion, first: Deletion, expected: object, stay: list[bool]
):
    ring = world.rings["nova"]
    with overtaken("agents", "TransactWriteItems", lambda: first(world, ring)) as happened:
        answered = overtaken_one(world, ring)
    assert happened == [(204, "")]
    assert answered == expected
    assert alive(world, ring.live, ring.spare) == stay


def stored(world: World) -> tuple[set[str], set[str]]:
    """Nova's keys as her own item knows them, and as the authorizer's table does."""
    mine = world.cloud.read("AgentsTable", agent_id="nova")["keys"]
    items = world.cloud.items("AgentKeysTable")
    return set(mine), {each["key_id"] for each in items if each["agent_id"] == "nova"}


def test_of_two_keys_at_once_the_sixth_is_refused(world: World):
    ring = world.rings["nova"]
    assert create(world, ring.live) == create(world, ring.live) == (201, "")
    with overtaken("agents", "TransactWriteItems", lambda: create(world, ring.live)) as happened:
        answered = create(world, ring.spare)
    assert happened == [(201, "")]
    assert answered == (409, "too_many_keys")
    mine, authorizers = stored(world)
    assert mine == authorizers
    assert len(mine) == 5


@pytest.mark.parametrize(("wanted", "outgoing"), [({}, 1), ({"key_hash": "a" * 64}, 0)])
def test_a_key_that_is_created_while_the_others_are_revoked_goes_with_them(
    world: World, wanted: dict[str, str], outgoing: int
):
    ring = world.rings["nova"]
    with overtaken("agents", "TransactWriteItems", lambda: create(world, ring.spare)) as happened:
        answered = create(world, ring.live, revoke_others=True, **wanted)
    assert happened == [(201, "")]
    assert answered == (201, "")
    mine, authorizers = stored(world)
    assert mine == authorizers
    assert len(mine) == 1 + outgoing
    assert alive(world, ring.live, ring.spare) == [bool(outgoing), False]


def test_of_two_requests_that_bring_the_same_key_both_answer_it(world: World):
    """As when a client has not heard of the first, and asks again while it is on its way."""
    ring = world.rings["nova"]

    def bring() -> dict[str, Any]:
        body = {"key_hash": "a" * 64}
        answer = world.gateway.call("POST", KEYS, body=body, key=ring.live)
        assert answer.status == 201, answer.text
        made: dict[str, Any] = answer.json
        return made

    with overtaken("agents", "TransactWriteItems", bring) as happened:
        answered = bring()
    assert happened == [answered]
    mine, authorizers = stored(world)
    assert mine == authorizers
    assert len([each for each in mine if each == answered["key_id"]]) == 1


def test_a_key_that_becomes_outgoing_while_it_creates_another_creates_none(world: World):
    ring = world.rings["nova"]

    def leave() -> tuple[int, str]:
        return create(world, ring.live, revoke_others=True)

    with overtaken("agents", "TransactWriteItems", leave) as happened:
        answered = create(world, ring.live)
    assert happened == [(201, "")]
    assert answered == (403, "key_outgoing")
    mine, authorizers = stored(world)
    assert mine == authorizers
    assert len(mine) == 2


def test_a_replacement_that_is_used_while_it_is_replaced_again_stays(world: World):
    ring = world.rings["nova"]
    body = {"revoke_others": True}
    first = world.gateway.call("POST", KEYS, body=body, key=ring.live).json["api_key"]

    def use() -> int:
        world.gateway.forget()
        return world.gateway.call("GET", "/agents/me", key=first).status

    with overtaken("agents", "TransactWriteItems", use) as happened:
        answered = create(world, ring.live, revoke_others=True)
    assert happened == [200]
    assert answered == (403, "key_outgoing")
    assert alive(world, first) == [True]


def test_a_key_that_is_created_while_the_agent_leaves_does_not_outlive_it(world: World):
    ring = world.rings["nova"]
    with overtaken("agents", "TransactWriteItems", lambda: create(world, ring.spare)) as happened:
        answer = world.gateway.call("DELETE", "/agents/me", key=ring.live)
    assert happened == [(201, "")]
    assert outcome(answer) == (503, "contention")
    assert world.gateway.call("DELETE", "/agents/me", key=ring.live).status == 200
    items = world.cloud.items("AgentKeysTable")
    assert not [each for each in items if each["agent_id"] == "nova"]


def test_keys_that_keep_changing_are_503_and_nothing_is_written(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("agent_messaging.storage.table.FIRST_WAIT_SECONDS", 0)
    reasons = [{"Code": "ConditionalCheckFailed"}, {"Code": "None"}]
    error = {"Code": "TransactionCanceledException", "Message": "cancelled"}
    world.cloud.fail("TransactWriteItems", 99, {"Error": error, "CancellationReasons": reasons})
    before = world.digest()
    assert create(world, world.rings["nova"].live) == (503, "contention")
    assert world.digest() == before
