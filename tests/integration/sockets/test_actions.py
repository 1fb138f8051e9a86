"""`ack`, `ping`, `typing`, `subscribe`: what each does, and what each refuses."""

from datetime import timedelta

import pytest

from agent_messaging import clock
from tests.integration.sockets.gateway import resumed


def expire(sockets, agent_id, connection_id):
    key = {"agent_id": agent_id, "entry": f"z#ws#{connection_id}"}
    sockets.cloud.change("AgentFeedTable", key, purge_at=clock.to_epoch(clock.now()) - 1)


def acknowledged(sockets, agent_id):
    return sockets.cloud.read("AgentOutboxTable", agent_id=agent_id, entry="position")


def test_an_ack_is_stored_for_the_relay_and_says_nothing(sockets, nova, relay):
    one, two, _ = relay.append("nova", 3)
    socket = resumed(sockets, nova)
    assert socket.send("ack", position=two.position.to_text("nova")) == []
    stored = acknowledged(sockets, "nova")
    assert (stored["position"], stored["via"]) == (two.position.key, "socket")
    assert socket.send("ack", position=one.position.to_text("nova")) == []
    assert acknowledged(sockets, "nova")["position"] == two.position.key


def test_an_ack_of_what_is_not_there_is_refused(sockets, nova, relay):
    (mine,) = relay.append("nova")
    (other,) = relay.append("boots")
    socket = resumed(sockets, nova)
    wrong = [
        other.position.to_text("boots"),
        mine.position.following.to_text("nova"),
        "latest",
        "1.1",
    ]
    for position in wrong:
        (problem,) = socket.send("ack", position=position)
        assert (problem["status"], problem["code"]) == (400, "bad_position")
        assert problem["action"] == "ack"
        assert problem["fix"].endswith(".")
    assert acknowledged(sockets, "nova") is None


def test_a_ping_renews_the_listener_and_the_presence(sockets, nova, relay):
    (event,) = relay.append("nova")
    socket = resumed(sockets, nova)
    key = {"agent_id": "nova", "entry": f"z#ws#{socket.connection_id}"}
    soon = clock.to_epoch(clock.now()) + 60
    sockets.cloud.change("AgentFeedTable", key, purge_at=soon)
    sockets.cloud.lease("nova", clock.now() - timedelta(seconds=1), clock.now())

    (pong,) = socket.send("ping")
    assert pong == {
        "frame": "pong",
        "expires_at": pong["expires_at"],
        "position": event.position.to_text("nova"),
    }
    left = clock.from_text(pong["expires_at"]) - clock.now()
    assert timedelta(minutes=9, seconds=50) < left <= timedelta(minutes=10)
    assert sockets.cloud.read("AgentFeedTable", **key)["purge_at"] > soon
    seen = sockets.cloud.get("/messaging/presence/nova", {"agent_id": "boots"}).json
    assert seen["is_online"] is True


def test_the_pong_of_an_empty_feed_names_its_start(sockets, nova):
    (pong,) = resumed(sockets, nova).send("ping")
    assert pong["position"].startswith("0.0.")


def test_a_ping_without_resume_or_after_ten_minutes_is_refused(sockets, nova):
    socket = sockets.connect(nova)
    (problem,) = socket.send("ping")
    assert (problem["status"], problem["code"], problem["action"]) == (409, "not_resumed", "ping")
    assert "resume" in problem["fix"]
    socket.send("resume")
    expire(sockets, "nova", socket.connection_id)
    assert socket.send("ping")[0]["code"] == "not_resumed"
    socket.send("resume")
    assert socket.send("ping")[0]["frame"] == "pong"


@pytest.mark.parametrize(("minutes", "is_closing"), [(100, False), (112, True), (119, True)])
def test_a_ping_near_the_end_also_says_that_the_connection_closes(
    sockets, nova, minutes, is_closing
):
    socket = sockets.connect(nova, clock.now() - timedelta(minutes=minutes))
    (hello,) = socket.send("resume")
    answer = socket.send("ping")
    kinds = [each["frame"] for each in answer]
    assert kinds == (["closing", "pong"] if is_closing else ["pong"])
    if is_closing:
        assert answer[0]["closes_at"] == hello["closes_at"]


