"""Several relays over the same batches, with every fault: no gap, nothing doubled, nothing lost."""

import random
from collections import Counter

import pytest

from agent_messaging.storage import connection
from agent_messaging.storage import table as dynamodb
from tests.faults.relay.memory import FATES, Engine
from tests.faults.relay.world import History, World
from tests.races.scheduler.turns import Stage
from tests.scale import scaled

SEEDS = scaled(100)
EVENTS = 50


@pytest.fixture
def engine(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(dynamodb, "FIRST_WAIT_SECONDS", 0)
    client = connection.connect()
    return lambda: Engine(client)


def played(engine, seed, **options):
    chance = random.Random(seed)
    world = World(Stage(seed), engine(), History(chance, EVENTS, **options), spells=1)
    world.play()
    world.check()
    return world


def test_no_event_is_lost_doubled_or_out_of_order(engine, figure):
    fates, letters = Counter(), 0
    for seed in range(SEEDS):
        try:
            world = played(engine, seed)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        fates += world.client.fates
        letters += len(world.letters)
    figure("runs, gaps, doubles, lost", (SEEDS, 0, 0, 0))
    figure("faults", dict(fates))
    assert {*FATES, "throttled"} <= set(fates)
    assert letters
