"""Every action of the WebSocket against every wrong identity: refused, and nothing is written."""

from collections.abc import Iterator
from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.auth import Caller
from agent_messaging.feed.table import FeedTable
from agent_messaging.feed.tickets import Tickets
from agent_messaging.sockets.frames import ACTIONS
from tests.integration.authorisation.endings import ENDINGS, REVOKED, SUSPENDED
from tests.integration.authorisation.identities import MISTYPED, UNKNOWN
from tests.integration.authorisation.world import World
from tests.integration.sockets.gateway import Socket, Sockets, opened
from tests.integration.sockets.relay import Relay

CLOSED_OUT = ["nobody", "malformed", "bad checksum", "unknown", "expired", "revoked", "rotated out"]
CHECKED = ["resume", "ack", "ping", "typing"]
NO_CHANNEL = {"subscribe": (404, "channel_not_found"), "unsubscribe": (404, "channel_not_found")}
# What a refused frame may change: what the first use of a key on a day stores.
Frames = dict[str, dict[str, Any]]


@pytest.fixture
def sockets(world: World) -> Iterator[Sockets]:
    with opened(world.cloud) as sockets:
        yield sockets


@pytest.fixture
def fields(sockets: Sockets) -> Frames:
    """The right fields of each action, for Nova."""
    relay = Relay(sockets)
    (event,) = relay.append("nova")
    return {
        "resume": {},
        "ack": {"position": event.position.to_text("nova")},
        "ping": {},
        "typing": {"to_agent_id": "boots"},
        "subscribe": {"channel_id": "chn_1"},
        "unsubscribe": {"channel_id": "chn_1"},
    }


def keyed(world: World, agent_id: str) -> dict[str, Any]:
    return {"agent_id": agent_id, "key_id": world.rings[agent_id].live_id, "epoch": 1}


def resumed(world: World, sockets: Sockets, agent_id: str = "nova") -> Socket:
    socket = sockets.connect(keyed(world, agent_id))
    assert socket.send("resume")[0]["frame"] == "hello"
    return socket


def refused(frames: list[dict[str, Any]]) -> tuple[int, str]:
    (problem,) = frames
    assert problem["frame"] == "problem"
    return problem["status"], problem["code"]


@pytest.mark.parametrize("identity", CLOSED_OUT)
def test_whoever_has_no_live_key_cannot_connect(world: World, sockets: Sockets, identity: str):
    ring = world.rings["nova"]
    keys = {
        "nobody": None,
        "malformed": "nova",
        "bad checksum": MISTYPED,
        "unknown": UNKNOWN,
        "expired": ring.expired,
        "revoked": ring.revoked,
        "rotated out": ring.rotated_out,
    }
    assert list(keys) == CLOSED_OUT
    assert sockets.authorize(key=keys[identity]) is None
    assert world.digest() == world.first_digest


@pytest.mark.parametrize("action", ACTIONS)
def test_the_right_identity_gets_through(
    world: World, sockets: Sockets, fields: Frames, action: str
):
    vouched = sockets.authorize(key=world.rings["nova"].live)
    assert vouched == {each: str(value) for each, value in keyed(world, "nova").items()}
    socket = sockets.connect(vouched)
    socket.send("resume")
    frames = socket.send(action, **fields[action])
    problems = [(f["status"], f["code"]) for f in frames if f["frame"] == "problem"]
    assert problems == ([NO_CHANNEL[action]] if action in NO_CHANNEL else [])


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("action", CHECKED)
def test_a_key_that_ends_while_it_is_connected_does_nothing_any_more(
    world: World, sockets: Sockets, fields: Frames, action: str, ending: str
):
    """Also if the connection could not be closed, which ends it at its next frame."""
    end, expected = ENDINGS[ending]
    socket = resumed(world, sockets)
    sockets.management.fail(socket.connection_id, 500)
    end(world, "nova")
    sockets.management.faults.clear()
    key = f"z#ws#{socket.connection_id}"
    before = world.cloud.digest("AgentFeedTable")
    assert refused(socket.send(action, **fields[action])) == expected
    assert world.cloud.digest("AgentFeedTable") == before
    assert world.cloud.read("AgentFeedTable", agent_id="nova", entry=key) is None
    assert not socket.is_open


@pytest.mark.parametrize("action", CHECKED)
def test_a_suspended_agent_is_refused(world: World, sockets: Sockets, fields: Frames, action: str):
    socket = sockets.connect(keyed(world, "nova"))
    before = world.digest()
    with world.suspended("nova"):
        assert refused(socket.send(action, **fields[action])) == SUSPENDED
        assert not socket.is_open
    assert world.digest() == before


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", ["agent_id", "from_agent_id"])
def test_a_frame_does_not_choose_who_the_client_is(
    world: World, sockets: Sockets, fields: Frames, action: str, name: str
):
    socket = resumed(world, sockets, "third")
    before = world.digest()
    frames = socket.send(action, **{**fields[action], name: "nova"})
    assert refused(frames) == (403, "identity_mismatch")
    assert world.digest() == before


@pytest.mark.parametrize("field", ["key_id", "epoch", "connection_id", "mode", "authorizer"])
def test_what_the_gateway_vouches_for_cannot_stand_in_a_frame(
    world: World, sockets: Sockets, field: str
):
    socket = resumed(world, sockets, "third")
    assert refused(socket.send("ping", **{field: "open"})) == (422, "invalid")


@pytest.mark.parametrize("action", ["resume", "ack"])
def test_anothers_position_is_refused_like_one_that_is_not_there(
    world: World, sockets: Sockets, fields: Frames, action: str
):
    position = fields["ack"]["position"]
    name = "after" if action == "resume" else "position"
    told = []
    for wrong in (position, "1.1.0000"):
        socket = sockets.connect(keyed(world, "third"))
        (problem,) = socket.send(action, **{name: wrong})
        told.append({**problem, "request_id": ""})
    assert told[0] == told[1]
    assert (told[0]["status"], told[0]["code"]) == (400, "bad_position")


def test_anothers_ticket_is_of_no_use(world: World, sockets: Sockets):
    tickets = Tickets(FeedTable(world.cloud.dynamodb, "AgentFeedTable"))
    text, _ = tickets.create(Caller("nova", world.rings["nova"].live_id, 1), clock.now())
    secret = text.partition(".")[2]
    assert sockets.authorize(ticket=f"third.{secret}") is None
    vouched = sockets.authorize(ticket=text)
    assert vouched is not None
    assert vouched["agent_id"] == "nova"
    assert sockets.authorize(ticket=text) is None


@pytest.mark.parametrize("agent_id", ["pest", "third"])
def test_typing_to_who_blocked_or_is_closed_is_dropped(
    world: World, sockets: Sockets, agent_id: str
):
    to = {"pest": "boots", "third": "hermit"}[agent_id]
    socket, other = resumed(world, sockets, agent_id), resumed(world, sockets, to)
    assert socket.send("typing", to_agent_id=to) == []
    assert other.take() == []


def test_one_agents_connection_cannot_be_ended_by_another(world: World, sockets: Sockets):
    socket = resumed(world, sockets)
    other = Socket(sockets, socket.connection_id, keyed(world, "third"), clock.now())
    other.event("$disconnect", "DISCONNECT")
    assert sockets.listeners("nova") == [socket.connection_id]


def test_the_endings_are_all_there():
    assert {expected for _, expected in ENDINGS.values()} == {REVOKED, SUSPENDED}