def test_typing_reaches_each_connection_of_the_other_agent_and_is_stored_nowhere(
    sockets, nova, boots
):
    socket, one, two = (resumed(sockets, each) for each in (nova, boots, boots))
    for each in (one, two):
        each.take()
    assert socket.send("typing", to_agent_id="boots") == []
    told = [{"frame": "typing", "from_agent_id": "nova"}]
    assert (one.take(), two.take()) == (told, told)
    assert sockets.cloud.inbox("boots")["messages"] == []
    assert not [e for e in sockets.cloud.items("AgentFeedTable") if e["entry"].startswith("e#")]


def test_one_typing_in_three_seconds_counts(sockets, nova, boots):
    socket, other = resumed(sockets, nova), resumed(sockets, boots)
    other.take()
    for _ in range(3):
        assert socket.send("typing", to_agent_id="boots") == []
    assert len(other.take()) == 1
    key = {"agent_id": "nova", "entry": f"z#ws#{socket.connection_id}"}
    earlier = clock.to_text(clock.now() - timedelta(seconds=3))
    sockets.cloud.change("AgentFeedTable", key, typing_at=earlier)
    socket.send("typing", to_agent_id="boots")
    assert len(other.take()) == 1


@pytest.mark.parametrize("policy", ["approved", "closed"])
def test_typing_to_whom_a_message_would_not_reach_is_dropped(sockets, nova, boots, policy):
    socket, other = resumed(sockets, nova), resumed(sockets, boots)
    other.take()
    body = {"contact_policy": policy}
    sockets.cloud.call("PATCH", "/agents/me", {"agent_id": "boots"}, body)
    assert (socket.send("typing", to_agent_id="boots"), other.take()) == ([], [])
    sockets.cloud.call(
        "PUT", "/messaging/contacts/nova", {"agent_id": "boots"}, {"state": "allowed"}
    )
    assert (socket.send("typing", to_agent_id="boots"), len(other.take())) == ([], 1)


def test_typing_of_a_blocked_agent_is_dropped(sockets, nova, boots):
    socket, other = resumed(sockets, nova), resumed(sockets, boots)
    other.take()
    sockets.cloud.call(
        "PUT", "/messaging/contacts/nova", {"agent_id": "boots"}, {"state": "blocked"}
    )
    assert (socket.send("typing", to_agent_id="boots"), other.take()) == ([], [])


@pytest.mark.parametrize(
    "fields", [{"to_agent_id": "nobody"}, {"to_agent_id": "nova"}, {"channel_id": "chn_1"}]
)
def test_typing_to_nobody_oneself_or_a_channel_is_dropped(sockets, nova, fields):
    socket = resumed(sockets, nova)
    assert socket.send("typing", **fields) == []


def test_typing_without_resume_is_dropped(sockets, nova, boots):
    other = resumed(sockets, boots)
    other.take()
    assert sockets.connect(nova).send("typing", to_agent_id="boots") == []
    assert other.take() == []


def test_a_connection_of_the_other_agent_that_fails_does_not_hurt(sockets, nova, boots):
    socket, one, two = (resumed(sockets, each) for each in (nova, boots, boots))
    two.take()
    sockets.management.fail(one.connection_id, 410)
    assert socket.send("typing", to_agent_id="boots") == []
    assert len(two.take()) == 1
    assert sockets.listeners("boots") == [two.connection_id]


@pytest.mark.parametrize("action", ["subscribe", "unsubscribe"])
def test_there_are_no_channels_yet(sockets, nova, action):
    (problem,) = resumed(sockets, nova).send(action, channel_id="chn_1")
    assert (problem["status"], problem["code"]) == (404, "channel_not_found")
    assert problem["action"] == action


def test_a_connection_that_ends_removes_its_listener(sockets, nova):
    socket = resumed(sockets, nova)
    socket.disconnect()
    assert sockets.listeners("nova") == []
    socket.disconnect()  # API Gateway may tell it twice.
