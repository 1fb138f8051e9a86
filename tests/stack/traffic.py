"""Clients that go round scenes (scenes.py) again and again, and remember what was answered.

Each client has two agents, Nova and Boots. What the API has acknowledged is looked for at the end.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.e2e.client import Agent, Stack
from tests.stack.releases import HEADER

# The stack accepts 120 registrations a minute. Each client has two agents, and a third in each
# scene of leaving. An agent may get 30 tickets and 10 tests of webhooks a minute.
SECONDS_BETWEEN = 15
PAUSE_SECONDS = 0.1
NOBODY = "? ? ?"
BELOW = "/api/v1"


class AbandonedError(Exception):
    """A scene cannot go on after a bad answer."""


Scene = Callable[["Client"], None]


@dataclass(frozen=True)
class Answer:
    """What one call was answered: its route, when it began, and who served it."""

    route: str
    began: float
    status: int
    served_by: str
    """The release of the code and of the layer, and the version of the function."""
    is_good: bool
    text: str = field(repr=False)

    @property
    def code(self) -> str:
        """The release of the code."""
        return self.served_by.split(" ")[0]

    @property
    def is_mixed(self) -> bool:
        """Whether the code ran on the layer of another release."""
        code, layer, _ = self.served_by.split(" ")
        return code != layer


class Client(threading.Thread):
    """One client. It begins with a scene of its own, and ends with one once `stop` is set."""

    def __init__(
        self, stack: Stack, scenes: Sequence[Scene], number: int, stop: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        first = number % len(scenes)
        self.scenes = [*scenes[first:], *scenes[:first]]
        self.stack = stack
        self.stop = stop
        self.answers: list[Answer] = []
        self.messages: list[str] = []
        self.orders: dict[str, str] = {}
        """What each order has to be in the end."""
        self._rare: dict[str, float] = {}
        self._first = time.monotonic() + SECONDS_BETWEEN * number / 16
        self.nova = stack.register("Nova")
        self.boots = stack.register("Boots")
        self.boots.put(f"/messaging/contacts/{self.nova.agent_id}", state="allowed")
        self.nova.put(f"/messaging/contacts/{self.boots.agent_id}", state="allowed")

    def run(self) -> None:
        """Go round the scenes. A bad answer ends a scene, and is kept."""
        for scene in itertools.cycle(self.scenes):
            if self.stop.is_set():
                return
            with contextlib.suppress(AbandonedError):
                scene(self)

    def is_due(self, scene: str) -> bool:
        """Whether a scene that is played rarely is to be played now."""
        now = time.monotonic()
        if now < self._rare.get(scene, self._first - SECONDS_BETWEEN):
            return False
        self._rare[scene] = now + SECONDS_BETWEEN
        return True

    def call(self, agent: Agent | None, route: str, *ids: str, **body: Any) -> Any:
        """The JSON of a good answer; a bad one is kept, and ends the scene."""
        method, path = route.split(" ")
        options = {"json": body} if body else {}
        route = route.partition("?")[0]
        parts = iter(ids)
        url = re.sub(r"\{\w+\}", lambda _: next(parts), path)
        time.sleep(PAUSE_SECONDS)
        began = time.monotonic()
        try:
            if not url.startswith(BELOW):
                answer = requests.request(method, self.stack.url + url, timeout=60)
            else:
                answer = (agent or self.stack).send(method, url.removeprefix(BELOW), **options)
        except requests.RequestException as error:
            self.answers.append(Answer(route, began, 0, NOBODY, is_good=False, text=repr(error)))
            raise AbandonedError from error
        is_good = answer.ok and HEADER in answer.headers
        served_by = answer.headers.get(HEADER, NOBODY)
        text = "" if is_good else answer.text[:300]
        self.answers.append(
            Answer(route, began, answer.status_code, served_by, is_good=is_good, text=text)
        )
        if not is_good:
            raise AbandonedError
        is_json = answer.headers.get("content-type", "") == "application/json"
        return answer.json() if is_json and answer.content else None

    def lost(self) -> list[str]:
        """What was acknowledged, and is not in the inbox or the orders of its recipient."""
        inbox = [
            message
            for status in ("pending", "read")
            for message in self._listed("/messaging/inbox", "messages", status=status)
        ]
        orders = self._listed("/messaging/work-orders", "work_orders", role="worker")
        found = {each["message_id"] for each in inbox}
        statuses = {each["work_order_id"]: each["status"] for each in orders}
        lost = [each for each in self.messages if each not in found]
        return lost + [each for each in self.orders if statuses.get(each) != self.orders[each]]

    def _listed(self, path: str, name: str, **params: str) -> list[dict[str, Any]]:
        """All pages of a list of Boots."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.boots.get(path, limit="100", **params, **cursor)
            found += page[name]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}
