"""`resume`: hello, then every event once the listener is there, in order and without a gap."""

import itertools
import json
from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.sockets.model import MOST_CONNECTIONS
from agent_messaging.sockets.service import PAGE
from local.in_process.runtime import Context


def numbers(frames):
    return [each["data"]["number"] for each in frames if each["frame"] == "event"]


def test_a_connection_writes_nothing_and_the_first_resume_says_hello(sockets, nova, relay):
    sockets.cloud.cost()
    before = sockets.cloud.digest()
    socket = sockets.connect(nova)
    assert (sockets.cloud.cost(), sockets.cloud.digest()) == ([], before)

    sockets.cloud.post("/messaging/heartbeat", {"agent_id": "boots"})
    sockets.cloud.send("nova", "boots")
    (hello,) = socket.send("resume")
    assert hello == {
        "frame": "hello",
        "agent_id": "nova",
        "server_time": hello["server_time"],
        "ping_seconds": 540,
        "closes_at": hello["closes_at"],
        "contacts_online": ["boots"],
        "channels": [],
    }
    lasts = clock.from_text(hello["closes_at"]) - socket.connected_at
    assert timedelta(minutes=105) <= lasts <= timedelta(minutes=115)
    assert sockets.listeners("nova") == [socket.connection_id]


def test_a_resume_brings_the_events_after_a_position_in_order(sockets, nova, relay):
    first, *_ = relay.append("nova", 250)
    socket = sockets.connect(nova)
    after = first.position.to_text("nova")
    hello, *events = socket.send("resume", after=after)
    assert hello["frame"] == "hello"
    assert numbers(events) == list(range(2, 251))
    assert events[0]["previous"] == after
    for one, next_one in itertools.pairwise(events):
        assert next_one["previous"] == one["position"]


def test_the_frame_of_an_event_is_the_event(sockets, nova, relay):
    (event,) = relay.append("nova")
    (_, frame) = sockets.connect(nova).send("resume")
    assert frame == {"frame": "event", **json.loads(event.to_json())}


def test_latest_skips_what_is_there(sockets, nova, relay):
    relay.append("nova", 3)
    socket = sockets.connect(nova)
    (hello,) = socket.send("resume", after="latest")
    relay.run("nova")
    assert (hello["frame"], numbers(socket.take())) == ("hello", [4])


def test_a_second_resume_says_no_hello_and_brings_what_is_missing(sockets, nova, relay):
    socket = sockets.connect(nova)
    socket.send("resume")
    (event,) = relay.append("nova")  # Its frame was lost.
    assert numbers(socket.send("resume")) == [1]
    assert socket.send("resume", after=event.position.to_text("nova")) == []


def test_expired_events_are_gone_and_what_is_kept_follows_the_next_resume(sockets, nova, relay):
    events = relay.append("nova", 4)
    for event in events[:2]:
        key = {"agent_id": "nova", "entry": event.position.key}
        sockets.cloud.change("AgentFeedTable", key, purge_at=1)
    socket = sockets.connect(nova)
    after = events[0].position.to_text("nova")
    hello, gone = socket.send("resume", after=after)
    oldest = events[1].position.to_text("nova")
    assert (hello["frame"], gone) == ("hello", {"frame": "gone", "oldest_position": oldest})
    assert numbers(socket.send("resume", after=oldest)) == [3, 4]


@pytest.mark.parametrize("wrong", ["1.7.aaaa", "nonsense", "", "1." + "9" * 30])
def test_a_wrong_position_is_refused_and_leaves_no_listener(sockets, nova, wrong):
    socket = sockets.connect(nova)
    (problem,) = socket.send("resume", after=wrong)
    assert (problem["frame"], problem["status"], problem["action"]) == ("problem", 400, "resume")
    assert problem["code"] == "bad_position"
    assert sockets.listeners("nova") == []


def test_anothers_position_and_a_future_one_are_refused(sockets, nova, relay):
    (mine,) = relay.append("nova")
    (other,) = relay.append("boots")
    socket = sockets.connect(nova)
    for after in (
        other.position.to_text("boots"),
        mine.position.following.to_text("nova"),
    ):
        (problem,) = socket.send("resume", after=after)
        assert (problem["status"], problem["code"]) == (400, "bad_position")
    assert sockets.listeners("nova") == []


