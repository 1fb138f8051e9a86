"""Scenarios about orders for candidates that lapse: what a worker of an earlier round changes.

A run plays several rounds. Each begins a few seconds before the lease of the present worker ends.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.races.scheduler.pools import CANDIDATES, pooled
from tests.races.scheduler.scenario import register, scenario
from tests.races.scheduler.trees import check_settled, heads_of
from tests.races.scheduler.turns import SKEW_SECONDS
from tests.races.scheduler.world import Items, World

LEASE, MAX_LAPSES, ROUNDS = 60, 3, 4
OPEN = ("pending", "accepted", "input_required")
ADA, BEN, EVE = CANDIDATES


def taken(cloud: Cloud, **fields: Any) -> dict[str, Any]:
    """An order that Ada has claimed; it may lapse three times."""
    names = pooled(cloud, lease_seconds=LEASE, max_lapses=MAX_LAPSES, **fields)
    assert cloud.move(ADA, names["orders"][0], "claim").status == 200
    return names


def twice_busy(cloud: Cloud) -> dict[str, Any]:
    """The same, and Ada has another job. So her number of jobs alone refuses nothing."""
    names = taken(cloud)
    room = {"max_concurrent_jobs": 2}
    assert cloud.call("PUT", "/messaging/presence", {"agent_id": ADA}, room).status == 200
    assert cloud.move(ADA, cloud.offer("nova", ADA), "accept").status == 200
    return names


def head_of(world: World, order: str) -> Items:
    return heads_of(world)[order]


def approach(world: World, order: str) -> str | None:
    """Let the time come to the end of the lease; the worker, None if nobody works."""
    head = head_of(world, order)
    if head["status"] != "accepted":
        return None
    end = clock.from_text(head["lease_expires_at"])
    world.stage.now = end - timedelta(seconds=world.stage.chance.uniform(0, 6))
    return str(head["worker_id"])


def go_on(world: World, order: str, worker: str, number: int) -> None:
    """The worker reports, and perhaps completes: by then its lease may have ended."""
    steps = [world.move("progress", worker, order)]
    if world.stage.chance.random() < 0.6:
        steps.append(world.move("complete", worker, order, key=f"c{number}"))
    world.act(*steps)
    if world.stage.chance.random() < 0.6:
        world.act(world.move("complete", worker, order))


def take_over(world: World, order: str, worker: str | None, number: int) -> None:
    """The others claim the order, some of them twice."""
    for agent_id in CANDIDATES:
        if agent_id != worker:
            claim = world.move("claim", agent_id, order, key=f"{agent_id}{number}")
            world.act(world.move("claim", agent_id, order), claim)


@scenario("an order that lapses until it fails, its late workers and the next ones", taken)
def rounds(world: World) -> None:
    (order,) = world.names["orders"]
    for number in range(ROUNDS):
        worker = approach(world, order)
        if worker is not None:
            go_on(world, order, worker, number)
        take_over(world, order, worker, number)
        world.act(*[world.serve("work_orders_sweep", {})] * 2)
        world.act(world.ask("look", "GET", f"/messaging/work-order/{order}", "nova"))
        world.stage.play()
        check_rounds(world, order)


@scenario("a worker that completes an order just when the next one gets it", twice_busy)
def handover(world: World) -> None:
    (order,) = world.names["orders"]
    approach(world, order)
    world.stage.now += timedelta(seconds=3)
    for _ in range(3):
        world.act(world.move("complete", ADA, order))
    world.act(world.move("progress", ADA, order))
    for _ in range(2):
        world.act(world.ask("look", "GET", f"/messaging/work-order/{order}", "nova"))
        world.act(*[world.move("claim", BEN, order)] * 3)
    world.stage.play()
    check_rounds(world, order)


def check_rounds(world: World, order: str) -> None:
    """Who lost the order changes nothing more, and who completed it is its worker."""
    head = head_of(world, order)
    lost, worker = list(head["display"].get("excluded", ())), head.get("worker_id")
    if head.get("reason_code") == "lapsed":
        lost.append(worker)
    assert len(lost) == len(set(lost)) == int(head.get("lapses", 0)), "a lapse is not counted"
    assert len(lost) < MAX_LAPSES or head["status"] == "failed", "it goes on after its last lapse"
    done = [seen for seen in world.told("complete", status=200) if seen.order_id == order]
    completed = {seen.who for seen in done}
    assert completed <= {worker}, "a worker of an earlier round was believed"
    assert not completed or head["status"] == "completed", "a completed order went on"
    claimed = {seen.who for seen in world.told("claim", status=200)}
    assert claimed <= {*lost, worker}, "an acknowledged claim is lost"
    for late in lost:
        answers = [world.move(what, late, order)().status for what in ("complete", "progress")]
        assert answers == [409, 409], "a late worker was believed"


def split(cloud: Cloud) -> dict[str, Any]:
    """The same, and Ada has given two parts of it to Third, who works on one."""
    names = taken(cloud)
    register(cloud, "third")
    parts = [cloud.offer(ADA, "third", parent_id=names["orders"][0]) for _ in range(2)]
    assert cloud.move("third", parts[0], "accept").status == 200
    return {**names, "parts": parts}


@scenario("a lapse takes along the parts of its worker, and none of the next one's", split)
def orphans(world: World) -> None:
    (order,) = world.names["orders"]
    first, _ = world.names["parts"]
    go_on(world, order, str(approach(world, order)), 0)
    for agent_id in (BEN, ADA):
        body = {"to_agent_id": "third", "title": agent_id, "description": "d", "parent_id": order}
        create = world.ask("part", "POST", "/messaging/work-order", agent_id, body, key=agent_id)
        claim = world.move("claim", agent_id, order, key=f"claim {agent_id}")
        world.act(*([create] if agent_id == ADA else [claim, create, create]))
    world.act(world.move("complete", "third", first, key="d"))
    world.act(*[world.serve("work_orders_sweep", {})] * 2)
    world.stage.play()
    settle(world)
    heads = heads_of(world)
    parent = heads[order]
    for part in (each for each in heads.values() if each.get("parent_id") == order):
        is_waited_for = parent["status"] in OPEN and part["client_id"] == parent.get("worker_id")
        assert is_waited_for or part["status"] not in OPEN, "a part that nobody waits for"
        assert part.get("reason_code") is None or not is_waited_for, "a part of the next worker"
    check_rounds(world, order)


def nested(cloud: Cloud) -> dict[str, Any]:
    """An order that Boots works on, with a part for candidates that Ada has claimed."""
    names = pooled(cloud, 0)
    register(cloud, "boots")
    root = cloud.offer("nova", "boots")
    assert cloud.move("boots", root, "accept").status == 200
    offer = {"to_agent_id": None, "to_capability": "estimation", "parent_id": root}
    part = cloud.offer("boots", "", lease_seconds=LEASE, max_lapses=MAX_LAPSES, **offer)
    assert cloud.move(ADA, part, "claim").status == 200
    return {**names, "root": root, "orders": [part]}


@scenario("a part that lapses and is claimed again while its parent is cancelled", nested)
def cascades(world: World) -> None:
    (order,), root = world.names["orders"], world.names["root"]
    go_on(world, order, str(approach(world, order)), 0)
    take_over(world, order, ADA, 0)
    cancel = world.move("cancel", "nova", root, key="x")
    world.act(*[world.ask("look", "GET", f"/messaging/work-order/{order}", BEN)] * 2, cancel)
    world.act(*[world.serve("work_orders_sweep", {})] * 2)
    world.stage.play()
    settle(world)
    check_settled(world)
    check_rounds(world, order)


def settle(world: World) -> None:
    """Two sweeps in which nobody dies, once the time of all clocks has passed."""
    world.stage.now += timedelta(seconds=2 * SKEW_SECONDS)
    for _ in range(2):
        world.serve("work_orders_sweep", {})()
