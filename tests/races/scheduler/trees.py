"""Random trees: orders that are split, raced for, completed and cancelled, while functions die."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.integration.cloud import Cloud
from tests.races.scheduler.scenario import register
from tests.races.scheduler.world import Items, Seen, World

ROOT_CENTS = 1000
PARTS = 4
OPEN = ("pending", "accepted", "input_required")
UNTIL = timedelta(seconds=120)
JOBS = {"max_concurrent_jobs": 20}
CAPABILITY = "estimation"

Heads = dict[str, Items]


def rooted(cloud: Cloud) -> dict[str, Any]:
    """Boots works for Nova, and has given a part to Third, who has accepted it too."""
    register(cloud, "nova", "boots")
    for agent in ("third", "fourth"):
        cloud.register(agent, capabilities=[CAPABILITY])
    for agent in ("boots", "third", "fourth"):
        assert cloud.call("PUT", "/messaging/presence", {"agent_id": agent}, JOBS).status == 200
    root = cloud.offer("nova", "boots", budget_usd=ROOT_CENTS / 100)
    assert cloud.move("boots", root, "accept").status == 200
    middle = cloud.offer("boots", "third", budget_usd=4, parent_id=root)
    assert cloud.move("third", middle, "accept").status == 200
    return {"root": root, "middle": middle}


class Forest:
    """The random acts of one run, and what they did."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)
        self.known: dict[str, list[str]] = {each: [] for each in world.names.values()}
        self.known[world.names["root"]].append(world.names["middle"])
        self.counts: Counter[str] = Counter()

    def enter(self) -> None:
        """All who act: those that split, those that end, and the schedule."""
        root, middle = self.world.names["root"], self.world.names["middle"]
        for number in range(PARTS):
            self.world.act(self._part(f"r{number}", root, "boots", self._worker()))
        for number in range(2):
            self.world.act(self._part(f"m{number}", middle, "third", "fourth"))
        self.world.act(*(self._end(root, middle) for _ in range(2)))
        self.world.act(self._checked(self.world.serve("work_orders_sweep", {})))

    def _worker(self) -> str:
        return self.chance.choice(("third", "fourth"))

    def _checked(self, step: Callable[[], Any]) -> Callable[[], Any]:
        """The step, and then what always holds: nobody else acts in between."""

        def take() -> Any:
            done = step()
            check(heads_of(self.world))
            return done

        return take

    def _part(self, key: str, parent: str, client: str, worker: str) -> Callable[[], None]:
        """Create a part, and move it as its worker does, some time later."""
        dollars = self.chance.choice((None, 1, 2, 3, 5, 6))
        depends = self.chance.random() < 0.4
        then = self.chance.choice(("accept", "accept", "complete", "complete", "fail", "reject"))
        is_pooled = self.chance.random() < 0.4
        to = {"to_capability": CAPABILITY} if is_pooled else {"to_agent_id": worker}

        def step() -> None:
            body = {**to, "title": key, "description": "d", "parent_id": parent}
            siblings = self.known[parent][-2:]
            body |= {} if dollars is None else {"budget_usd": dollars}
            body |= {"depends_on": siblings} if depends and siblings else {}
            seen = self._ask("create", "/messaging/work-order", client, body, key)
            if seen.status != 200:
                self.counts[seen.json.get("code", "none")] += 1
                return
            order = seen.json["work_order_id"]
            self.known[parent].append(order)
            self.counts["created"] += 1
            take = "claim" if is_pooled else "accept"
            if then == "reject":
                self._give_up(order, client if is_pooled else worker, is_pooled=is_pooled)
            elif self._move(take, worker, order).status == 200 and then != "accept":
                self._move(then, worker, order)

        return step

    def _end(self, root: str, middle: str) -> Callable[[], None]:
        """End the root or its part: cancel, complete or fail."""
        order, agent, action = self.chance.choice(
            (
                (root, "nova", "cancel"),
                (root, "boots", "complete"),
                (root, "boots", "fail"),
                (middle, "boots", "cancel"),
                (middle, "third", "complete"),
            )
        )
        waits = self.chance.randrange(4)

        def step() -> None:
            for _ in range(waits):
                path = f"/messaging/work-order/{order}/children"
                self._checked(self.world.ask("children", "GET", path, agent))()
            self._move(action, agent, order)

        return step

    def _move(self, action: str, agent: str, order: str) -> Seen:
        seen: Seen = self._checked(self.world.move(action, agent, order, key=f"{action}-{order}"))()
        self.counts[f"{action} {seen.status}"] += 1
        return seen

    def _give_up(self, order: str, agent: str, *, is_pooled: bool) -> None:
        """End a pending part: its worker rejects it, or its client takes it out of the pool."""
        self._move("cancel" if is_pooled else "reject", agent, order)

    def _ask(self, what: str, path: str, agent: str, body: Any, key: str) -> Seen:
        seen: Seen = self._checked(self.world.ask(what, "POST", path, agent, body, key=key))()
        return seen


def heads_of(world: World) -> Heads:
    """Every order as it is at this moment."""
    stored = world.cloud.items("WorkOrdersTable")
    return {item["work_order_id"]: item for item in stored if item["part"] == "head"}


def check(heads: Heads) -> None:
    """What holds at every moment: budgets, completed parents, and orders that wait."""
    for order_id, parent in heads.items():
        children = [each for each in heads.values() if each.get("parent_id") == order_id]
        taken = sum(map(cents, children))
        assert taken <= cents_of(parent, taken), f"{taken} of {parent['display'].get('budget_usd')}"
        assert taken <= parent.get("committed_cents", taken), "the counter is too low"
        assert parent.get("children", 0) == len(children)
        if parent["status"] == "completed":
            assert not [each for each in children if each["status"] in OPEN], "open children"
    for order in heads.values():
        if "accepted_at" in order:
            waits_for = [heads[each]["status"] for each in order.get("depends_on", ())]
            assert set(waits_for) <= {"completed"}, "accepted before it was ready"


def cents(child: Items) -> int:
    """What a child takes of its parent's budget."""
    returns = child["status"] not in (*OPEN, "completed")
    return 0 if returns else int(child["display"].get("budget_usd", 0) * 100)


def cents_of(parent: Items, taken: int) -> int:
    """What its children may take in all."""
    own = parent["display"].get("budget_usd")
    return int(parent.get("room_cents", taken if own is None else own * 100))


def check_settled(world: World) -> None:
    """What holds 120 seconds after the last end: nothing below an ended order is open."""
    stored = world.cloud.items("WorkOrdersTable")
    heads = {item["work_order_id"]: item for item in stored if item["part"] == "head"}
    check(heads)
    assert not [item for item in stored if item["part"] == "ended"], "something is not settled"
    for order in heads.values():
        parent = heads.get(order.get("parent_id", ""))
        if parent is not None and parent["status"] not in OPEN:
            assert order["status"] not in OPEN, "an open child of an ended order"
        waits_for = [heads[each]["status"] for each in order.get("depends_on", ())]
        if order["status"] == "pending" and waits_for:
            assert not set(waits_for) - {*OPEN, "completed"}, "it waits for ever"
            assert order["is_ready"] == (set(waits_for) == {"completed"})
    _check_told(world)


def _check_told(world: World) -> None:
    """A worker is told once that an order is ready."""
    notes = [
        item["display"]["work_order_id"]
        for item in world.cloud.items("AgentMessagesTable")
        if json.loads(item.get("display", {}).get("metadata") or "{}").get("event") == "ready"
    ]
    assert len(notes) == len(set(notes)), "told twice"
