"""On each way to be woken, and on all at once, an agent sees every event once and in order.

The recipients drop and resume at random. The relay is killed before and after its work, and its
batches come again. Posts to connections fail.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from local.in_process.functions import app
from local.in_process.queues import Queues
from local.in_process.time import stopped_clock
from local.instance import FunctionDiedError
from tests.integration.cloud import Cloud
from tests.integration.wake.readers import (
    FeedReader,
    Reader,
    SocketReader,
    WaitReader,
    WebhookReader,
)
from tests.scale import IS_FULL, scaled

EVENTS = scaled(1000)
WAYS = {"feed": FeedReader, "wait": WaitReader, "socket": SocketReader, "webhook": WebhookReader}
TABLES = ("AgentMessagesTable", "AgentOutboxTable")


def chaotic(chance: random.Random):
    """An event source that crashes, loses answers and delivers twice."""

    def around(mapping, event, call):
        fate = chance.random()
        if fate < 0.1:
            raise FunctionDiedError("killed before its work")
        answer = call()
        if fate < 0.2:
            raise FunctionDiedError("killed after its work")
        return call() if fate < 0.3 else answer

    return around


def play(cloud: Cloud, readers: list[Reader], chance: random.Random) -> list[str]:
    """Send the messages to Boots while the readers read; the ids in the order of sending."""
    cloud.streams.around = chaotic(chance)
    if any(isinstance(reader, SocketReader) for reader in readers):
        cloud.sockets.lose_posts = lambda _: chance.random() < 0.02
    sent = []
    while len(sent) < EVENTS:
        for _ in range(chance.choice([1, 1, 2, 5])):
            sender = chance.choice(["nova", "third"])
            sent.append(cloud.send(sender, "boots", body=f"Number {len(sent)}.")["message_id"])
        if chance.random() < 0.7:
            cloud.streams.step(*TABLES)
        if chance.random() < 0.1:
            cloud.streams.rewind("AgentMessagesTable", chance.randint(1, 20))
        for reader in readers:
            if chance.random() < 0.5:
                reader.step()
    cloud.pump(*TABLES)
    for reader in readers:
        reader.finish()
    return sent


def hurry_waits(monkeypatch) -> None:
    """Let a wait look four times a second of a time that passes in its pauses alone."""
    passed = [0.0]

    def pause(seconds: float) -> None:
        passed[0] += seconds

    waiter = replace(app("feed_wait").waiter, pause=pause, ticks=lambda: passed[0])
    monkeypatch.setattr(app("feed_wait"), "waiter", waiter)


# One way alone shows which one is broken, and is part of the long run.
ALONE = [[way] for way in WAYS] if IS_FULL else []


@pytest.mark.parametrize("ways", [*ALONE, [*WAYS]], ids="-".join)
def test_every_event_is_seen_once_in_order_and_without_a_gap(
    pair: Cloud, monkeypatch, ways: list[str], figure
):
    hurry_waits(monkeypatch)
    chance = random.Random(f"{ways}")
    readers = [WAYS[way](pair, "boots", chance) for way in ways]
    with stopped_clock() as time:
        queues = Queues(time.now().timestamp())
        with queues.installed():
            for reader in readers:
                if isinstance(reader, WebhookReader):
                    reader.begin(queues, time, monkeypatch)
            sent = play(pair, readers, chance)
    for way, reader in zip(ways, readers, strict=True):
        figure(f"{way}: drops", reader.drops)
        received = [e["data"]["message_id"] for e in reader.seen if e["type"] == "message.received"]
        assert sorted(received) == sorted(sent)
        assert reader.drops >= scaled(50)
        assert len(reader.seen) == len({event["position"] for event in reader.seen})
        assert len(reader.seen) == len({event["event_id"] for event in reader.seen})
