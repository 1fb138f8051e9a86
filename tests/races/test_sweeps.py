"""Two sweeps at once, each in several threads, on an engine that is isolated, as DynamoDB is.

Every lapsed order ends once, both parties are told once, and no worker keeps a job.
"""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from agent_messaging import clock
from tests.engine import SecondEngine, second_engine
from tests.faults.injection.faults import Injector
from tests.faults.injection.instance import Instance, running_for
from tests.faults.injection.world import World
from tests.scale import IS_FULL, Figure

WORKERS, ORDERS_EACH = (10, 100) if IS_FULL else (4, 6)
LEASE, TIMEOUT = 60, 55
SWEEP = "WorkOrdersSweepFunction"


@pytest.fixture(scope="module")
def engine() -> Iterator[SecondEngine]:
    with second_engine() as running:
        yield running


def instance(engine: SecondEngine, tables: dict[str, str]) -> Instance:
    """An instance with clients of its own."""
    return Instance(engine.url, tables, Injector(lambda _: None))


@pytest.fixture
def world(engine: SecondEngine) -> World:
    """A client, and workers that have accepted orders with a lease."""
    tables = engine.create_tables("sweeps-")
    world = World(engine, tables, instance(engine, tables), {})
    world.register("nova")
    body = {"title": "Estimates", "description": "Fifty of them", "lease_seconds": LEASE}
    for worker in (f"worker-{number}" for number in range(WORKERS)):
        world.register(worker, most=ORDERS_EACH)
        for _ in range(ORDERS_EACH):
            offer = {"to_agent_id": worker, **body}
            order = world.call("nova", "POST", "/messaging/work-order", offer)["work_order_id"]
            path = f"/messaging/work-order/{order}/respond"
            world.call(worker, "POST", path, {"action": "accept"})
        world.forget_registrations()
    return world


def test_two_sweeps_at_once_end_each_order_once(
    world: World, monkeypatch: pytest.MonkeyPatch, figure: Figure
):
    later = clock.now() + timedelta(seconds=LEASE)
    monkeypatch.setattr(clock, "now", lambda: later)
    sweeps = [instance(world.engine, world.tables).app(SWEEP) for _ in range(2)]
    with ThreadPoolExecutor(len(sweeps)) as pool:
        swept = list(pool.map(lambda each: each.handler({}, running_for(TIMEOUT)), sweeps))

    orders = world.items("WorkOrdersTable")
    lapsed = [each["lapsed"] for each in swept]
    figure("orders lapsed by each sweep", lapsed)
    assert sum(lapsed) == len(orders)
    assert Counter(each["status"] for each in orders) == {"failed": WORKERS * ORDERS_EACH}
    assert not [each for each in orders if "due_at" in each]
    assert {int(each["active_jobs"]) for each in world.items("AgentsTable")} == {0}
    told = Counter(told_of_failure(world))
    assert len(told) == 2 * len(orders)
    assert set(told.values()) == {1}


def told_of_failure(world: World) -> Iterator[tuple[str, str]]:
    """Each notification that an order has failed: the order, and who is told."""
    for message in world.items("AgentMessagesTable"):
        shown = message.get("display", {})
        if json.loads(shown.get("metadata") or "{}").get("status") == "failed":
            yield shown["work_order_id"], message["recipient_id"]
