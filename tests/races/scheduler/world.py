"""The tables that the actors share, as they were before each run, and who asks of them."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from agent_messaging import clock
from agent_messaging.storage import table as dynamodb
from local.cloudformation import ACCOUNT_ID, REGION
from local.in_process import memory
from local.in_process.functions import app, forget
from local.in_process.memory import Memory
from local.in_process.requests import Answer
from local.in_process.runtime import Context
from tests.integration.cloud import Cloud
from tests.integration.recorder import RECORDER
from tests.races.scheduler.turns import START, CrashError, Stage, staged

GROUPS = (
    "agents",
    "contacts",
    "feed",
    "messaging",
    "presence",
    "projector",
    "relay",
    "stats",
    "stats_roll_up",
    "work_orders",
    "work_orders_sweep",
)
BEFORE = START - timedelta(hours=1)
ASKS = 12  # how often a client asks that gets no answer

Items = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """What one client was told: None when it got no answer, however often it asked."""

    who: str
    what: str
    path: str
    asked_at: int
    told_at: int
    answer: Answer | None
    is_keyed: bool

    @property
    def order_id(self) -> str:
        """The order that it was about, if any."""
        return next((part for part in self.path.split("/") if part.startswith("wo_")), "")

    @property
    def status(self) -> int:
        return 0 if self.answer is None else self.answer.status

    @property
    def json(self) -> Any:
        return (self.answer and self.answer.json) or {}


@dataclass
class World:
    """One run: the tables, the stage, and everything that anybody was told."""

    cloud: Cloud
    stage: Stage
    names: Mapping[str, Any]
    history: list[Seen] = field(default_factory=list)
    _items: dict[tuple[str, int], list[Items]] = field(default_factory=dict)

    def act(self, *steps: Callable[[], Any]) -> None:
        """One more actor, who takes these steps in turn."""

        def work() -> None:
            for step in steps:
                step()

        self.stage.enter(work)

    def ask(
        self,
        what: str,
        method: str,
        path: str,
        agent_id: str,
        body: Any = None,
        *,
        key: str | None = None,
        query: Mapping[str, Any] | None = None,
        caller: Mapping[str, Any] | None = None,
    ) -> Callable[[], Seen]:
        """A client's request; with a key, or if it only reads, it asks until it is answered."""
        is_sent = path in ("/messaging/ping", "/messaging/send", "/messaging/work-order")
        identity = {"from_agent_id" if is_sent else "agent_id": agent_id} if agent_id else {}
        options: dict[str, Any] = {} if caller is None else {"caller": caller}

        def step() -> Seen:
            asked_at, answer = self.stage.turns, None
            for _ in range(ASKS if key or method == "GET" else 1):
                try:
                    answer = self.cloud.call(
                        method, path, {**identity, **(query or {})}, body, key=key, **options
                    )
                except CrashError:
                    continue
                if answer.status < 500:
                    break
            told_at, is_keyed = self.stage.turns, key is not None
            seen = Seen(agent_id, what, path, asked_at, told_at, answer, is_keyed)
            self.history.append(seen)
            return seen

        return step

    def move(self, what: str, agent_id: str, order_id: str, **options: Any) -> Callable[[], Seen]:
        """A client's transition of an order; `what` is the action."""
        responds = what in ("accept", "reject")
        path = f"/messaging/work-order/{order_id}/{'respond' if responds else what}"
        body = {"action": what} if responds else {}
        return self.ask(what, "POST", path, agent_id, body, **options)

    def serve(self, group: str, event: Any, times: int = 3) -> Callable[[], None]:
        """An event of no client's; delivered again when the function fails, so many times."""

        def step() -> None:
            for _ in range(times):
                try:
                    app(group).handler(copy.deepcopy(event), Context())
                except (CrashError, Exception):  # noqa: BLE001 - whatever it is, AWS tries again
                    continue
                return

        return step

    def told(self, *what: str, status: int | None = None) -> list[Seen]:
        """What clients were told of these requests."""
        return [
            seen
            for seen in self.history
            if seen.what in what and (status is None or seen.status == status)
        ]

    def items(self, table: str) -> list[Items]:
        """Everything in a table at the end, read once: nothing is written after the last turn."""
        assert self.stage.is_over, "the actors have not acted yet"
        place = table, self.stage.turns
        if place not in self._items:
            self._items[place] = self.cloud.items(table)
        return self._items[place]


class Tables:
    """The tables of one scenario, put back to its start before each run."""

    def __init__(self, prepare: Callable[[Cloud], Mapping[str, Any]]) -> None:
        self.cloud = Cloud()
        # An hour before the actors: what is there then has not passed its retention.
        times = itertools.count(1)
        with patch.object(clock, "now", lambda: BEFORE + timedelta(milliseconds=next(times))):
            self.names = dict(prepare(self.cloud) or {})
        self._start = Memory()

    def put_back(self) -> None:
        RECORDER.reset()
        forget()
        self._start.put_back()

    @staticmethod
    def records_of(_cloud: Cloud, table: str) -> list[dict[str, Any]]:
        """The stream records of what was written so far, as a mapping delivers them."""
        shard = memory.tables()[table].stream_shard
        arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{table}/stream/2036-01-01T00:00:00.000"
        return [
            json.loads(json.dumps({**item.to_json(), "eventSourceARN": arn}, default=_epoch))
            for item in shard.items
        ]


def _epoch(value: Any) -> float | str:
    return value.hex() if isinstance(value, bytes) else float(value.timestamp())


@contextmanager
def run(tables: Tables, seed: int, monkeypatch: Any, *, faults: bool = True) -> Iterator[World]:
    """A world at its start, in which every function's calls are the stage's."""
    tables.put_back()
    stage = Stage(seed, faults=faults)
    monkeypatch.setattr(clock, "now", stage.clock)
    monkeypatch.setattr(dynamodb, "FIRST_WAIT_SECONDS", 0)
    clients = [app(group).client for group in GROUPS]
    sweeps = app("work_orders_sweep")
    # The stage knows who acts by its thread.
    monkeypatch.setattr(sweeps, "sweep", replace(sweeps.sweep, threads=1, mark_threads=1))
    with staged(stage, clients):
        yield World(tables.cloud, stage, tables.names)
