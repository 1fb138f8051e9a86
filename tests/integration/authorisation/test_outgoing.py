"""The key that called `revoke_others`: ten minutes more, to ask again and for nothing lasting."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.agents.keys import issue
from tests.integration.authorisation.gateway import Gateway, outcome
from tests.integration.authorisation.rules import FORBIDDEN
from tests.integration.authorisation.test_rotation import (
    FUTURE,
    KEYS,
    beat,
    create,
    listed,
    register,
    revoke,
)
from tests.integration.authorisation.world import MAY_CHANGE

NOON = datetime.fromisoformat("2026-11-30T12:00:00Z")
MINUTE = timedelta(minutes=1)
MOMENT = timedelta(milliseconds=1)
REVOKED = (401, "key_revoked")
OUTGOING = (403, "key_outgoing")


@pytest.fixture
def clocked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the time of the functions."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: moment)

    at(NOON)
    return at


@pytest.fixture
def key(gateway: Gateway, clocked: Any) -> str:
    return register(gateway, "nova")


def written(gateway: Gateway, key: str) -> tuple[int, str]:
    """A write with the key, by a gateway that remembers it."""
    return outcome(gateway.call("POST", "/messaging/heartbeat", key=key))


def asked(gateway: Gateway, key: str, **wanted: Any) -> tuple[int, str]:
    return outcome(gateway.call("POST", KEYS, body=wanted, key=key))


def test_the_calling_key_writes_on_for_ten_minutes_and_all_others_end(
    gateway: Gateway, key: str, clocked: Any
):
    other = create(gateway, key)["api_key"]
    assert written(gateway, key) == written(gateway, other) == (200, "")
    new = create(gateway, key, revoke_others=True)
    # The gateway remembers all of them.
    assert written(gateway, other) == REVOKED
    assert written(gateway, key) == written(gateway, new["api_key"]) == (200, "")
    clocked(NOON + 10 * MINUTE - MOMENT)
    assert written(gateway, key) == beat(gateway, key) == (200, "")
    clocked(NOON + 10 * MINUTE)
    assert written(gateway, key) == REVOKED
    assert beat(gateway, key) == beat(gateway, other) == FORBIDDEN
    assert beat(gateway, new["api_key"]) == (200, "")


def test_the_list_says_what_replaced_it_and_until_when_it_lives(gateway: Gateway, key: str):
    new = create(gateway, key, revoke_others=True)
    replacement, outgoing = sorted(listed(gateway, key), key=lambda view: view["replaced_by"] or "")
    assert (outgoing["replaced_by"], outgoing["expires_at"]) == (
        new["key_id"],
        clock.to_text(NOON + 10 * MINUTE),
    )
    assert (replacement["replaced_by"], replacement["expires_at"]) == (None, None)


def test_a_client_without_an_answer_asks_again_and_its_time_never_moves(
    gateway: Gateway, key: str, clocked: Any
):
    lost = create(gateway, key, revoke_others=True)["api_key"]
    clocked(NOON + 9 * MINUTE)
    new = create(gateway, key, revoke_others=True)
    assert beat(gateway, lost) == FORBIDDEN
    (outgoing,) = [view for view in listed(gateway, key) if view["replaced_by"]]
    assert outgoing["replaced_by"] == new["key_id"]
    assert outgoing["expires_at"] == clock.to_text(NOON + 10 * MINUTE)
    assert len(gateway.cloud.items("AgentKeysTable")) == 2
    clocked(NOON + 10 * MINUTE)
    assert beat(gateway, key) == FORBIDDEN
    assert beat(gateway, new["api_key"]) == (200, "")


def test_a_key_that_ends_sooner_ends_then(gateway: Gateway, key: str, clocked: Any):
    soon = create(gateway, key, expires_at=clock.to_text(NOON + 2 * MINUTE))["api_key"]
    create(gateway, soon, revoke_others=True)
    clocked(NOON + 2 * MINUTE)
    assert written(gateway, soon) == REVOKED
    assert beat(gateway, soon) == FORBIDDEN


def test_it_replaces_nothing_once_its_replacement_was_used(gateway: Gateway, key: str):
    """Or whoever has a leaked key would take the agent back from its owner."""
    new = create(gateway, key, revoke_others=True)["api_key"]
    assert outcome(gateway.call("GET", "/agents/me", key=new)) == (200, "")
    before = gateway.cloud.digest(*MAY_CHANGE)
    assert asked(gateway, key, revoke_others=True) == OUTGOING
    assert asked(gateway, key, revoke_others=True, key_hash="a" * 64) == OUTGOING
    assert gateway.cloud.digest(*MAY_CHANGE) == before


def test_it_makes_ends_and_leaves_nothing_that_lasts(gateway: Gateway, key: str):
    new = create(gateway, key, revoke_others=True)
    before = gateway.cloud.digest(*MAY_CHANGE)
    assert asked(gateway, key) == OUTGOING
    assert asked(gateway, key, expires_at=FUTURE, key_hash="a" * 64) == OUTGOING
    assert revoke(gateway, key, new["key_id"]) == OUTGOING
    assert outcome(gateway.call("DELETE", "/agents/me", key=key)) == OUTGOING
    assert gateway.cloud.digest(*MAY_CHANGE) == before


def test_it_ends_at_once_when_it_or_its_replacement_says_so(gateway: Gateway, key: str):
    own = listed(gateway, key)[0]["key_id"]
    new = create(gateway, key, revoke_others=True)
    assert revoke(gateway, new["api_key"], own) == (204, "")
    assert written(gateway, key) == REVOKED
    create(gateway, new["api_key"], revoke_others=True)
    assert revoke(gateway, new["api_key"], new["key_id"]) == (204, "")
    assert written(gateway, new["api_key"]) == REVOKED


def test_it_is_no_key_to_be_left_with(gateway: Gateway, key: str):
    new = create(gateway, key, revoke_others=True)
    assert revoke(gateway, new["api_key"], new["key_id"]) == (409, "last_key")
    assert beat(gateway, new["api_key"]) == (200, "")


def test_it_counts_as_a_live_key_and_is_tidied_once_it_ended(
    gateway: Gateway, key: str, clocked: Any
):
    new = create(gateway, key, revoke_others=True)["api_key"]
    for _ in range(3):
        create(gateway, new)
    assert asked(gateway, new) == (409, "too_many_keys")
    clocked(NOON + 10 * MINUTE)
    create(gateway, new)
    assert len(listed(gateway, new)) == len(gateway.cloud.items("AgentKeysTable")) == 5


def test_with_a_brought_key_the_calling_key_ends_at_once(gateway: Gateway, key: str):
    assert written(gateway, key) == (200, "")
    made, brought = issue(NOON)
    create(gateway, key, revoke_others=True, key_hash=brought.key_hash)
    assert written(gateway, key) == REVOKED
    assert beat(gateway, key) == FORBIDDEN
    assert beat(gateway, made) == (200, "")


def test_an_outgoing_key_may_still_bring_one_and_ends_then(gateway: Gateway, key: str):
    lost = create(gateway, key, revoke_others=True)["api_key"]
    made, brought = issue(NOON)
    create(gateway, key, revoke_others=True, key_hash=brought.key_hash)
    assert [beat(gateway, each) for each in (key, lost, made)] == [FORBIDDEN, FORBIDDEN, (200, "")]
    assert len(gateway.cloud.items("AgentKeysTable")) == 1
