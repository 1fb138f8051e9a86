"""Trees of work orders in a plain model: what may be created and moved, and what follows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LEASE = timedelta(seconds=60)
MAX_JOBS = 4
ACTIVE = ("accepted", "input_required")
OPEN = ("pending", *ACTIVE)
DONE = (200, "")
# What is done: whose it is, from which statuses, and the status afterwards.
MOVES = {
    "accept": ("worker", ("pending",), "accepted"),
    "reject": ("worker", ("pending",), "rejected"),
    "complete": ("worker", ACTIVE, "completed"),
    "fail": ("worker", ACTIVE, "failed"),
    "cancel": ("client", OPEN, "cancelled"),
    "ask": ("worker", ("accepted",), "input_required"),
    "answer": ("client", ("input_required",), "accepted"),
    "progress": ("worker", ACTIVE, ""),
}
Outcome = tuple[int, str]


@dataclass
class Order:
    """One order. `until` is the end of its lease, `budget` is in dollars."""

    order_id: str
    client: str
    worker: str
    parent: Order | None = None
    depends_on: tuple[Order, ...] = ()
    budget: int | None = None
    is_leased: bool = False
    deadline: datetime | None = None
    status: str = "pending"
    is_ready: bool = True
    until: datetime | None = None
    is_told: bool = False

    @property
    def limit(self) -> int | None:
        """What its children may cost: without a budget of its own, nothing of its parent's."""
        if self.budget is not None:
            return self.budget
        return None if self.parent is None or self.parent.limit is None else 0


@dataclass
class Forest:
    """All orders, and how often each thing happened."""

    orders: list[Order] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)

    def jobs(self, agent_id: str) -> int:
        """How many active jobs a worker has."""
        return sum(each.worker == agent_id and each.status in ACTIVE for each in self.orders)

    def children(self, parent: Order) -> list[Order]:
        """The children that an order has ever had."""
        return [each for each in self.orders if each.parent is parent]

    # --- what is answered

    def may_create(self, child: Order, now: datetime) -> Outcome:
        """What is answered to its client."""
        return DONE if child.parent is None else self._may_split(child.parent, child, now)

    def _may_split(self, parent: Order, child: Order, now: datetime) -> Outcome:
        if child.client not in (parent.client, parent.worker):
            return 404, "work_order_not_found"
        if child.client != parent.worker:
            return 403, "wrong_role"
        if parent.status not in ACTIVE:
            return 409, "illegal_transition"
        hopeful = all(each.status in (*OPEN, "completed") for each in child.depends_on)
        if not hopeful or (parent.deadline is not None and parent.deadline <= now):
            return 422, "invalid"
        return (409, "budget_exceeded") if self._exceeds(parent, child.budget) else DONE

    def _exceeds(self, parent: Order, budget: int | None) -> bool:
        kept = (each for each in self.children(parent) if each.status in (*OPEN, "completed"))
        taken = sum(each.budget or 0 for each in kept)
        return parent.limit is not None and bool(budget) and taken + (budget or 0) > parent.limit

    def may_move(self, what: str, agent_id: str, order: Order) -> Outcome:
        """What is answered to an agent."""
        role, sources, _ = MOVES[what]
        if agent_id not in (order.client, order.worker):
            return 404, "work_order_not_found"
        if agent_id != getattr(order, role):
            return 403, "wrong_role"
        if order.status not in sources:
            return 409, "illegal_transition"
        if what == "complete" and any(each.status in OPEN for each in self.children(order)):
            return 409, "open_children"
        if what == "accept" and not order.is_ready:
            return 409, "not_ready"
        is_full = what == "accept" and self.jobs(agent_id) >= MAX_JOBS
        return (409, "at_capacity") if is_full else DONE

    # --- what happens

    def create(self, child: Order) -> None:
        """Take in an order that was created."""
        if child.parent is not None and child.deadline is None:
            child.deadline = child.parent.deadline
        child.is_ready = all(each.status == "completed" for each in child.depends_on)
        self.orders.append(child)
        self.happened["child" if child.parent else "root"] += 1

    def move(self, what: str, order: Order, now: datetime) -> None:
        """Make a move that was answered with 200."""
        *_, status = MOVES[what]
        if order.is_leased and what in ("accept", "progress", "answer"):
            order.until = now + LEASE if order.status != "input_required" or status else None
        if what == "ask":
            order.until = None
        if status:
            self.end(order, status, what)

    def end(self, order: Order, status: str, why: str) -> None:
        """Let an order have this status, and settle what follows from it."""
        order.status = status
        self.happened[why] += 1
        if status not in OPEN:
            self.follow(order)

    def follow(self, order: Order) -> None:
        """Settle what follows from the end of an order."""
        status = order.status
        if status != "completed":
            for child in self.children(order):
                if child.status in OPEN:
                    self.end(child, "cancelled", "cascade")
        for each in [each for each in self.orders if order in each.depends_on]:
            if each.status in OPEN and status != "completed":
                self.end(each, "cancelled", "dependency failed")
            elif each.status in OPEN and all(o.status == "completed" for o in each.depends_on):
                each.is_ready = True
                self.happened["dependency ready"] += 1

    def leave(self, agent_id: str) -> Outcome:
        """An agent leaves, if it works on nothing."""
        if self.jobs(agent_id):
            return 409, "agent_busy"
        worker = [o for o in self.orders if o.worker == agent_id and o.status == "pending"]
        client = [o for o in self.orders if o.client == agent_id and o.status in OPEN]
        self.happened += Counter({"worker left": len(worker), "client left": len(client)})
        for order in (*worker, *client):
            order.status = "rejected" if order.worker == agent_id else "cancelled"
        for order in (*worker, *client):
            self.follow(order)
        return DONE

    def sweep(self, now: datetime) -> Counter[str]:
        """Do what the clock does, and then what follows. Return how often each thing was done."""
        done: Counter[str] = Counter()
        ended = []
        for order in self.orders:
            what = self._by_clock(order, now)
            if what == "overdue":
                order.is_told = True
            elif what:
                order.status = "expired" if what == "expired" else "failed"
                ended.append(order)
            done[what] += bool(what)
        for order in ended:
            self.follow(order)
        self.happened += done
        return done

    @staticmethod
    def _by_clock(order: Order, now: datetime) -> str:
        """What the clock does to an order at this moment."""
        is_late = order.deadline is not None and order.deadline <= now
        if order.status == "pending" and is_late:
            return "expired"
        if order.status == "input_required" and is_late:
            return "lapsed"
        if order.status != "accepted":
            return ""
        if order.is_leased:
            return "lapsed" if order.until is not None and order.until <= now else ""
        return "overdue" if is_late and not order.is_told else ""
