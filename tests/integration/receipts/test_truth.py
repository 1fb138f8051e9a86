"""A sender never sees more than the recipient did, and in the end all of it.

One recipient acts at random over all doors, and calls fail. After each step, and after each failed
attempt, the senders look: on the message itself, and on their lists. The relay delivers late, in
batches of any size, and some of them twice. What it has not delivered when the retention ends, it
delivers in the day after.
"""

import random
import time
from collections import Counter
from datetime import timedelta

import pytest

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.integration.receipts.faulty import Faults
from tests.integration.receipts.ledger import Told
from tests.integration.receipts.recipient import Recipient
from tests.integration.receipts.streams import Streams
from tests.integration.receipts.world import FRIEND, RETENTION, Clock, World
from tests.scale import Figure, scaled

MESSAGES = 50
WORLDS = scaled(10)
STEPS = 110
# Ids are drawn anew in every run, so some runs need more steps to show enough of each state.
MORE_STEPS, EXTENSIONS = 20, 10
LATE_STEPS = 25
A_DAY = timedelta(days=1)
STATES = ("queued", "held", "delivered", "read", "acted", "failed")
LEAST = 3  # messages that are seen in each state: 30 of 500, so 3 of 50


class Senders:
    """They look, and note what is early."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.polls = 0
        self.early: list[str] = []

    def look(self, told: Told) -> None:
        """Read one message."""
        self._hold(told, self.world.receipt(told))

    def look_at_list(self) -> None:
        """Read all that the friend has sent."""
        for told, receipt in self.world.listed("/messaging/sent", FRIEND):
            self._hold(told, receipt)

    def _hold(self, told: Told, receipt: dict) -> None:
        self.polls += 1
        self.early += told.early(receipt, self.world.now.text)

    def missing(self) -> list[str]:
        """What is not told although everything is delivered, on each door."""
        world, now = self.world, self.world.now.text
        seen = [(told, world.receipt(told)) for told in world.told.values()]
        seen += world.listed("/messaging/sent", FRIEND)
        for told in world.told.values():
            if told.thread_id and told.is_in_inbox:
                seen += world.listed(f"/messaging/threads/{told.thread_id}", told.sender_id)
        for told, receipt in seen:
            self._hold(told, receipt)
        return [each for told, receipt in seen for each in told.missing(receipt, now)]


@pytest.mark.parametrize("seed", range(WORLDS))
def test_a_sender_sees_what_the_recipient_did_and_never_more(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, figure: Figure, seed: int
):
    chance = random.Random(seed)
    now, faults, streams = Clock(), Faults(chance), Streams(chance)
    monkeypatch.setattr(clock, "now", now)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    faults.watch(monkeypatch)
    world = World(cloud, now, faults, chance)
    world.fill(MESSAGES)
    recipient, senders = Recipient(world), Senders(world)
    world.on_try = senders.look
    for told in world.told.values():
        senders.look(told)

    def live(steps: int, *, is_delivered: bool = True) -> None:
        for step in range(steps):
            now.time += timedelta(seconds=chance.uniform(1, 60))
            for told in recipient.act():
                senders.look(told)
            with faults.on():
                for _ in range(chance.randrange(4)):
                    streams.deliver_some()
            if step % 5 == 0:
                senders.look_at_list()
        if is_delivered:
            with faults.on():
                streams.deliver_all()

    def reached() -> Counter[str]:
        return Counter(state for told in world.told.values() for state in {*told.seen})

    live(STEPS)
    for _ in range(EXTENSIONS):
        if min(reached()[state] for state in STATES) < LEAST:
            live(MORE_STEPS)
    missing = senders.missing()
    live(LATE_STEPS, is_delivered=False)
    now.time += RETENTION
    recipient.is_over = True
    live(LATE_STEPS)
    missing += senders.missing()
    now.time += A_DAY
    live(LATE_STEPS)
    missing += senders.missing()

    figure("early", len(senders.early))
    figure("missing", len(missing))
    figure("polls", senders.polls)
    figure("faults", sum(faults.counts.values()))
    figure("messages that were seen", ", ".join(f"{reached()[each]} {each}" for each in STATES))
    assert senders.early == []
    assert missing == []
    assert min(reached()[state] for state in STATES) >= LEAST
    assert min(faults.counts[kind] for kind in ("refused", "throttled", "lost")) >= 1
