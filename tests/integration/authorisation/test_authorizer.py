"""What the authorizer asks and answers, and what the gateway remembers of that."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.agents.keys import key_hash
from local.in_process.functions import app
from local.in_process.runtime import Context
from tests.integration.authorisation.gateway import outcome
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.authorisation.rules import FORBIDDEN, UNAUTHORIZED
from tests.integration.authorisation.world import World

THROTTLED = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}}
FAILED = (500, '{"message":"Internal Server Error"}')


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting between attempts is not what is tested."""
    monkeypatch.setattr("agent_messaging.storage.table.FIRST_WAIT_SECONDS", 0)


def asked(world: World, **headers: str) -> tuple[int, str]:
    return outcome(world.gateway.call("GET", "/agents/me", **headers))


def vouched(key: str) -> dict:
    return app("authorizer").handler({"headers": {"Authorization": f"Bearer {key}"}}, Context())


def grant(world: World) -> dict:
    item = world.cloud.read("AgentKeysTable", key_hash=key_hash(world.rings["nova"].live))
    assert item is not None
    return item


def test_a_key_is_vouched_for_by_agent_key_and_epoch_and_nothing_else(world: World):
    ring = world.rings["nova"]
    context = {"agent_id": "nova", "key_id": ring.live_id, "epoch": 1}
    assert vouched(ring.live) == {"isAuthorized": True, "context": context}
    for ended in (ring.expired, ring.revoked, ring.rotated_out):
        assert vouched(ended) == {"isAuthorized": False}
    stored = world.cloud.read("AgentKeysTable", key_hash=key_hash(ring.live))
    world.cloud.write("AgentKeysTable", {**stored, "epoch": 2})
    assert vouched(ring.live)["context"] == {**context, "epoch": 2}


def test_the_header_is_read_as_it_comes(world: World):
    key, other = world.rings["nova"].live, world.rings["boots"].live
    for header in (f"bearer {key}", f"BEARER {key}", f"Bearer    {key}"):
        assert asked(world, authorization=header) == (200, "")
    for header in (
        key,
        f"Bearer {key},Bearer {other}",
        f"Bearer {key} {other}",
        f"Bearer {key}\n",
        f"Bearer {key[:-1]}\u0663",
        f"Basic {key}",
        "Bearer ",
    ):
        assert asked(world, authorization=header) == FORBIDDEN


def test_without_a_header_or_with_an_empty_one_the_authorizer_is_not_asked(world: World):
    assert asked(world) == UNAUTHORIZED
    assert asked(world, authorization="") == UNAUTHORIZED
    assert asked(world, x_registration_key="x", cookie="authorization=Bearer x") == UNAUTHORIZED
    assert world.gateway.asked == 0


def test_an_event_without_headers_is_refused(world: World):
    for event in ({}, {"headers": None}, {"headers": {}}, {"headers": {"authorization": ""}}):
        assert app("authorizer").handler(event, Context()) == {"isAuthorized": False}


def test_the_read_is_consistent_and_the_only_one(world: World):
    vouched(world.rings["nova"].live)
    world.cloud.cost()
    vouched(world.rings["nova"].live)
    (read,) = world.cloud.cost()
    assert (read.operation, read.request["TableName"]) == ("GetItem", "AgentKeysTable")
    assert read.request["ConsistentRead"] is True


def test_an_answer_is_remembered_for_a_minute_yes_and_no_alike(world: World):
    ring = world.rings["nova"]
    for key, expected in ((ring.live, (200, "")), (ring.revoked, FORBIDDEN)):
        world.gateway.forget()
        for now, times in ((0.0, 1), (59.9, 1), (60.0, 2), (119.9, 2), (120.0, 3)):
            world.gateway.now = now
            assert asked(world, authorization=f"Bearer {key}") == expected
            assert world.gateway.asked == times


def test_a_key_ends_at_the_very_moment_it_expires(world: World, monkeypatch: pytest.MonkeyPatch):
    moment = clock.now()
    ring = world.rings["nova"]
    world.expire("nova", ring.live, ring.live_id, clock.to_text(moment))

    def at(now: object) -> bool:
        monkeypatch.setattr(clock, "now", lambda: now)
        return bool(vouched(ring.live)["isAuthorized"])

    assert at(moment - timedelta(milliseconds=1))
    assert not at(moment)
    assert not at(moment + timedelta(milliseconds=1))


def test_the_day_of_last_use_is_written_once_a_day(world: World, monkeypatch: pytest.MonkeyPatch):
    first = clock.now().replace(hour=23, minute=59) + timedelta(days=1)
    writes = []
    for hours in (0, 0, 0, 1, 12, 23.9, 25, 25):
        monkeypatch.setattr(clock, "now", lambda: first + timedelta(hours=hours))  # noqa: B023
        assert vouched(world.rings["nova"].live)["isAuthorized"]
        writes += [c.operation for c in world.cloud.cost() if c.operation != "GetItem"]
        assert grant(world)["last_used_on"] == clock.now().date().isoformat()
    assert writes == ["UpdateItem"] * 3


def test_a_clock_that_lags_does_not_set_the_day_back(world: World, monkeypatch: pytest.MonkeyPatch):
    today = clock.now()
    monkeypatch.setattr(clock, "now", lambda: today + timedelta(days=1))
    vouched(world.rings["nova"].live)
    day = grant(world)["last_used_on"]
    monkeypatch.setattr(clock, "now", lambda: today)
    assert vouched(world.rings["nova"].live)["isAuthorized"]
    assert grant(world)["last_used_on"] == day


def test_of_two_first_uses_at_once_the_later_day_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    unused(world)
    today = clock.now()

    def used_tomorrow() -> None:
        monkeypatch.setattr(clock, "now", lambda: today + timedelta(days=1))
        vouched(world.rings["nova"].live)

    with overtaken("authorizer", "UpdateItem", used_tomorrow) as happened:
        assert vouched(world.rings["nova"].live)["isAuthorized"]
    assert happened == [None]
    assert grant(world)["last_used_on"] == (today + timedelta(days=1)).date().isoformat()


def unused(world: World) -> None:
    item = grant(world)
    item.pop("last_used_on", None)
    world.cloud.write("AgentKeysTable", item)


def test_a_key_that_is_revoked_while_it_is_used_does_not_come_back(world: World):
    unused(world)
    ring = world.rings["nova"]

    def revoke() -> int:
        path = f"/agents/me/keys/{ring.live_id}"
        return world.gateway.call("DELETE", path, key=ring.spare).status

    with overtaken("authorizer", "UpdateItem", revoke) as happened:
        vouched(ring.live)
    assert happened == [204]
    assert world.cloud.read("AgentKeysTable", key_hash=key_hash(ring.live)) is None
    assert vouched(ring.live) == {"isAuthorized": False}


def test_what_becomes_of_the_day_is_no_reason_to_refuse(world: World):
    unused(world)
    world.cloud.fail("UpdateItem", 99, THROTTLED)
    assert asked(world, authorization=f"Bearer {world.rings['nova'].live}") == (200, "")
    assert "last_used_on" not in grant(world)


def test_what_dynamodb_cannot_tell_is_500_and_not_remembered(world: World):
    world.cloud.fail("GetItem", 1, THROTTLED)
    header = f"Bearer {world.rings['nova'].live}"
    assert asked(world, authorization=header) == FAILED
    assert asked(world, authorization=header) == (200, "")
    assert world.gateway.asked == 2
