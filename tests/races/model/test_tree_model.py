"""Whatever agents do with parts of orders, a plain model says the answer and what follows.

Each run draws its steps from its seed. After every step, the status of each order is what the model
says, and whether it is ready. At the end, so is the number of jobs of each agent.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging import clock
from local.in_process.functions import forget
from local.in_process.memory import Memory
from local.in_process.requests import Answer
from tests.integration.cloud import Cloud
from tests.integration.recorder import RECORDER
from tests.races.model.trees import (
    ACTIVE,
    DONE,
    LEASE,
    MAX_JOBS,
    MOVES,
    OPEN,
    Forest,
    Order,
    Outcome,
)
from tests.scale import IS_FULL, Figure, scaled

RUNS, STEPS = scaled(100), 50
BEGINNING = datetime(2036, 1, 1, tzinfo=UTC)
AGENTS = ("nova", "boots", "third", "fourth")
LEAVES = "fourth"
BODIES = {"ask": {"question": "How?"}, "answer": {"answer": "So."}}
# What must happen in every run of the test, and what needs the many of a long one.
OFTEN = ("child", "cascade", "dependency ready", "dependency failed", "progress", "lapsed")
SELDOM = ("overdue", "expired", "client left", "worker left")


class Run:
    """One run: the functions, and the model beside them."""

    def __init__(self, cloud: Cloud, number: int) -> None:
        self.cloud = cloud
        self.chance = random.Random(number)
        self.now = BEGINNING
        self.forest = Forest()
        self.agents = [*AGENTS]
        self.refusals: Counter[str] = Counter()

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def play(self) -> None:
        steps = [self.begin, *[self.split] * 4, *[self.move] * 7, self.wait, self.leave]
        self.begin()
        for _ in range(STEPS):
            step = self.chance.choice(steps)
            step()
            self.check(step.__name__)
        for agent_id in self.agents:
            profile = self.cloud.profile(agent_id)
            assert profile["current_active_jobs"] == self.forest.jobs(agent_id)

    def begin(self) -> None:
        """Boots gets an order, which it most often accepts if it has room."""
        client = self.chance.choice([each for each in self.agents if each in ("nova", LEAVES)])
        order = Order("", client, "boots", budget=self.chance.choice((None, 10, 20)))
        order.is_leased = self.chance.random() < 0.4
        if self.chance.random() < 0.4:
            order.deadline = self.now.replace(microsecond=0) + timedelta(seconds=200)
        self.create(order)
        if self.chance.random() < 0.8:
            self.try_to("accept", "boots", order)

    def split(self) -> None:
        """Somebody, most often its worker, creates a part of an order."""
        active = [order for order in self.forest.orders if order.status in ACTIVE]
        parent = self.chance.choice(active[-4:]) if active else self.any_order()
        client = parent.worker if self.chance.random() < 0.9 else self.any_agent()
        if client not in self.agents:
            return
        worker = self.chance.choice([each for each in self.agents if each not in (client, "nova")])
        siblings = self.forest.children(parent)[-3:]
        chosen = self.chance.sample(siblings, min(len(siblings), self.chance.choice((0, 1, 2))))
        budget = self.chance.choice((None, None, 2, 5, 9))
        self.create(Order("", client, worker, parent, tuple(chosen), budget))

    def create(self, order: Order) -> None:
        body = {"to_agent_id": order.worker, "title": "t", "description": "d"}
        body |= {"lease_seconds": LEASE.seconds} if order.is_leased else {}
        body |= {"deadline_at": clock.to_text(order.deadline)} if order.deadline else {}
        body |= {} if order.budget is None else {"budget_usd": order.budget}
        body |= {} if order.parent is None else {"parent_id": order.parent.order_id}
        body |= {"depends_on": [o.order_id for o in order.depends_on]} if order.depends_on else {}
        expected = self.forest.may_create(order, self.now)
        answer = self.cloud.post("/messaging/work-order", {"from_agent_id": order.client}, body)
        if self.agree("create", answer, expected):
            order.order_id = answer.json["work_order_id"]
            self.forest.create(order)

    def move(self) -> None:
        """One of the parties, or somebody else, moves an order."""
        order = self.any_order()
        possible = [each for each, (_, sources, _) in MOVES.items() if order.status in sources]
        possible += ["complete", "complete"] if order.status in ACTIVE else ["accept", "accept"]
        is_sensible = possible and self.chance.random() < 0.8
        what = self.chance.choice(possible if is_sensible else [*MOVES])
        agent_id = getattr(order, MOVES[what][0])
        if self.chance.random() < 0.1:
            agent_id = self.any_agent()
        if agent_id in self.agents:
            self.try_to(what, agent_id, order)

    def try_to(self, what: str, agent_id: str, order: Order) -> None:
        expected = self.forest.may_move(what, agent_id, order)
        answer = self.cloud.move(agent_id, order.order_id, what, **BODIES.get(what, {}))
        if self.agree(what, answer, expected):
            self.forest.move(what, order, self.now)
            self.forest.happened["progress"] += what == "progress"

    def wait(self) -> None:
        """Time passes, and the schedule finds what the clock has ended."""
        self.now += timedelta(seconds=self.chance.choice((20, 70, 120)))
        swept = self.cloud.swept()
        del swept["ended"], swept["settled"]
        assert swept == self.forest.sweep(self.now)
        self.cloud.swept()  # what follows from the first one

    def leave(self) -> None:
        if LEAVES not in self.agents or self.chance.random() < 0.8:
            return
        answer = self.cloud.call("DELETE", "/agents/me", {"agent_id": LEAVES})
        if self.agree("leave", answer, self.forest.leave(LEAVES)):
            self.agents.remove(LEAVES)
            self.cloud.swept()  # what follows from the orders that ended with it

    def agree(self, what: str, answer: Answer, expected: Outcome) -> bool:
        code = "" if answer.status == 200 else answer.json["code"]
        assert (answer.status, code) == expected, f"{what}: {answer.text}"
        self.refusals[code] += 1
        return expected == DONE

    def any_order(self) -> Order:
        """One of the newest orders, most often an open one."""
        newest = self.forest.orders[-12:]
        opened = [order for order in newest if order.status in OPEN]
        return self.chance.choice(opened if opened and self.chance.random() < 0.9 else newest)

    def any_agent(self) -> str:
        return self.chance.choice(self.agents)

    def check(self, step: str) -> None:
        items = self.cloud.items("WorkOrdersTable")
        heads = {item["work_order_id"]: item for item in items if item["part"] == "head"}
        for order in self.forest.orders:
            head = heads[order.order_id]
            stored = head["status"], head.get("is_ready", True), "overdue_at" in head
            assert stored == (order.status, order.is_ready, order.is_told), (step, order.order_id)


def test_parts_of_orders_do_what_the_plain_model_does(
    repaired_moto: None, monkeypatch: pytest.MonkeyPatch, figure: Figure
):
    cloud = Cloud()
    for agent_id in AGENTS:
        cloud.register(agent_id)
        own, body = {"agent_id": agent_id}, {"max_concurrent_jobs": MAX_JOBS}
        assert cloud.call("PUT", "/messaging/presence", own, body).status == 200
    memory = Memory()
    happened: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    for number in range(RUNS):
        memory.put_back()
        forget()
        RECORDER.reset()
        run = Run(cloud, number)
        monkeypatch.setattr(clock, "now", run.clock)
        try:
            run.play()
        except AssertionError as error:
            raise AssertionError(f"run {number}: {error}") from error
        happened += run.forest.happened
        refusals += run.refusals
    figure("happened", dict(sorted(happened.items())))
    figure("refusals", dict(sorted(refusals.items())))
    for what in OFTEN + (SELDOM if IS_FULL else ()):
        assert happened[what] > 0, f"{what} never happened"
