"""Rules about contacts and presence, and the rule that time goes by."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.races.model import agents, presence
from tests.races.model.bench import FOUNDERS, MILLISECOND
from tests.races.model.machine import Machine
from tests.races.model.values import besides, lines, names, picks, policies

decisions = st.sampled_from(["allowed", "allowed", "blocked", "removed"])
takes = st.fixed_dictionaries(
    {},
    optional={
        "max_concurrent_jobs": st.integers(1, 3),
        "status_message": st.none() | lines,
        "accepts_work_orders": st.sampled_from([True, True, True, False]),
    },
)


class Being(Machine):
    """Who knows whom, who is there, and what it takes on."""

    @initialize(jobs=st.lists(st.integers(1, 3), min_size=len(FOUNDERS), max_size=len(FOUNDERS)))
    def say_how_much_each_takes_on(self, jobs: list[int]) -> None:
        for caller, number in zip(FOUNDERS, jobs, strict=True):
            self._update(caller, {"max_concurrent_jobs": number})

    @rule(pick=picks, policy=policies)
    def change_policy(self, pick: int, policy: str) -> None:
        caller = self.caller(pick)
        self.tick()
        self.agree(
            self.bench.call("PATCH", "/agents/me", caller, body={"contact_policy": policy}),
            lambda: agents.change_policy(self.world, caller, policy, self.bench.now),
            whole=False,
        )

    @rule(pick=picks, other=names, decision=decisions, asked=st.none() | picks)
    def decide(self, pick: int, other: str, decision: str, asked: int | None) -> None:
        """About any agent, or one whose request waits."""
        caller = self.caller(pick)
        if asked is not None and self.held():
            caller, other = self.choose(self.held(), asked)
        if decision == "removed":
            self.remove(caller, other)
        else:
            self.decide_about(caller, other, decision)

    def held(self) -> list[tuple[str, str]]:
        """Whose answer is waited for, and by whom."""
        return [key for key, entry in self.world.contacts.items() if entry["state"] == "held"]

    # --- presence, and time

    @rule(pick=picks, is_leaving=st.booleans())
    def come_or_go(self, pick: int, *, is_leaving: bool) -> None:
        caller = self.caller(pick)
        if is_leaving:
            leave = lambda: presence.go_offline(self.world, caller, self.bench.now)  # noqa: E731
            self.change("DELETE", "/messaging/presence", caller, None, leave)
        else:
            come = lambda: presence.heartbeat(self.world, caller, self.bench.now)  # noqa: E731
            self.change("POST", "/messaging/heartbeat", caller, None, come)

    @rule(pick=picks, changes=takes)
    def say_what_it_takes_on(self, pick: int, changes: dict[str, Any]) -> None:
        self._update(self.caller(pick), changes)

    def _update(self, caller: str, changes: dict[str, Any]) -> None:
        expect = lambda: presence.update(self.world, caller, changes, self.bench.now)  # noqa: E731
        self.change("PUT", "/messaging/presence", caller, changes, expect)

    @rule(seconds=st.sampled_from([1, 30, 60, 90, 300, 3600, 86_400]))
    def time_goes_by(self, seconds: int) -> None:
        self.bench.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.ends())
    @rule(which=picks, beside=besides)
    def a_time_comes(self, which: int, beside: int) -> None:
        """The moment at which something ends, or one just beside it."""
        self.bench.now = max(self.bench.now, self.choose(self.ends(), which) + beside * MILLISECOND)

    def ends(self) -> list[datetime]:
        """When leases end that run, and when keys are forgotten."""
        leases = [agent["lease_until"] for agent in self.world.agents.values()]
        keys = [until for _, _, until in self.world.recorded.values()]
        return [end for end in keys + leases if end and end > self.bench.now]
