"""One run: what the API answers is held against what the plain model says, call by call.

Writes come one millisecond apart, reads at the very moment of the write before them, so that ids
sort as they were made, and a list does not change while it is read page by page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from local.in_process.requests import Answer
from tests.races.model import contacts, messages, orders, retries
from tests.races.model.bench import FOUNDERS, MILLISECOND, Bench
from tests.races.model.learning import Learning
from tests.races.model.world import Chosen, Document, RefusedError, Request, World

Choice = TypeVar("Choice")

ROUTES = {
    "ping": "/messaging/ping",
    "send": "/messaging/send",
    "create": "/messaging/work-order",
    "accept": "/messaging/work-order/{}/respond",
    "reject": "/messaging/work-order/{}/respond",
    "complete": "/messaging/work-order/{}/complete",
    "cancel": "/messaging/work-order/{}/cancel",
    "fail": "/messaging/work-order/{}/fail",
    "ask": "/messaging/work-order/{}/ask",
    "answer": "/messaging/work-order/{}/answer",
    "progress": "/messaging/work-order/{}/progress",
}
OPENINGS = {"ping": messages.ping, "send": messages.send, "create": orders.create}


class Machine(Learning, RuleBasedStateMachine):
    """The two sides, and how they are compared."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        bench.begin()
        self.bench = bench
        self.world = World()
        self.keyed: list[Request] = []
        for agent_id, (name, policy) in FOUNDERS.items():
            self.world.register(agent_id, name, policy)

    def check_invariants(self, *arguments: Any) -> None:
        """Called after each step: what is compared is compared in the step, so this counts."""
        super().check_invariants(*arguments)
        self.bench.run.steps += 1

    def tick(self) -> None:
        """The next write is of another millisecond."""
        self.bench.now += MILLISECOND

    def choose(self, candidates: Sequence[Choice], pick: int) -> Choice:
        """One of them; 0 is the last, so that a failure shrinks to what happened just now."""
        return candidates[-1 - pick % len(candidates)]

    def caller(self, pick: int) -> str:
        """One of the agents."""
        return self.choose([*self.world.agents], pick)

    # --- one call on both sides

    def write(self, request: Request) -> None:
        """One of the writes that take a key."""
        self.tick()
        path = ROUTES[request.what].format(request.to)
        answer = self.bench.call("POST", path, request.caller, body=request.body, key=request.key)
        self.agree(
            answer,
            lambda: retries.once(
                self.world, request, self.bench.now, answer.text, lambda: self._act(request, answer)
            ),
        )
        if request.key:
            self.keyed.append(request)
        self.learn()

    def write_often(self, request: Request, times: int) -> None:
        """Once without a key, or so many times with a new one."""
        key = f"key {len(self.keyed)}" if times else ""
        for _ in range(max(1, times)):
            self.write(replace(request, key=key))

    def change(
        self, method: str, path: str, caller: str, body: Any, expect: Callable[[], Document]
    ) -> None:
        """One of the other writes."""
        self.tick()

        def expect_of_present() -> Document:
            self.world.require_present(caller)
            return expect()

        self.agree(self.bench.call(method, path, caller, body=body), expect_of_present)
        self.learn()

    def decide_about(self, caller: str, other: str, state: str) -> None:
        """Allow or block an agent."""
        path = f"/messaging/contacts/{other}"
        expect = lambda: contacts.decide(self.world, caller, other, state, self.bench.now)  # noqa: E731
        self.change("PUT", path, caller, {"state": state}, expect)

    def remove(self, caller: str, other: str) -> None:
        """Make a stranger of a contact."""
        path = f"/messaging/contacts/{other}"
        expect = lambda: contacts.remove(self.world, caller, other)  # noqa: E731
        self.change("DELETE", path, caller, None, expect)

    def see(
        self, path: str, caller: str, expect: Callable[[], Document], *, whole: bool = True
    ) -> None:
        """One document; of one that is not compared as a `whole`, what the model knows."""
        self.agree(self.bench.call("GET", path, caller), expect, whole=whole)
        self.learn()

    def see_all(
        self,
        path: str,
        caller: str,
        query: dict[str, Any],
        member: str,
        expect: Callable[[], list[Document]],
    ) -> list[Document]:
        """A list, through all its pages; its total, where it has one, stands on each."""
        query = {name: value for name, value in query.items() if value is not None}
        pages = self.pages(path, caller, query)
        try:
            expected = expect()
        except RefusedError as refusal:
            self._refused(pages[0], refusal)
            return []
        assert pages[0].status == 200, pages[0].text
        self.learn()
        entries = [entry for page in pages for entry in page.json[member]]
        assert entries == expected, f"{path} {query}\n{entries}\n{expected}"
        for page in pages:
            assert len(page.json[member]) <= query.get("limit", 50)
            totals = {v for name, v in page.json.items() if name in messages.TOTALS}
            most = self._most(path, caller, len(expected), len(pages))
            right = set(range(len(expected), most + 1))
            assert totals <= right, f"{path} {query} {totals} {len(expected)} {most}"
            assert not page.json.get("total_is_minimum")
        return entries

    def _most(self, path: str, caller: str, shown: int, pages: int) -> int:
        """The largest total of a list: exact, but for a sent list that has more than one page.

        That counts the sender's log, in which requests stand that wait or were dropped.
        """
        if not path.endswith("/sent") or pages == 1:
            return shown
        logs = self.bench.cloud.items("AgentSentTable")
        return sum(int(item["n"]) for item in logs if item["sender_id"] == caller)

    def pages(self, path: str, caller: str, query: dict[str, Any]) -> list[Answer]:
        """Every page of a list, or its refusal."""
        pages = [self.bench.call("GET", path, caller, query=query)]
        while pages[-1].status == 200 and (cursor := pages[-1].json["next_cursor"]):
            assert len(pages) < 1000, "a list without an end"
            query = {**query, "cursor": cursor}
            pages.append(self.bench.call("GET", path, caller, query=query))
        return pages

    def agree(self, answer: Answer, expect: Callable[[], Any], *, whole: bool = True) -> None:
        """Hold an answer against the model's."""
        try:
            expected = expect()
        except RefusedError as refusal:
            self._refused(answer, refusal)
            return
        is_replayed = isinstance(expected, retries.Replayed)
        assert answer.status == 200, f"refused: {answer.text}\nexpected: {expected}"
        assert answer.headers.get("Idempotency-Replayed") == ("true" if is_replayed else None)
        if is_replayed:
            self.bench.run.replays += 1
            assert answer.text == expected.answer
            return
        shown = answer.json if whole else {name: answer.json[name] for name in expected}
        assert shown == expected, f"answered: {shown}\nexpected: {expected}"

    def _refused(self, answer: Answer, refusal: RefusedError) -> None:
        assert answer.status == refusal.status, f"expected {refusal}: {answer.text}"
        assert answer.json["code"] == refusal.code, f"expected {refusal}: {answer.text}"
        shown = {name: answer.json[name] for name in refusal.members}
        assert shown == refusal.members, f"expected {refusal}: {answer.text}"
        self.bench.run.refusals[refusal.code] += 1

    def _act(self, request: Request, answer: Answer) -> Document:
        now = self.bench.now
        self.world.require_present(request.caller)
        chosen = Chosen(answer.json, now, self.world)
        if request.what == "progress":
            return orders.progress(self.world, request, now)
        if request.what not in OPENINGS:
            return orders.move(self.world, request, now, chosen)
        return OPENINGS[request.what](self.world, request.caller, request.body, now, chosen)

    # --- the end

    def teardown(self) -> None:
        """Compare everything that can be read, unless the run ended in a divergence."""
        if sys.exc_info()[0] is None:
            self.bench.run.transitions.update(self.compare_everything())
            self.bench.run.steps -= 1  # What was counted before the first.
            self.bench.end()

    def compare_everything(self) -> list[tuple[str, str]]:
        """Hold everything that can be read against the model; the transitions that were made."""
        raise NotImplementedError
