"""Revoked, then written: nothing is accepted from the very next call on.

The gateway still remembers what the authorizer said before, so it is the functions that refuse.
"""

import pytest

from tests.integration.authorisation.endings import ENDINGS, REVOKED, SUSPENDED
from tests.integration.authorisation.gateway import outcome
from tests.integration.authorisation.identities import RIGHT, attempt
from tests.integration.authorisation.right_calls import RIGHT_CALLS
from tests.integration.authorisation.rules import FORBIDDEN
from tests.integration.authorisation.world import World

WRITES = [
    route
    for route, call in RIGHT_CALLS.items()
    if not route.startswith("GET ") and call.caller is not None
]
# A new epoch that leaves the keys' own items is nobody's to make: reading goes by these.
END_READING = ["key deleted", "others revoked", "replaced by the operator", "left"]
CELLS = [(ending, route) for ending in ENDINGS for route in WRITES]


def remembered(world: World, agent_id: str) -> None:
    """The gateway knows the agent's live key from now on."""
    world.done(agent_id, "GET", "/agents/me")


def test_every_write_is_tried_after_every_ending():
    assert len(WRITES) >= 18
    assert len(CELLS) == 6 * len(WRITES)


@pytest.mark.parametrize(("ending", "route"), CELLS)
def test_what_is_revoked_writes_nothing_from_the_next_call_on(
    world: World, ending: str, route: str
):
    end, expected = ENDINGS[ending]
    caller = RIGHT_CALLS[route].caller
    remembered(world, caller)
    end(world, caller)
    asked, before = world.gateway.asked, world.digest()
    answer = attempt(world, route, RIGHT)
    assert outcome(answer) == expected
    assert world.digest() == before
    assert world.gateway.asked == asked


def test_one_of_them_written_out(world: World):
    ring = world.rings["nova"]
    body = {"to_agent_id": "boots", "body": "Still here"}
    assert world.gateway.call("POST", "/messaging/send", body=body, key=ring.live).status == 200
    path = f"/agents/me/keys/{ring.live_id}"
    assert world.gateway.call("DELETE", path, key=ring.spare).status == 204
    answer = world.gateway.call("POST", "/messaging/send", body=body, key=ring.live)
    assert (answer.status, answer.json["code"]) == (401, "key_revoked")
    inbox = world.done("boots", "GET", "/messaging/inbox")["messages"]
    assert [message["body"] for message in inbox].count("Still here") == 1


@pytest.mark.parametrize("ending", END_READING)
def test_reading_ends_with_the_gateways_minute(world: World, ending: str):
    """The inbox is one query, and asks no other table whether the key still holds."""
    remembered(world, "nova")
    ENDINGS[ending][0](world, "nova")
    key = world.rings["nova"].live

    def read() -> tuple[int, str]:
        return outcome(world.gateway.call("GET", "/messaging/inbox", key=key))

    assert read() == (200, "")
    world.gateway.now = 60.0
    assert read() == FORBIDDEN


def test_a_key_may_revoke_itself_and_is_gone(world: World):
    ring = world.rings["nova"]
    path = f"/agents/me/keys/{ring.live_id}"
    assert world.gateway.call("DELETE", path, key=ring.live).status == 204
    assert outcome(world.gateway.call("POST", "/messaging/heartbeat", key=ring.live)) == REVOKED
    world.gateway.forget()
    assert outcome(world.gateway.call("POST", "/messaging/heartbeat", key=ring.live)) == FORBIDDEN
    assert outcome(world.gateway.call("POST", "/messaging/heartbeat", key=ring.spare)) == (200, "")


def test_suspension_ends_when_the_operator_says_so(world: World):
    key = world.rings["nova"].live
    with world.suspended("nova"):
        assert outcome(world.gateway.call("POST", "/messaging/heartbeat", key=key)) == SUSPENDED
        profile = world.gateway.call("GET", "/agents/me", key=key)
        assert (profile.status, profile.json["status"]) == (200, "suspended")
    assert outcome(world.gateway.call("POST", "/messaging/heartbeat", key=key)) == (200, "")


def test_a_key_that_expires_while_it_is_remembered_writes_nothing(world: World):
    ring = world.rings["nova"]
    remembered(world, "nova")
    world.expire("nova", ring.live, ring.live_id)
    before = world.digest()
    assert outcome(world.gateway.call("POST", "/messaging/heartbeat", key=ring.live)) == REVOKED
    assert world.digest() == before
