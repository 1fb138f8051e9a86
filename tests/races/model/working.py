"""Rules about work orders, and about writes that are sent again under their key."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.races.model import orders
from tests.races.model.bench import MILLISECOND
from tests.races.model.machine import Machine
from tests.races.model.values import (
    besides,
    budgets,
    deadlines,
    names,
    objects,
    picks,
    times,
    words,
)
from tests.races.model.world import Document, Request, text

more = st.fixed_dictionaries(
    {},
    optional={
        "requirements": objects,
        "deliverables": objects,
        "budget_usd": budgets,
        "lease_seconds": st.sampled_from([60, 600]),
    },
)
reasons = st.none() | words
results = st.fixed_dictionaries(
    {},
    optional={
        "result_data": objects,
        "result_url": st.sampled_from([None, "https://x.org/"]),
        "summary": st.none() | words,
    },
)

# Who may do what.
ACTIONS = {**orders.ROLES, "progress": "worker"}

# How an order goes when all goes well, or at least fast.
WAYS = [
    ("accept", "ask", "answer", "complete"),
    ("accept", "ask", "fail"),
    ("accept", "progress", "ask", "cancel"),
    ("accept", "ask", "complete"),
    ("accept", "complete"),
    ("accept", "fail"),
    ("accept", "cancel"),
    ("reject",),
    ("cancel",),
    ("wait",),
    ("accept", "wait"),
]

# The same write with another body.
OTHERWISE: dict[str, Document] = {
    "ping": {"message": "Other"},
    "send": {"body": "Other"},
    "create": {"title": "Other"},
    "accept": {"action": "reject"},
    "reject": {"action": "accept"},
    "complete": {"summary": "Other"},
    "cancel": {"reason": "Other"},
    "fail": {"reason": "Other"},
    "ask": {"question": "Other"},
    "answer": {"answer": "Other"},
    "progress": {"note": "Other"},
}
BODIES: dict[str, Document] = {"ask": {"question": "How?"}, "answer": {"answer": "So."}}


class Working(Machine):
    """From offer to result, in time and too late, by the right party and by others."""

    @initialize(ways=st.lists(st.sampled_from(WAYS), min_size=2, max_size=4))
    def tell_how_orders_went(self, ways: list[tuple[str, ...]]) -> None:
        """Each run begins with some, for hypothesis turns many a rule off for a whole run."""
        for way in ways:
            self._tell(*self.welcome()[-1], way)

    @precondition(lambda self: self.welcome())
    @rule(which=picks, way=st.sampled_from(WAYS))
    def tell_how_one_more_went(self, which: int, way: tuple[str, ...]) -> None:
        self._tell(*self.choose(self.welcome(), which), way)

    @rule(pick=picks, to=names, seconds=deadlines, more=more, times=times)
    def offer(self, pick: int, to: str, seconds: float | None, more: Document, times: int) -> None:
        self._offer(self.caller(pick), to, seconds, more, times)

    @precondition(lambda self: self.welcome())
    @rule(which=picks, seconds=deadlines, times=times)
    def offer_where_it_is_welcome(self, which: int, seconds: float | None, times: int) -> None:
        self._offer(*self.choose(self.welcome(), which), seconds, {}, times)

    @precondition(lambda self: self.standing("pending"))
    @rule(which=picks, action=st.sampled_from(["accept", "reject", "cancel"]), reason=reasons)
    def answer(self, which: int, action: str, reason: str | None) -> None:
        name = {"accept": "estimated_completion", "reject": "rejection_reason"}
        body = {name.get(action, "reason"): None if action == "accept" else reason}
        self._do(action, self.choose(self.standing("pending"), which), body)

    @precondition(lambda self: self.standing("accepted", "input_required"))
    @rule(which=picks, percent=st.integers(0, 100) | st.none(), times=times)
    def report(self, which: int, percent: int | None, times: int) -> None:
        order = self.choose(self.standing("accepted", "input_required"), which)
        self._do("progress", order, {} if percent is None else {"percent": percent}, times=times)

    @precondition(lambda self: self.standing("accepted", "input_required"))
    @rule(which=picks, times=times)
    def talk(self, which: int, times: int) -> None:
        """The worker asks, or the client answers."""
        order = self.choose(self.standing("accepted", "input_required"), which)
        action = "ask" if order["status"] == "accepted" else "answer"
        self._do(action, order, BODIES[action], times=times)

    @precondition(lambda self: self.leased())
    @rule(which=picks, beside=besides, action=st.none() | st.sampled_from([*ACTIONS]))
    def a_lease_ends(self, which: int, beside: int, action: str | None) -> None:
        order = self.choose(self.leased(), which)
        end = datetime.fromisoformat(order["lease_expires_at"] or order["answer_by"])
        self.bench.now = max(self.bench.now, end + beside * MILLISECOND)
        if action:
            self._do(action, order, BODIES.get(action, {}))

    @precondition(lambda self: self.standing("accepted"))
    @rule(which=picks, result=results, times=times)
    def complete(self, which: int, result: Document, times: int) -> None:
        self._do("complete", self.choose(self.standing("accepted"), which), result, times=times)

    @precondition(lambda self: self.standing("accepted"))
    @rule(which=picks, action=st.sampled_from(["fail", "cancel"]), reason=reasons)
    def give_up(self, which: int, action: str, reason: str | None) -> None:
        self._do(action, self.choose(self.standing("accepted"), which), {"reason": reason})

    @precondition(lambda self: self.world.orders)
    @rule(pick=st.none() | picks, which=picks, action=st.sampled_from([*ACTIONS]), times=times)
    def try_anything(self, pick: int | None, which: int, action: str, times: int) -> None:
        order = self.choose([*self.world.orders.values()], which)
        caller = None if pick is None else self.caller(pick)
        self._do(action, order, BODIES.get(action, {}), caller=caller, times=times)

    @precondition(lambda self: self.world.orders)
    @rule(which=picks, others=st.lists(picks, max_size=2), by_client=st.booleans(), reason=reasons)
    def reject_many(
        self, which: int, others: list[int], *, by_client: bool, reason: str | None
    ) -> None:
        """All that one client offers, or some by their ids, whatever has become of them."""
        every = [*self.world.orders.values()]
        order = self.choose(every, which)
        worker, client = order["worker"]["id"], order["client"]["id"]
        chosen = [self.choose(every, each)["work_order_id"] for each in (which, *others)]
        body: Document = {"work_order_ids": chosen, "reason": reason}
        if by_client:
            chosen = orders.pending_of(self.world, worker, client)
            body = {"client_id": client, "reason": reason}
        reject = lambda: orders.reject_many(self.world, worker, chosen, reason, self.bench.now)  # noqa: E731
        self.change("POST", "/messaging/work-orders/reject", worker, body, reject)

    # --- deadlines

    @rule()
    def sweep(self) -> None:
        self.tick()
        assert self.bench.cloud.sweep() == orders.sweep(self.world, self.bench.now)
        self.learn()

    @precondition(lambda self: self.with_deadline())
    @rule(which=picks, beside=besides, action=st.none() | st.sampled_from([*orders.ROLES]))
    def a_deadline_comes(self, which: int, beside: int, action: str | None) -> None:
        order = self.choose(self.with_deadline(), which)
        deadline = datetime.fromisoformat(order["deadline_at"])
        self.bench.now = max(self.bench.now, deadline + beside * MILLISECOND)
        if action:
            self._do(action, order, BODIES.get(action, {}))

    # --- one that leaves

    @precondition(lambda self: self.welcome())
    @rule(which=picks, seconds=deadlines, is_host_at_work=st.booleans(), is_busy=st.booleans())
    def a_guest_leaves_its_orders(
        self, which: int, seconds: float | None, *, is_host_at_work: bool, is_busy: bool
    ) -> None:
        """It has one on each side; the one that it accepted itself it has to end first."""
        _, host = self.choose(self.welcome(), which)
        guest = f"guest-{self.bench.run.calls}"
        self.tick()
        self.bench.register(guest, guest.title(), "open")
        self.world.register(guest, guest.title(), "open")
        for client, worker, is_accepted in (
            (guest, host, is_host_at_work),
            (host, guest, is_busy),
        ):
            before = len(self.world.orders)
            self._offer(client, worker, seconds, {}, 0)
            if is_accepted and len(self.world.orders) > before:
                self._do("accept", [*self.world.orders.values()][-1], {})
        self._leave(guest)
        for order in self.standing("accepted"):
            if order["worker"]["id"] == guest:
                self._do("fail", order, {})
        if guest in self.world.agents:
            self._leave(guest)

    def _leave(self, agent_id: str) -> None:
        leave = lambda: orders.leave(self.world, agent_id, self.bench.now)  # noqa: E731
        self.change("DELETE", "/agents/me", agent_id, None, leave)

    # --- once more

    @precondition(lambda self: self.keyed)
    @rule(which=picks, is_other=st.booleans(), to=st.none() | names, forgets=st.booleans())
    def use_a_key_again(self, which: int, *, is_other: bool, to: str | None, forgets: bool) -> None:
        """For the same request, or for another; what the first one did may have been undone."""
        request = self.choose(self.keyed, which)
        if forgets and "to_agent_id" in request.body:
            self.remove(request.caller, request.body["to_agent_id"])
        if is_other:
            body = {**request.body, **OTHERWISE[request.what]}
            if to and "to_agent_id" in body:
                body["to_agent_id"] = to
            what = {"accept": "reject", "reject": "accept"}.get(request.what, request.what)
            request = replace(request, what=what, body=body)
        self.write(request)

    # --- which there are

    def standing(self, *statuses: str) -> list[Document]:
        """The orders that are written down as one of these, overdue or not."""
        return [each for each in self.world.orders.values() if each["status"] in statuses]

    def leased(self) -> list[Document]:
        """The orders that the clock may end although they were accepted."""
        working = self.standing("accepted", "input_required")
        return [each for each in working if each["lease_expires_at"] or each["answer_by"]]

    def with_deadline(self) -> list[Document]:
        """The pending orders that have one."""
        return [each for each in self.standing("pending") if each["deadline_at"]]

    def welcome(self) -> list[tuple[str, str]]:
        """Clients and workers of whom one would take orders of the other."""
        return [
            (client, worker)
            for client in self.world.agents
            for worker, agent in self.world.agents.items()
            if client != worker
            and agent["accepts"]
            and orders.contacts.fate(self.world, client, worker) == "delivered"
        ]

    def _tell(self, client: str, worker: str, way: tuple[str, ...]) -> None:
        self._offer(client, worker, 60, {}, 0)
        for action in way:
            if action == "wait":
                self.bench.now += timedelta(seconds=60)
            else:
                order = [*self.world.orders.values()][-1]
                self._do(action, order, BODIES.get(action, {}))

    def _offer(
        self, client: str, worker: str, seconds: float | None, more: Document, times: int
    ) -> None:
        body = {"to_agent_id": worker, "title": "Count", "description": "All", **more}
        if seconds is not None:
            body["deadline_at"] = text(self.bench.now + timedelta(seconds=seconds))
        self.write_often(Request("create", client, body), times)

    def _do(
        self,
        action: str,
        order: Document,
        body: Document,
        *,
        caller: str | None = None,
        times: int = 0,
    ) -> None:
        if action in ("accept", "reject"):
            body = {"action": action, **body}
        caller = caller or order[ACTIONS[action]]["id"]
        self.write_often(Request(action, caller, body, order["work_order_id"]), times)