@pytest.mark.parametrize("missed", [0, 95, PAGE, 150])
def test_the_eleventh_connection_ends_the_one_that_pinged_longest_ago(sockets, nova, relay, missed):
    """The query for a page of events finds the listeners too, unless the events fill it."""
    ten = [sockets.connect(nova) for _ in range(MOST_CONNECTIONS)]
    assert [each.send("resume")[0]["frame"] for each in ten] == ["hello"] * MOST_CONNECTIONS
    for number, socket in enumerate(ten):
        key = {"agent_id": "nova", "entry": f"z#ws#{socket.connection_id}"}
        later = clock.to_epoch(clock.now()) + (50 if number == 3 else 100 + number)
        sockets.cloud.change("AgentFeedTable", key, purge_at=later)
    relay.append("nova", missed)
    last = sockets.connect(nova)
    hello, *events = last.send("resume")
    assert (hello["frame"], numbers(events)) == ("hello", list(range(1, missed + 1)))
    assert [each.is_open for each in ten] == [each != 3 for each in range(MOST_CONNECTIONS)]
    assert sockets.listeners("nova") == sorted(
        each.connection_id for each in (*ten, last) if each.is_open
    )
    assert len(last.send("resume")) == missed
    assert len(sockets.listeners("nova")) == MOST_CONNECTIONS


def test_a_connection_that_was_lost_does_not_count(sockets, nova):
    for _ in range(MOST_CONNECTIONS):
        sockets.connect(nova).send("resume")
    for name in sockets.listeners("nova"):
        key = {"agent_id": "nova", "entry": f"z#ws#{name}"}
        sockets.cloud.change("AgentFeedTable", key, purge_at=clock.to_epoch(clock.now()) - 1)
    assert sockets.connect(nova).send("resume")[0]["frame"] == "hello"


def test_a_connection_that_ends_while_it_catches_up_is_forgotten(sockets, nova, relay):
    relay.append("nova", 3)
    socket = sockets.connect(nova)
    socket.sockets.management.fail(socket.connection_id, 200, 200, 410)
    assert [each["frame"] for each in socket.send("resume")] == ["hello", "event"]
    assert sockets.listeners("nova") == []


def test_a_function_without_time_says_how_to_go_on(sockets, nova, relay):
    relay.append("nova", 150)
    socket = sockets.connect(nova)
    context = Context(25_000)

    def slow(_connection, _frame):
        context._milliseconds -= 100

    socket.sockets.management.before = slow
    frames = socket.send_text('{"action": "resume"}', context=context)
    sent = len(numbers(frames))
    assert 50 < sent < 150
    assert (frames[-1]["code"], frames[-1]["status"]) == ("out_of_time", 503)
    again = {"action": "resume", "after": frames[-2]["position"]}
    said = json.loads(frames[-1]["fix"].split("`")[1])
    assert said == again
    meter = sockets.cloud.read("AgentMeterTable", agent_id="nova", window="units")
    assert meter["units"] >= 50  # there was time to store what the frames cost
    frames = socket.send(**said)
    assert numbers(frames)[0] == sent + 1


def test_a_closed_contact_shows_itself_only_to_its_own_contacts(sockets, nova):
    cloud = sockets.cloud
    cloud.send("nova", "boots")
    cloud.call("PATCH", "/agents/me", {"agent_id": "boots"}, {"contact_policy": "closed"})
    cloud.post("/messaging/heartbeat", {"agent_id": "boots"})
    assert sockets.connect(nova).send("resume")[0]["contacts_online"] == []
    cloud.call("PUT", "/messaging/contacts/nova", {"agent_id": "boots"}, {"state": "allowed"})
    assert sockets.connect(nova).send("resume")[0]["contacts_online"] == ["boots"]


def test_a_resume_puts_the_agent_online_for_ten_minutes(sockets, nova):
    sockets.connect(nova).send("resume")
    seen = sockets.cloud.get("/messaging/presence/nova", {"agent_id": "boots"}).json
    assert seen["is_online"] is True


@pytest.mark.parametrize("operation", ["GetItem", "Query", "PutItem", "BatchGetItem"])
def test_after_a_resume_that_failed_the_next_one_is_the_first(sockets, nova, operation):
    sockets.cloud.send("nova", "boots")
    socket = sockets.connect(nova)
    error = {"Error": {"Code": "ValidationException", "Message": ""}}
    sockets.cloud.fail(operation, 1, error)
    (problem,) = socket.send("resume")
    assert (problem["status"], problem["code"]) == (500, "internal")
    assert sockets.listeners("nova") == []
    assert socket.send("resume")[0]["frame"] == "hello"
