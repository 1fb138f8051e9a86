"""Thirty-two instances that count one agent at once: nothing is lost, and one trip is one trip."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from agent_messaging import clock
from agent_messaging.agents.penalty import Penalty
from agent_messaging.meter.limiter import Meter
from agent_messaging.meter.table import MeterTable
from agent_messaging.storage.table import Table
from agent_messaging.storage.units import UNIT
from tests.engine import SecondEngine, second_engine
from tests.scale import scaled

INSTANCES = 32
QUOTA = 4_000
SPENT = 170  # tenths of a request
NOON = clock.from_text("2026-11-30T12:00:30.000Z")


@pytest.fixture(scope="module")
def engine() -> Iterator[SecondEngine]:
    with second_engine() as running:
        running.create_tables()
        yield running


def fleet(engine: SecondEngine, told: list[str], quota: int = QUOTA) -> list[Meter]:
    def refuse(agent_id: str, _penalty: Penalty) -> None:
        told.append(agent_id)

    client = engine.client(max_pool_connections=INSTANCES)
    return [Meter(MeterTable(client, "AgentMeterTable"), quota, refuse) for _ in range(INSTANCES)]


def stored(engine: SecondEngine, agent_id: str) -> dict:
    table = Table(engine.client(), "AgentMeterTable")
    return table.get({"agent_id": agent_id, "window": "units"}, consistent=True) or {}


def test_nothing_is_lost_over_the_edge_of_a_minute(engine: SecondEngine):
    """Clocks differ by up to two seconds, so some flush into a minute that others have left."""
    agent_id, told = "edge", []
    meters = fleet(engine, told, quota=10**9)
    requests = scaled(100)
    seen: list[int] = []

    def spend(number: int) -> None:
        meter = meters[number]
        add = meter.table.add

        def counted(who, units, now, *, is_first):
            standing = add(who, units, now, is_first=is_first)
            seen.append(units)
            return standing

        meter.table.add = counted
        for turn in range(requests):
            skew = timedelta(seconds=29 + 2 * turn / requests + number % 5 / 2)
            meter.spend(agent_id, SPENT, NOON + skew)

    with ThreadPoolExecutor(INSTANCES) as pool:
        list(pool.map(spend, range(INSTANCES)))
    kept = sum(meter._accounts[agent_id].tenths for meter in meters)
    # What counting costs is added to the accounts, so it may only be more.
    assert sum(seen) * UNIT + kept >= INSTANCES * requests * SPENT
    assert stored(engine, agent_id)["units"] <= sum(seen)
    assert stored(engine, agent_id)["minute"] == "2026-11-30T12:01:00.000Z"
    assert told == []


def test_one_trip_is_counted_once_and_everybody_learns_of_it(engine: SecondEngine):
    agent_id, told = "spender", []
    meters = fleet(engine, told)

    def spend(meter: Meter) -> int:
        served = 0
        while meter.penalty_of(agent_id, NOON) is None:
            meter.spend(agent_id, SPENT, NOON)
            served += 1
            assert served < QUOTA
        return served

    with ThreadPoolExecutor(INSTANCES) as pool:
        served = sum(pool.map(spend, meters))
    item = stored(engine, agent_id)
    assert item["trips"] == 1
    assert item["marked_until"] == item["penalty"]["until"] == "2026-11-30T12:02:00.000Z"
    # Each instance is late by what it gathers, and by its request under way.
    late = INSTANCES * (50 * UNIT + 2 * SPENT)
    assert QUOTA * UNIT < served * SPENT <= QUOTA * UNIT + late
    assert told
