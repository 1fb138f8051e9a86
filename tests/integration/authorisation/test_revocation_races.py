"""A key that ends between a request's read and its write: the write does not happen.

Of the writes that change the caller's own item. Each read the agent while its key was good, and
its condition finds that it is not any more.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.integration.authorisation.endings import ENDINGS, REVOKED
from tests.integration.authorisation.gateway import outcome
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.authorisation.world import World

ORDER = "/messaging/work-order"


@dataclass(frozen=True)
class Write:
    """A write to the caller's own item: by what operation of which function it goes out."""

    agent_id: str
    method: str
    path: str
    body: Any
    group: str
    operation: str = "TransactWriteItems"


WRITES = {
    "accept": Write(
        "boots", "POST", f"{ORDER}/{{offered}}/respond", {"action": "accept"}, "work_orders"
    ),
    "complete": Write("boots", "POST", f"{ORDER}/{{taken}}/complete", {}, "work_orders"),
    "fail": Write("boots", "POST", f"{ORDER}/{{lost}}/fail", {}, "work_orders"),
    "presence": Write(
        "nova", "PUT", "/messaging/presence", {"status_message": "Still here"}, "presence"
    ),
    "rename": Write("nova", "PATCH", "/agents/me", {"name": "Still Here"}, "agents"),
    "describe": Write(
        "nova", "PATCH", "/agents/me", {"description": "Still here"}, "agents", "UpdateItem"
    ),
    "create a key": Write("nova", "POST", "/agents/me/keys", {}, "agents"),
    "rotate": Write("nova", "POST", "/agents/me/keys", {"revoke_others": True}, "agents"),
    "revoke a key": Write("nova", "DELETE", "/agents/me/keys/{spare}", None, "agents"),
    "leave": Write("nova", "DELETE", "/agents/me", None, "agents"),
}
CELLS = [(ending, write) for ending in ENDINGS for write in WRITES]


def do(world: World, write: Write, key: str) -> tuple[int, str]:
    path = write.path.format(**world.names)
    return outcome(world.gateway.call(write.method, path, body=write.body, key=key))


@pytest.mark.parametrize(("ending", "name"), CELLS)
def test_a_key_that_ends_between_read_and_write_writes_nothing(
    world: World, ending: str, name: str
):
    write = WRITES[name]
    end, expected = ENDINGS[ending]

    def ended() -> str:
        end(world, write.agent_id)
        return world.digest()

    with overtaken(write.group, write.operation, ended) as happened:
        found = do(world, write, world.rings[write.agent_id].live)
    assert [world.digest()] == happened
    assert found == expected


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_key_that_ends_within_its_days_first_heartbeat_is_not_online_by_it(
    world: World, ending: str
):
    write = Write("nova", "POST", "/messaging/heartbeat", None, "presence", "UpdateItem")
    world.cloud.change("AgentsTable", {"agent_id": "nova"}, last_seen_on="2026-01-01")
    end, expected = ENDINGS[ending]
    leases = world.cloud.items("AgentPresenceTable")

    def ended() -> str:
        assert world.cloud.items("AgentPresenceTable") == leases
        end(world, write.agent_id)
        return world.digest()

    with overtaken(write.group, write.operation, ended) as happened:
        found = do(world, write, world.rings[write.agent_id].live)
    assert [world.digest()] == happened
    assert found == expected


@pytest.mark.parametrize("name", WRITES)
def test_a_key_that_does_not_end_writes(world: World, name: str):
    """The same staging with nothing in between, or the refusals would prove nothing."""
    write = WRITES[name]
    before = world.digest()
    with overtaken(write.group, write.operation, world.digest) as happened:
        status, _ = do(world, write, world.rings[write.agent_id].live)
    assert status < 300
    assert happened == [before] != [world.digest()]


def test_an_accept_that_was_overtaken_by_a_revocation_written_out(world: World):
    ring, order_id = world.rings["boots"], world.names["offered"]

    def revoke() -> int:
        path = f"/agents/me/keys/{ring.live_id}"
        return world.gateway.call("DELETE", path, key=ring.spare).status

    with overtaken("work_orders", "TransactWriteItems", revoke) as happened:
        path, body = f"/messaging/work-order/{order_id}/respond", {"action": "accept"}
        answer = world.gateway.call("POST", path, body=body, key=ring.live)
    assert happened == [204]
    assert outcome(answer) == REVOKED
    order = world.done("nova", "GET", f"/messaging/work-order/{order_id}")
    assert order["status"] == "pending"
    assert world.cloud.read("AgentsTable", agent_id="boots")["active_jobs"] == 3
