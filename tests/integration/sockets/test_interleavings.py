"""`resume` while the relay appends and pushes: whatever comes first, no event is lost."""

import itertools
import random
from contextvars import Context

import pytest

from tests.integration.authorisation.overtaken import overtaken
from tests.integration.sockets.gateway import resumed
from tests.integration.sockets.test_resume import numbers

# What `resume` asks of DynamoDB, in this order: its listener, its key, how many listen, the feed,
# the lease.
STEPS = ("UpdateItem", "GetItem", "Query", "PutItem")


@pytest.mark.parametrize("step", STEPS)
def test_an_event_that_is_appended_and_pushed_between_two_steps_is_seen(sockets, nova, relay, step):
    relay.append("nova", 2)
    socket = sockets.connect(nova)
    with overtaken("sockets", step, lambda: relay.run("nova")) as happened:
        received = socket.send("resume")
    assert happened
    assert set(numbers(received)) == {1, 2, 3}
    events = {each["event_id"] for each in received if each["frame"] == "event"}
    assert len(events) == 3  # An event that came twice has the same id.


@pytest.mark.parametrize(
    ("appended", "pushed"), [*itertools.combinations_with_replacement(STEPS, 2)]
)
def test_an_event_whose_push_comes_later_is_seen(sockets, nova, relay, appended, pushed):
    """The relay reads the listeners after it appended, maybe some steps later."""
    socket, events = sockets.connect(nova), []
    with (
        overtaken("sockets", appended, lambda: events.extend(relay.append("nova"))),
        overtaken("sockets", pushed, lambda: relay.push("nova", events)),
    ):
        received = socket.send("resume")
    assert set(numbers(received)) == {1}


def test_an_event_between_two_pages_is_seen_in_order(sockets, nova, relay):
    relay.append("nova", 150)
    socket = sockets.connect(nova)
    state = {"posts": 0}

    def meanwhile(_connection, frame):
        state["posts"] += frame["frame"] == "event"
        if state["posts"] == 100:
            state["posts"] += 1
            Context().run(relay.run, "nova")  # as another process would

    sockets.management.before = meanwhile
    seen = numbers(socket.send("resume"))
    assert set(seen) == set(range(1, 152))
    firsts = list(dict.fromkeys(seen))
    # The live frame overtakes. Its `previous` tells the client, and the rest comes in order.
    assert [n for n in firsts if n != 151] == list(range(1, 151))


@pytest.mark.parametrize("seed", range(5))
def test_a_client_that_drops_and_resumes_at_random_sees_each_event_in_order(
    sockets, nova, relay, seed
):
    """It goes on from its last position whenever it notices that an event is missing."""
    chance = random.Random(seed)
    seen, last = [], None
    socket = resumed(sockets, nova)

    def take(frames):
        nonlocal last
        for frame in frames:
            if frame["frame"] != "event" or frame["position"] in {p for p, _ in seen}:
                continue
            if frame["previous"] != last:
                return False
            last = frame["position"]
            seen.append((last, frame["data"]["number"]))
        return True

    for _ in range(40):
        match chance.randrange(5):
            case 0:
                socket.disconnect()
                socket = sockets.connect(nova)
            case 1:
                sockets.management.fail(socket.connection_id, chance.choice([500, 410, None]))
            case 2:
                relay.append("nova", chance.randrange(3))  # a relay that died before it pushed
            case _:
                relay.run("nova", chance.randrange(4))
        is_whole = take(socket.take()) and socket.is_open
        if not is_whole or chance.random() < 0.3:
            if not socket.is_open:
                socket = sockets.connect(nova)
            after = {} if last is None else {"after": last}
            take(socket.send("resume", **after))
    if not socket.is_open:
        socket = sockets.connect(nova)
    sockets.management.faults.clear()
    take(socket.send("resume", **({} if last is None else {"after": last})))
    assert [number for _, number in seen] == list(range(1, relay.number + 1))
