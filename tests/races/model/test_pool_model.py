"""Whatever a client and its candidates do with pools and bids, a plain model says the answer.

Each run draws steps from its seed. After every step a candidate's list is what the model says, and
after each run so are all orders, and how many jobs each agent has.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent_messaging import clock
from local.in_process.functions import forget
from local.in_process.memory import Memory
from local.in_process.requests import Answer
from tests.integration.cloud import Cloud
from tests.integration.recorder import RECORDER
from tests.integration.work_orders import pools
from tests.scale import IS_FULL, Figure, scaled

RUNS, STEPS = scaled(80), 60
BEGINNING = datetime(2036, 1, 1, tzinfo=UTC)
LEASE = timedelta(seconds=60)
CANDIDATES = ("ada", "ben", "eve")
CLIENT = "nova"
MAX_JOBS = 2
DONE = (200, "")
# What must happen in every run of the test, and what needs the many of a long one.
OFTEN = ("claim", "award", "bid", "bid replaced", "withdraw", "lapse", "claim excluded")
SELDOM = ("complete", "fail", "claim at_capacity", "award at_capacity", "award bid_replaced")


@dataclass
class Order:
    """One order as the model has it. `bids` are the ids that each agent has had, newest last."""

    order_id: str
    priority: int
    max_lapses: int
    bids_by: datetime | None = None
    status: str = "pending"
    worker: str | None = None
    until: datetime | None = None
    excluded: list[str] = field(default_factory=list)
    bids: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_auction(self) -> bool:
        return self.bids_by is not None


@dataclass
class Candidate:
    """One candidate as the model has it."""

    agent_id: str
    is_capable: bool = True
    takes_orders: bool = True
    is_blocked: bool = False
    blocks: bool = False
    jobs: int = 0

    @property
    def may_see(self) -> bool:
        return self.is_capable and not (self.is_blocked or self.blocks)


class Run:
    """One run: the functions, the model beside them, and what has been answered."""

    def __init__(self, cloud: Cloud, number: int) -> None:
        self.cloud = cloud
        self.chance = random.Random(number)
        self.now = BEGINNING
        self.orders: list[Order] = []
        self.candidates = {each: Candidate(each) for each in CANDIDATES}
        self.answers: Counter[str] = Counter()

    def clock(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def play(self) -> None:
        self.offer()
        steps: list[Callable[[], None]] = [
            *(
                self.offer,
                self.claim,
                self.claim,
                self.claim,
                self.bid,
                self.bid,
                self.award,
                self.award,
            ),
            *(self.end, self.end, self.cancel, self.wait, self.change, self.withdraw),
        ]
        for _ in range(STEPS):
            self.chance.choice(steps)()
            self.check_list(self.any_candidate())
        self.check_orders()

    def any_candidate(self) -> Candidate:
        return self.candidates[self.chance.choice(CANDIDATES)]

    def any_order(self, *, is_auction: bool | None = None) -> Order:
        """One of the newest orders, most often one of the kind that is asked for."""
        newest = self.orders[-6:]
        fitting = [order for order in newest if order.is_auction is is_auction]
        is_strict = fitting and self.chance.random() < 0.9
        return self.chance.choice(fitting if is_strict else newest)

    def expect(self, what: str, answer: Answer, expected: tuple[int, str]) -> bool:
        """Hold an answer against the model's, and return whether the call succeeded."""
        code = "" if answer.status < 300 else answer.json["code"]
        told = (200 if answer.status == 204 else answer.status, code)
        assert told == expected, f"{what}: {answer.text}"
        self.answers[f"{what} {code}".strip()] += 1
        return told == DONE

    # --- the client

    def offer(self) -> None:
        priority, most = self.chance.randint(0, 10), self.chance.randint(1, 3)
        until = self.now + timedelta(seconds=self.chance.choice((100, 400)))
        until = until.replace(microsecond=0)
        is_auction = self.chance.random() < 0.5
        more = {"bids_by": clock.to_text(until)} if is_auction else {}
        order_id = pools.pool_order(
            self.cloud, CLIENT, priority=priority, max_lapses=most, lease_seconds=60, **more
        )
        self.orders.append(Order(order_id, priority, most, until if is_auction else None))

    def award(self) -> None:
        order = self.any_order(is_auction=True)
        known = [(name, each) for name, own in order.bids.items() for each in own if each]
        if not order.is_auction or not known:
            return
        agent_id, bid_id = self.chance.choice(known)
        candidate, own = self.candidates[agent_id], order.bids[agent_id]
        expected = DONE
        if order.status != "pending":
            expected = (409, "illegal_transition")
        elif own[-1] != bid_id:
            is_known = own[-1] and len(own) > 1 and own[-2] == bid_id
            expected = (409, "bid_replaced") if is_known else (404, "bid_not_found")
        elif not (candidate.may_see and candidate.takes_orders) or agent_id in order.excluded:
            expected = (409, "worker_unavailable")
        elif candidate.jobs >= MAX_JOBS:
            expected = (409, "at_capacity")
        if self.expect("award", pools.award(self.cloud, order.order_id, bid_id), expected):
            self.take(order, candidate)

    def cancel(self) -> None:
        order = self.any_order()
        is_open = order.status in ("pending", "accepted")
        expected = DONE if is_open else (409, "illegal_transition")
        if self.expect("cancel", self.cloud.move(CLIENT, order.order_id, "cancel"), expected):
            self.finish(order, "cancelled")

    def wait(self) -> None:
        """Time passes. The client reads its orders, which stores what has lapsed."""
        self.now += LEASE + timedelta(seconds=1)
        for order in self.orders:
            if order.status == "accepted" and order.until and order.until <= self.now:
                self.cloud.order(CLIENT, order.order_id)
                self.lapse(order)

    # --- the candidates

    def claim(self) -> None:
        order, candidate = self.any_order(is_auction=False), self.any_candidate()
        expected = self.refusal(order, candidate, is_auction=False)
        answer = pools.claim(self.cloud, candidate.agent_id, order.order_id)
        if self.expect("claim", answer, expected):
            self.take(order, candidate)

    def bid(self) -> None:
        order, candidate = self.any_order(is_auction=True), self.any_candidate()
        expected = self.refusal(order, candidate, is_auction=True)
        answer = pools.bid(self.cloud, candidate.agent_id, order.order_id)
        if self.expect("bid", answer, expected):
            self.answers["bid replaced"] += candidate.agent_id in order.bids
            order.bids.setdefault(candidate.agent_id, []).append(answer.json["bid_id"])

    def withdraw(self) -> None:
        order, candidate = self.any_order(is_auction=True), self.any_candidate()
        expected = self.hidden(order, candidate, is_auction=True)
        if expected == DONE and order.status != "pending":
            expected = (409, "illegal_transition")
        answer = pools.withdraw(self.cloud, candidate.agent_id, order.order_id)
        if self.expect("withdraw", answer, expected) and candidate.agent_id in order.bids:
            order.bids[candidate.agent_id].append("")

    def end(self) -> None:
        order, candidate = self.any_order(), self.any_candidate()
        working = [each for each in self.orders if each.status == "accepted"]
        if working and self.chance.random() < 0.5:
            order = self.chance.choice(working)
            candidate = self.candidates[order.worker or ""]
        action = self.chance.choice(("complete", "fail"))
        expected = DONE
        if order.worker == candidate.agent_id:
            expected = DONE if order.status == "accepted" else (409, "illegal_transition")
        elif candidate.agent_id in order.excluded:
            expected = (409, "excluded")
        elif order.status == "pending" and candidate.may_see:
            expected = (403, "wrong_role")
        else:
            expected = (404, "work_order_not_found")
        answer = self.cloud.move(candidate.agent_id, order.order_id, action)
        if self.expect(action, answer, expected):
            self.finish(order, "completed" if action == "complete" else "failed")

    def change(self) -> None:
        """A candidate changes what it can do, or one of the two blocks the other or ends that."""
        candidate = self.any_candidate()
        what = self.chance.choice(("is_capable", "takes_orders", "is_blocked", "blocks"))
        is_good = self.chance.random() < 0.7
        value = is_good if what in ("is_capable", "takes_orders") else not is_good
        setattr(candidate, what, value)
        own = {"agent_id": candidate.agent_id}
        state = {"state": "blocked" if value else "allowed"}
        method, path, query, body = {
            "is_capable": (
                *("PATCH", "/agents/me", own),
                {"capabilities": [pools.CAPABILITY] if value else []},
            ),
            "takes_orders": ("PUT", "/messaging/presence", own, {"accepts_work_orders": value}),
            "is_blocked": (
                *("PUT", f"/messaging/contacts/{candidate.agent_id}", {"agent_id": CLIENT}),
                state,
            ),
            "blocks": ("PUT", f"/messaging/contacts/{CLIENT}", own, state),
        }[what]
        answer = self.cloud.call(method, path, query, body)
        assert answer.status == 200, answer.text

    # --- what the model says

    def hidden(self, order: Order, candidate: Candidate, *, is_auction: bool) -> tuple[int, str]:
        if order.worker != candidate.agent_id and not candidate.may_see:
            return 404, "work_order_not_found"
        return DONE if order.is_auction is is_auction else (409, "wrong_offer")

    def refusal(self, order: Order, candidate: Candidate, *, is_auction: bool) -> tuple[int, str]:
        hidden = self.hidden(order, candidate, is_auction=is_auction)
        if hidden != DONE:
            return hidden
        if order.status != "pending":
            return 409, "illegal_transition"
        if is_auction and not self.takes_bids(order):
            return 409, "bidding_closed"
        if candidate.agent_id in order.excluded:
            return 409, "excluded"
        if not candidate.takes_orders:
            return 409, "worker_unavailable"
        is_full = candidate.jobs >= MAX_JOBS and not is_auction
        return (409, "at_capacity") if is_full else DONE

    def takes_bids(self, order: Order) -> bool:
        return order.bids_by is not None and order.bids_by > self.now + timedelta(milliseconds=1)

    def take(self, order: Order, candidate: Candidate) -> None:
        order.status, order.worker = "accepted", candidate.agent_id
        order.until = self.now + LEASE
        candidate.jobs += 1

    def finish(self, order: Order, status: str) -> None:
        if order.status == "accepted" and order.worker:
            self.candidates[order.worker].jobs -= 1
        order.status = status

    def lapse(self, order: Order) -> None:
        assert order.worker is not None
        self.answers["lapse"] += 1
        self.candidates[order.worker].jobs -= 1
        if len(order.excluded) + 1 >= order.max_lapses:
            order.status = "failed"
            return
        order.excluded.append(order.worker)
        order.status, order.worker = "pending", None

    # --- what is there

    def check_list(self, candidate: Candidate) -> None:
        if not candidate.is_capable:
            return
        offered = [
            order
            for order in self.orders
            if order.status == "pending"
            and candidate.may_see
            and candidate.agent_id not in order.excluded
            and (not order.is_auction or self.takes_bids(order))
        ]
        offered.sort(key=lambda order: (-order.priority, order.order_id))
        found = pools.listing(self.cloud, candidate.agent_id, limit=3)
        assert found == [order.order_id for order in offered]

    def check_orders(self) -> None:
        for order in self.orders:
            stored: dict[str, Any] = self.cloud.order(CLIENT, order.order_id)
            worker = stored["worker"] and stored["worker"]["id"]
            assert (stored["status"], worker) == (order.status, order.worker)
        for candidate in self.candidates.values():
            jobs = self.cloud.profile(candidate.agent_id)["current_active_jobs"]
            assert jobs == candidate.jobs <= MAX_JOBS


def test_pools_and_bids_do_what_the_plain_model_does(
    repaired_moto: None, monkeypatch: pytest.MonkeyPatch, figure: Figure
):
    cloud = Cloud()
    cloud.register(CLIENT)
    pools.join(cloud, *CANDIDATES, max_concurrent_jobs=MAX_JOBS)
    memory = Memory()
    answers: Counter[str] = Counter()
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
        answers += run.answers
    figure("answers", dict(sorted(answers.items())))
    for what in OFTEN + (SELDOM if IS_FULL else ()):
        assert answers[what] > 0, f"{what} never happened"
