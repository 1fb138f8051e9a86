"""What all runs share: the functions over moto, one clock, and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.in_process.memory import Memory
from local.in_process.requests import Answer
from tests.integration.cloud import Cloud
from tests.integration.recorder import RECORDER

MILLISECOND = timedelta(milliseconds=1)
BEGINNING = datetime(2026, 2, 15, 20, 30, tzinfo=UTC)

# How long a run is; now and then hypothesis stops one early.
STEPS = 50

# Who is there from the beginning, with its name and whose messages it takes.
FOUNDERS = {"ada": ("Ada", "open"), "bob": ("Bob", "approved"), "cyd": ("Cyd", "open")}


@dataclass
class Tally:
    """What was reached, in one run or in all that count."""

    runs: int = 0
    steps: int = 0
    calls: int = 0
    replays: int = 0
    transitions: Counter[tuple[str, str]] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take in what another has."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


class Bench:
    """The functions, and the clock that they read: the machine moves it, and nothing else."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.now = BEGINNING
        self.total, self.run = Tally(), Tally()
        self.is_counting = True
        self.keyed: dict[str, dict[str, Any]] = {}
        for agent_id, (name, policy) in FOUNDERS.items():
            self.register(agent_id, name, policy)
        self._founded = dict(self.keyed)
        self._memory = Memory()

    def begin(self) -> None:
        """A new run."""
        self.run = Tally(runs=1)
        self._memory.put_back()
        self.now = BEGINNING
        self.keyed = dict(self._founded)
        RECORDER.reset()

    def end(self) -> None:
        """The run came to its end; it counts if it was a whole one, and not one of many alike."""
        if self.is_counting and self.run.steps == STEPS:
            self.total.add(self.run)

    def register(self, agent_id: str, name: str, policy: str) -> None:
        """One more agent, who calls with its key from now on."""
        agent = self.cloud.register(agent_id, name=name, contact_policy=policy)
        self.keyed[agent_id] = agent.keyed

    def call(
        self,
        method: str,
        path: str,
        caller: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        key: str = "",
    ) -> Answer:
        """One request of an agent's."""
        identity = "agent_id"
        if path in ("/messaging/ping", "/messaging/send", "/messaging/work-order"):
            identity = "from_agent_id"
        headers = {"host": "api.example.com", "content-type": "application/json"}
        if key:
            headers["idempotency-key"] = key
        self.run.calls += 1
        RECORDER.calls.clear()
        return self.cloud.call(
            method,
            path,
            {identity: caller, **(query or {})},
            body,
            caller=self.keyed[caller],
            headers=headers,
        )
