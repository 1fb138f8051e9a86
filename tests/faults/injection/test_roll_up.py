"""A roll-up that fails from any of its calls on and is repeated leaves one right snapshot."""

import json
from datetime import timedelta

import pytest

from agent_messaging import clock
from local.streams import lambda_record
from tests.faults.injection.faults import Injector, hurry_boto3
from tests.faults.injection.instance import TEMPLATE, Instance, running_for
from tests.faults.injection.script import Script
from tests.faults.injection.world import new_world
from tests.scale import IS_FULL

NAME = "StatsRollUpFunction"
BEGAN = clock.now()
# Nothing goes well from some call on: the tables are asked who is there by several threads.
STORIES = {"lost": ("error_after",) * 1000, "refused": ("error_before",) * 1000}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    hurry_boto3(monkeypatch.setattr)


@pytest.mark.parametrize("story", STORIES)
def test_a_roll_up_that_fails_from_any_call_on_and_is_repeated_leaves_one_snapshot(
    engine, story, figure
):
    world = new_world(engine, f"roll-up-{story}")
    for agent_id in ("nova", "boots"):
        world.register(agent_id)  # Which says that it is there, too.
    project(world)
    plain = Script()
    roll_up = rolled_up_by(Instance(engine.url, world.tables, Injector(plain)))
    roll_up(0)
    [first] = snapshots(world)
    platform = json.loads(first["platform"])
    assert (platform["agents_registered"], platform["agents_online"]) == (2, 2)

    calls = len(plain.operations)
    # The last one is the write. Of the 64 questions who is there, a few in a short run.
    chosen = range(calls) if IS_FULL else sorted({*range(0, calls, 16), calls - 1})
    instance = Instance(engine.url, world.tables, Injector(plain))
    failing = rolled_up_by(instance)
    for minute, at in enumerate(chosen, start=1):
        instance.injector.decide = Script(at, STORIES[story])
        with pytest.raises(Exception, match="injected"):
            failing(minute)
        assert len(snapshots(world)) == minute + (story == "lost" and at == calls - 1)
        roll_up(minute)
        roll_up(minute)
        assert len(snapshots(world)) == minute + 1
    assert {each["platform"] for each in snapshots(world)} == {first["platform"]}
    figure("staged", f"{len(chosen)} of {calls} calls, {story}")


def project(world):
    """Count what the agents' stream tells."""
    handler = world.instance.app("ProjectorFunction").handler
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/AgentsTable/stream/2026"
    records = [lambda_record(each, arn) for each in world.records("AgentsTable")]
    answer = handler({"Records": records}, running_for(30))
    assert answer == {"batchItemFailures": []}


def rolled_up_by(instance):
    """Roll up a minute, counted backwards from this one."""
    handler = instance.app(NAME).handler

    def roll_up(minute):
        event = {"time": clock.to_text(BEGAN - timedelta(minutes=minute))}
        handler(event, running_for(TEMPLATE.functions[NAME].timeout))

    return roll_up


def snapshots(world):
    return [item for item in world.items("MessagingStatsTable") if item["scope"] == "snapshot"]
