"""Workers that die at work: each order ends within its lease and two minutes, exactly once.

Ten workers have an order each. A worker dies at a random moment: before a report, in the middle of
a call, or never. Afterwards only the schedule runs, or only the client looks at its orders.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.races.scheduler import invariants
from tests.races.scheduler.scenario import register
from tests.races.scheduler.world import Tables, World, run
from tests.scale import IS_FULL, Figure

ORDERS = 10
SEEDS = 100 if IS_FULL else 3
LEASE = 60
WITHIN = timedelta(seconds=LEASE + 120)
EVERY = timedelta(seconds=60)


def prepare(cloud: Cloud) -> dict[str, Any]:
    """Ten orders of Nova's, with a lease, one for each of ten workers."""
    workers = [f"worker-{number}" for number in range(ORDERS)]
    names = register(cloud, "nova", *workers)
    orders = {each: cloud.offer("nova", each, lease_seconds=LEASE) for each in workers}
    return {**names, "orders": orders}


def work(world: World, chance: random.Random) -> None:
    """Each worker accepts, reports a few times and completes, unless it dies before."""
    for worker, order in world.names["orders"].items():
        steps = [world.move("accept", worker, order, key="a")]
        steps += [world.move("progress", worker, order, key=f"p{n}") for n in range(3)]
        steps.append(world.move("complete", worker, order, key="c"))
        world.act(*steps[: chance.randint(1, len(steps))])
    world.stage.play()


def by_schedule(world: World) -> None:
    """What runs every minute."""
    world.serve("work_orders_sweep", {})()


def by_meeting(world: World) -> None:
    """The client looks at each of its orders. No schedule runs."""
    for order in world.names["orders"].values():
        world.ask("look", "GET", f"/messaging/work-order/{order}", "nova")()


@pytest.mark.usefixtures("repaired_moto")
@pytest.mark.parametrize("end", [by_schedule, by_meeting])
def test_an_order_whose_worker_died_ends_once_and_in_time(
    end: Callable[[World], None], monkeypatch: pytest.MonkeyPatch, figure: Figure
):
    tables = Tables(prepare)
    ended: Counter[str] = Counter()
    for seed in range(SEEDS):
        with run(tables, seed, monkeypatch) as world:
            work(world, random.Random(seed))
            require_true_counts(world)
            died_at = world.stage.now
            while world.stage.now < died_at + WITHIN:
                world.stage.now += EVERY
                end(world)
                require_true_counts(world)
            ended.update(check(world, seed))
    total = SEEDS * ORDERS
    figure(
        f"orders ended {end.__name__.replace('_', ' ')}", f"{total}: {dict(sorted(ended.items()))}"
    )
    assert ended["failed"], "nobody died"
    assert ended["completed"], "everybody died"


def require_true_counts(world: World) -> None:
    """At this quiet moment each agent's active jobs are its accepted orders."""
    heads = [o for o in world.cloud.items("WorkOrdersTable") if o["part"] == "head"]
    active = Counter(o["worker_id"] for o in heads if o["status"] in invariants.ACTIVE)
    for agent in world.cloud.items("AgentsTable"):
        assert agent["active_jobs"] == active[agent["agent_id"]], agent["agent_id"]


def check(world: World, seed: int) -> list[str]:
    """Every order has ended, and a late worker is refused. Return the statuses."""
    for worker, order in world.names["orders"].items():
        seen = world.move("complete", worker, order)()
        again = world.move("progress", worker, order)()
        stored = world.cloud.head(order)
        if stored["status"] == "pending":  # it died before it accepted
            continue
        assert stored["status"] in ("completed", "failed"), (seed, order, stored["status"])
        assert (seen.status, again.status) == (409, 409), "a late worker was believed"
        ended = stored.get("completed_at", stored.get("failed_at"))
        assert clock.from_text(ended) <= world.stage.now, "it ended in the future"
    invariants.check(world)
    return [o["status"] for o in world.items("WorkOrdersTable") if o["part"] == "head"]
