"""Many candidates claim many orders over HTTP, on an engine that is isolated, as DynamoDB is.

Each claimer lists the orders, claims them in an order of its own, and completes one whenever it is
full. Every order has one winner, nobody has more jobs than it allows, and none is forgotten.
"""

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.client import Agent, Stack
from tests.e2e.server import running_server
from tests.engine import second_engine
from tests.scale import IS_FULL, Figure

CLAIMERS, ORDERS = (64, 1000) if IS_FULL else (8, 40)
MAX_JOBS = 3
CAPABILITY = "estimation"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with second_engine() as engine, running_server("--engine", engine.url) as server:
        yield Stack(server.url, is_open_mode=True)


class Claimer:
    """A candidate that works until no order is left: what it won, and what it was answered."""

    def __init__(self, agent: Agent, seed: int) -> None:
        self.agent = agent
        self.chance = random.Random(seed)
        self.won: list[str] = []
        self.refusals: Counter[str] = Counter()
        self.most_jobs = 0

    def work(self) -> None:
        while orders := self.listed():
            self.chance.shuffle(orders)
            for order_id in orders[:10]:
                self.claim(order_id)
        for order_id in self.won[-MAX_JOBS:]:
            self.complete(order_id)

    def listed(self) -> list[str]:
        query = {"role": "candidate", "capability": CAPABILITY, "limit": 100}
        found = self.agent.get("/messaging/work-orders", **query)["work_orders"]
        return [each["work_order_id"] for each in found]

    def claim(self, order_id: str) -> None:
        answer = self.agent.send("POST", f"/messaging/work-order/{order_id}/claim", json={})
        if answer.status_code == 200:
            self.won.append(order_id)
            return
        code = answer.json()["code"]
        self.refusals[code] += 1
        if code == "at_capacity":
            self.complete(self.chance.choice(self.won[-MAX_JOBS:]))

    def complete(self, order_id: str) -> None:
        jobs = self.agent.get("/agents/me")["current_active_jobs"]
        self.most_jobs = max(self.most_jobs, jobs)
        # One that is complete already is refused, and nothing else happens.
        self.agent.send("POST", f"/messaging/work-order/{order_id}/complete", json={})


def test_each_order_of_a_pool_is_claimed_once_within_everybodys_capacity(
    stack: Stack, figure: Figure
):
    nova = stack.register("Nova")
    claimers = []
    for number in range(CLAIMERS):
        agent = stack.register(f"Claimer{number}", capabilities=[CAPABILITY])
        agent.put("/messaging/presence", max_concurrent_jobs=MAX_JOBS)
        claimers.append(Claimer(agent, number))
    offer = {"to_capability": CAPABILITY, "title": "A job", "description": "Do it once."}
    orders = [nova.post("/messaging/work-order", **offer)["work_order_id"] for _ in range(ORDERS)]

    with ThreadPoolExecutor(CLAIMERS) as pool:
        list(pool.map(Claimer.work, claimers))

    won = Counter(order_id for claimer in claimers for order_id in claimer.won)
    refusals = sum((claimer.refusals for claimer in claimers), Counter())
    figure(f"orders won by {CLAIMERS} claimers", f"{len(won)} of {ORDERS}")
    figure("refusals", dict(refusals))
    assert won == Counter(orders)
    assert refusals.keys() <= {"illegal_transition", "at_capacity"}
    assert max(claimer.most_jobs for claimer in claimers) <= MAX_JOBS
    for claimer in claimers:
        assert_its_orders(claimer)


def assert_its_orders(claimer: Claimer) -> None:
    """The claimer is the worker of exactly what it won, and its count of jobs is the truth."""
    orders = [claimer.agent.get(f"/messaging/work-order/{each}") for each in claimer.won]
    assert {order["worker"]["id"] for order in orders} <= {claimer.agent.agent_id}
    active = sum(order["status"] == "accepted" for order in orders)
    profile = claimer.agent.get("/agents/me")
    assert profile["current_active_jobs"] == active
    assert profile["completed_jobs"] == len(orders) - active
