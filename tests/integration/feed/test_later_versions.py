"""Events that a later version stored, as after a rollback or beside a canary."""

import pytest

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.integration.feed.events import append, read, text
from tests.integration.relay.streams import Streams

LATER = "channel.message"


@pytest.fixture
def position(pair: Cloud) -> str:
    """The position of an event whose type this version does not know."""
    (event,) = append(pair)
    key = {"agent_id": "boots", "entry": event.position.key}
    pair.change("AgentFeedTable", key, type=LATER)
    return text(event)


def test_the_feed_shows_an_event_of_a_later_version(pair: Cloud, position: str):
    (event,) = read(pair)["events"]
    assert (event["type"], event["position"]) == (LATER, position)
    assert read(pair, after="latest")["next_after"] == position


def test_a_heartbeat_counts_it(pair: Cloud, position: str):
    beat = pair.post("/messaging/heartbeat", {"agent_id": "boots"}, {})
    assert (beat.status, beat.json["feed_position"]) == (200, position)


def test_it_can_be_acknowledged_and_followed(pair: Cloud, position: str):
    streams = Streams()
    streams.skip()
    body = {"position": position}
    answer = pair.post("/messaging/feed/ack", {"agent_id": "boots"}, body)
    assert (answer.status, answer.json["acknowledged_position"]) == (200, position)
    streams.pump()
    (event,) = append(pair, now=clock.now())
    (shown,) = read(pair, after=position)["events"]
    assert (shown["position"], shown["previous"]) == (text(event), position)
