"""A recipient on each way to be woken. It drops, resumes and keeps what it has seen in order."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from agent_messaging.webhooks.egress import Failure, Result
from local.clock import MovableClock
from local.in_process.functions import app
from local.in_process.queues import Queues
from tests.asyncapi import checked
from tests.integration.cloud import Cloud


@dataclass
class Reader:
    """A client of one agent's events.

    `seen` has each event as it was taken for the first time. `last` is the position after which the
    client goes on. A client that drops forgets all but these two.
    """

    cloud: Cloud
    agent_id: str
    chance: random.Random
    seen: list[dict[str, Any]] = field(default_factory=list)
    last: str | None = None
    drops: int = 0

    def take(self, event: dict[str, Any]) -> None:
        """Take an event that follows the last one. A repeated one is the same event again."""
        checked(event)
        known = next((each for each in self.seen if each["event_id"] == event["event_id"]), None)
        if known is not None:
            assert _content(known) == _content(event)
            return
        assert event["previous"] in (self.last, None) or self.last is None
        self.seen.append(event)
        self.last = event["position"]

    def step(self) -> None:
        """Do something at random."""
        raise NotImplementedError

    def drop(self) -> None:
        """Lose the connection."""
        self.drops += 1

    def finish(self) -> None:
        """Read until nothing is left."""
        raise NotImplementedError


def _content(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "frame"}


class FeedReader(Reader):
    """Reads pages of the feed, and sometimes loses an answer."""

    path = "/messaging/feed"
    more: dict[str, Any] = {}

    def step(self) -> None:
        page = self._page()
        if self.chance.random() < 0.3:
            self.drop()
            return
        for event in page["events"]:
            self.take(event)
        if self.chance.random() < 0.3 and self.last:
            body = {"position": self.last}
            self.cloud.post("/messaging/feed/ack", {"agent_id": self.agent_id}, body)

    def finish(self) -> None:
        while True:
            page = self._page()
            for event in page["events"]:
                self.take(event)
            if not page["has_more"]:
                return

    def _page(self) -> dict[str, Any]:
        after = {"after": self.last} if self.last else {}
        limit = self.chance.choice([1, 2, 5, 20])
        query = {"agent_id": self.agent_id, "limit": limit, **after, **self.more}
        answer = self.cloud.get(self.path, query)
        assert answer.status == 200, answer.text
        page: dict[str, Any] = answer.json
        return page


class WaitReader(FeedReader):
    """Waits for the next events. Nothing happens while it waits, so it does not wait long."""

    path = "/messaging/feed/wait"
    more = {"wait": 1}


class SocketReader(Reader):
    """Listens on a connection. It resumes when an event does not follow its last one."""

    socket: Any = None

    def step(self) -> None:
        if self.socket is None or self.socket.closed is not None:
            self._connect()
        self._read()
        if self.chance.random() < 0.3:
            self.drop()

    def drop(self) -> None:
        super().drop()
        self.socket.end(is_told=self.chance.random() < 0.5)
        self.socket = None

    def finish(self) -> None:
        if self.socket is None or self.socket.closed is not None:
            self._connect()
        self._resume()
        self._read()

    def _connect(self) -> None:
        context = {"mode": "open", "agent_id": self.agent_id}
        self.socket = self.cloud.sockets.connect(context=context)
        self._resume()

    def _resume(self) -> None:
        after = {"after": self.last} if self.last else {}
        self.socket.send(action="resume", **after)

    def _read(self) -> None:
        while frames := self.socket.take():
            for frame in frames:
                checked(frame)
                if frame["frame"] == "event" and not self._try(frame):
                    # The frames behind the gap come again.
                    self._resume()
                    break

    def _try(self, event: dict[str, Any]) -> bool:
        is_known = any(each["event_id"] == event["event_id"] for each in self.seen)
        if not is_known and self.last and event["previous"] not in (self.last, None):
            return False
        self.take(event)
        if self.chance.random() < 0.3 and self.socket.closed is None:
            self.socket.send(action="ack", position=self.last)
        return True


class WebhookReader(Reader):
    """A receiver of a webhook. It is down for a while, and its answers get lost.

    Retries bring events in another order, so only the set of events counts.
    """

    queues: Queues
    time: MovableClock
    is_down: bool = False

    def begin(self, queues: Queues, time: MovableClock, monkeypatch: Any) -> None:
        """Create the webhook, and answer in place of the network."""
        self.queues, self.time = queues, time
        body = {"url": "https://hooks.example.com/events"}
        answer = self.cloud.post("/messaging/webhooks", {"agent_id": self.agent_id}, body)
        assert answer.status == 201, answer.text
        monkeypatch.setattr(app("webhook_sender").sender, "egress", self)

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Result:
        """Receive an event, in place of the sender's `Egress`."""
        if self.is_down:
            self.drop()
            return Result(503, Failure.STATUS, 5)
        event = checked(body.decode())
        assert headers["webhook-id"] == event["event_id"]
        if all(each["event_id"] != event["event_id"] for each in self.seen):
            self.seen.append(event)
        if self.chance.random() < 0.1:
            self.drop()
            return Result(None, Failure.TIMEOUT, 5)
        return Result(204, None, 5)

    def step(self) -> None:
        if self.chance.random() < 0.1:
            self.is_down = not self.is_down
        self._pass(self.chance.choice([0, 0, 10]))

    def finish(self) -> None:
        """Let time pass until nothing waits in the queue or for the sweep."""
        self.is_down = False
        while self.queues.waiting("WebhooksQueue") or self._is_due():
            self._pass(3600)

    def _pass(self, seconds: int) -> None:
        self.time.advance(seconds=seconds)
        self.queues.now = self.time.now().timestamp()
        if seconds:
            self.cloud.invoke("WebhookSweepFunction", {})
        self.queues.deliver()

    def _is_due(self) -> bool:
        return any("due_at" in item for item in self.cloud.items("WebhookDeliveriesTable"))
