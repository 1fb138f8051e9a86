"""Several relays at the end of an epoch, with clocks that differ: positions stay in order."""

from datetime import timedelta
from itertools import pairwise

import pytest

from agent_messaging.feed import item as items
from agent_messaging.feed.model import EventType, NewEvent, Source, event_id
from agent_messaging.feed.position import Position
from agent_messaging.feed.table import FeedTable
from agent_messaging.storage import connection
from agent_messaging.storage import table as dynamodb
from agent_messaging.storage.table import decode
from tests.faults.relay.memory import Client, Engine
from tests.races.scheduler.turns import START, CrashError, Stage
from tests.scale import scaled

SEEDS = scaled(200)
FEED = "AgentFeedTable"
RELAYS, EVENTS = 3, 4
SIX_DAYS = timedelta(days=6)


@pytest.fixture
def real(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(dynamodb, "FIRST_WAIT_SECONDS", 0)
    return connection.connect()


def record(stream, number):
    at = START + timedelta(milliseconds=number)
    event = NewEvent(
        agent_id="nova",
        event_id=event_id(at, f"{stream}#{number}"),
        type=EventType.CONTACT_ALLOWED,
        occurred_at=at,
        data='{"contact_id":"boots","message_id":"msg_1"}',
    )
    return event, Source(stream=stream, number=number)


def appender(client, stage, stream):
    """One relay, which appends the events of one stream. After a crash it begins again."""

    def work():
        feed, number = FeedTable(client, FEED), 1
        while number <= EVENTS:
            try:
                feed.append("nova", [record(stream, number)], stage.clock())
            except CrashError:
                feed = FeedTable(client, FEED)
            except (*dynamodb.FAILURES, dynamodb.ContentionError):
                continue
            else:
                number += 1

    return work


def feed_of(engine):
    stored = sorted(engine.table(FEED).items())
    return [items.parse(decode(item)) for (_, entry), item in stored if entry.startswith("e#")]


# Whether the feed has a tail; else it has only the anchor, or nothing.
@pytest.mark.parametrize("before", ["tail", "anchor", "nothing"])
@pytest.mark.parametrize("age", [SIX_DAYS, SIX_DAYS - timedelta(hours=1)])
def test_relays_begin_one_epoch_together(real, before, age):
    epochs = set()
    for seed in range(SEEDS):
        engine, stage = Engine(real), Stage(seed)
        if before != "nothing":
            FeedTable(Client(engine, stage), FEED).append("nova", [record("old", 1)], START)
        if before == "anchor":
            del engine.table(FEED)["nova", Position(1, 1).key]
        engine.written.clear()
        stage.now = START + age - timedelta(seconds=2)
        for number in range(RELAYS):
            stage.enter(appender(Client(engine, stage), stage, f"s{number}"))
        stage.play()
        check(engine, f"seed {seed}")
        epochs |= {event.position.epoch for event in feed_of(engine)}
    wanted = {"tail": {1, 2} if age == SIX_DAYS else {1}, "anchor": {2}, "nothing": {1}}
    assert epochs == wanted[before]


def check(engine, said):
    feed = feed_of(engine)
    written = [entry for _, entry in engine.written if entry.startswith("e#")]
    new = feed[-len(written) :]
    assert written == [event.position.key for event in new], f"{said}: not in order of time"
    assert len({event.event_id for event in feed}) == len(feed), f"{said}: doubled"
    assert len(new) == RELAYS * EVENTS, f"{said}: lost"
    for one, other in pairwise(feed):
        assert other.previous == one.position, f"{said}: a gap"


def test_an_epoch_is_not_joined_again_when_its_events_have_expired(real):
    """The older events may be deleted after the newer ones."""
    engine = Engine(real)
    feed = FeedTable(Client(engine, Stage(1)), FEED)
    feed.append("nova", [record("one", 1)], START)
    feed.append("nova", [record("one", 2)], START + timedelta(days=7))
    del engine.table(FEED)["nova", Position(2, 1).key]
    feed.appender.forget()
    (event,) = feed.append("nova", [record("one", 3)], START + timedelta(days=15))
    assert event.position == Position(3, 1)
