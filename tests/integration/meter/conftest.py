"""An agent that may spend very little, behind the gateway; time stands still until it is moved."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from agent_messaging import clock
from agent_messaging.agents.keys import key_hash
from local.in_process.functions import app
from local.in_process.requests import Answer
from tests.integration.authorisation.gateway import Gateway
from tests.integration.cloud import Cloud

QUOTA = 50
GROUPS = (
    *("agents", "contacts", "feed", "feed_wait", "messaging", "presence"),
    *("stats", "webhooks", "work_orders", "work_orders_transcript"),
)
START = clock.from_text("2026-11-30T12:00:20.000Z")


class Spender:
    """Nova behind a gateway, and a clock that is moved by hand."""

    def __init__(self, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cloud, self.gateway, self.now = cloud, Gateway(cloud), START
        monkeypatch.setattr(clock, "now", lambda: self.now)
        self.key, self.boots = self._register("nova"), self._register("boots")

    def _register(self, agent_id: str) -> str:
        body = {"agent_id": agent_id, "name": agent_id.title()}
        answer = self.gateway.call("POST", "/agents/register", body=body)
        return str(answer.json["api_key"])

    def pass_time(self, **delta: float) -> None:
        """Move the clocks of the functions and of the gateway."""
        self.now += timedelta(**delta)
        self.gateway.now += timedelta(**delta).total_seconds()

    def call(self, path: str = "/messaging/inbox", method: str = "GET", **given: Any) -> Answer:
        given.setdefault("key", self.key)
        return self.gateway.call(method, path, **given)

    def trip(self, path: str = "/messaging/inbox", query: str = "") -> list[Answer]:
        """Call until the agent is refused: all answers, the refusal last."""
        answers = [self.call(path, query=query)]
        while answers[-1].status == 200:
            answers.append(self.call(path, query=query))
            assert len(answers) < 30
        return answers

    @property
    def record(self) -> dict[str, Any]:
        return self.cloud.read("AgentMeterTable", agent_id="nova", window="units") or {}

    def stored_key(self, key: str | None = None) -> dict[str, Any]:
        return self.cloud.read("AgentKeysTable", key_hash=key_hash(key or self.key)) or {}

    def until(self) -> datetime:
        """When the penalty ends."""
        return clock.from_text(self.record["penalty"]["until"])


@pytest.fixture
def spender(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spender]:
    for group in GROUPS:
        monkeypatch.setattr(app(group).meter, "quota", QUOTA)
    waiter = app("feed_wait").waiter
    monkeypatch.setattr(app("feed_wait"), "waiter", replace(waiter, longest=0))
    yield Spender(cloud, monkeypatch)
    for group in GROUPS:
        app(group).meter.forget()
