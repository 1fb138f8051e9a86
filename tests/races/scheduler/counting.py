"""Scenarios about what is counted: batches that come twice, roll-ups that are cut off."""

from __future__ import annotations

from typing import Any

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.races.scheduler.scenario import register, scenario
from tests.races.scheduler.turns import START
from tests.races.scheduler.world import Tables, World

MESSAGES = 6


def counted(cloud: Cloud) -> dict[str, Any]:
    register(cloud, "nova", "boots")
    for number in range(MESSAGES):
        cloud.send("nova", "boots", body=f"message {number}")
    return {"records": Tables.records_of(cloud, "AgentMessagesTable")}


def sums(world: World) -> int:
    """How many messages the counters of all time hold."""
    return sum(
        int(item["contact_request"])
        for item in world.items("MessagingStatsTable")
        if item["scope"] == "messages" and item["window"].startswith("all#")
    )


@scenario("a batch that is delivered three times, and cut off", counted)
def batches(world: World) -> None:
    event = {"Records": world.names["records"]}
    # One mapping delivers one shard's records one attempt after another.
    world.act(*(world.serve("projector", event, times=8) for _ in range(3)))
    world.act(world.serve("stats_roll_up", {"time": clock.to_text(START)}))
    world.stage.play()
    assert sums(world) in (0, MESSAGES), "counted in part, or twice"


@scenario("a roll-up that is cut off, and run by two at once", counted)
def roll_ups(world: World) -> None:
    event = {"time": clock.to_text(START)}
    for _ in range(3):
        world.act(world.serve("stats_roll_up", event, times=6))
    world.act(world.ask("stats", "GET", "/messaging/stats", "nova"))
    world.stage.play()
    snapshots = [i for i in world.items("MessagingStatsTable") if i["scope"] == "snapshot"]
    assert len(snapshots) <= 1, "two snapshots of one minute"
    for seen in world.told("stats", status=200):
        assert seen.json["computed_at"] in (None, "2036-01-01T12:00:00Z", clock.to_text(START))
