"""Pushing: in order to each live connection, whatever the others do, and never an error."""

from agent_messaging import clock
from agent_messaging.observability import metrics
from agent_messaging.sockets.connections import ATTEMPTS
from tests.integration.sockets.gateway import resumed
from tests.integration.sockets.test_resume import numbers


def test_events_reach_each_connection_in_order(sockets, nova, relay):
    connections = [resumed(sockets, nova) for _ in range(3)]
    relay.run("nova", 20)
    for each in connections:
        assert numbers(each.take()) == list(range(1, 21))


def test_a_connection_that_did_not_resume_or_lost_its_time_gets_none(sockets, nova, relay):
    silent, late = sockets.connect(nova), resumed(sockets, nova)
    key = {"agent_id": "nova", "entry": f"z#ws#{late.connection_id}"}
    sockets.cloud.change("AgentFeedTable", key, purge_at=clock.to_epoch(clock.now()))
    relay.run("nova")
    assert (silent.take(), late.take()) == ([], [])


def test_another_agents_connection_gets_none(sockets, nova, boots, relay):
    other = resumed(sockets, boots)
    resumed(sockets, nova)
    relay.run("nova")
    assert other.take() == []


def test_a_webhook_is_no_connection(sockets, nova, relay):
    sockets.cloud.write(
        "AgentFeedTable", {"agent_id": "nova", "entry": "z#hook#1", "webhook_id": "whk_1"}
    )
    socket = resumed(sockets, nova)
    relay.run("nova")
    assert numbers(socket.take()) == [1]
    assert sockets.cloud.read("AgentFeedTable", agent_id="nova", entry="z#hook#1")


def test_a_closed_connection_is_forgotten_and_the_others_get_their_events(sockets, nova, relay):
    gone, stays = resumed(sockets, nova), resumed(sockets, nova)
    sockets.management.open.discard(gone.connection_id)
    relay.run("nova", 2)
    assert numbers(stays.take()) == [1, 2]
    assert sockets.listeners("nova") == [stays.connection_id]


def test_a_frame_is_tried_again_in_its_place(sockets, nova, relay):
    socket = resumed(sockets, nova)
    sockets.management.fail(socket.connection_id, 200, 500, None, 200, 429)
    relay.run("nova", 3)
    assert numbers(socket.take()) == [1, 2, 3]
    assert socket.is_open


def test_a_connection_whose_posts_keep_failing_is_closed_and_resumes(sockets, nova, relay):
    socket, stays = resumed(sockets, nova), resumed(sockets, nova)
    sockets.management.fail(socket.connection_id, 200, *[500] * ATTEMPTS)
    first, *_ = relay.run("nova", 3)
    assert numbers(socket.take()) == [1]
    assert not socket.is_open
    assert sockets.listeners("nova") == [stays.connection_id]
    assert numbers(stays.take()) == [1, 2, 3]
    again = sockets.connect(nova)
    assert numbers(again.send("resume", after=first.position.to_text("nova"))) == [2, 3]


def test_a_connection_that_can_be_neither_reached_nor_closed_learns_it_at_its_ping(
    sockets, nova, relay
):
    socket = resumed(sockets, nova)
    sockets.management.fail(socket.connection_id, *[None] * (ATTEMPTS + 1))
    relay.run("nova")
    assert sockets.listeners("nova") == []
    assert socket.send("ping")[0]["code"] == "not_resumed"
    assert numbers(socket.send("resume")) == [1]


def test_tables_that_fail_meanwhile_raise_nothing(sockets, nova, relay):
    socket = resumed(sockets, nova)
    sockets.management.open.discard(socket.connection_id)
    events, listeners = relay.append("nova"), relay.feed.listeners("nova")
    error = {"Error": {"Code": "InternalServerError", "Message": ""}}
    sockets.cloud.fail("DeleteItem", 9, error)
    relay.push_to.push("nova", listeners, events, clock.now())
    assert sockets.listeners("nova") == [socket.connection_id]


def test_nobody_listens_and_nothing_happened_cost_no_call(sockets, nova, relay):
    resumed(sockets, nova)
    relay.push_to.push("nova", [], relay.append("nova"), clock.now())
    relay.push("nova", [])
    assert [kind for _, kind in sockets.management.posts] == ["hello"]


def test_frames_and_connections_that_are_gone_are_counted(sockets, nova, relay, monkeypatch):
    counted = []
    monkeypatch.setattr(metrics, "frames", lambda **numbers: counted.append(numbers))
    gone, _ = resumed(sockets, nova), resumed(sockets, nova)
    sockets.management.open.discard(gone.connection_id)

    relay.run("nova", 3)
    assert counted == [{"sent": 3, "gone": 1}]
