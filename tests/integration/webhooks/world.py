"""An agent with an endpoint, events in its feed, and the way of a job from the push to a receiver.

The queue is a list. `deliver` hands its messages to the sender, as SQS does. The clock stands still
until a test moves it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.feed.model import Event, EventType, NewEvent, Source, event_id
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.feed.table import FeedTable
from agent_messaging.storage.queue import QueueError, QueueMessage
from agent_messaging.webhooks import delivery
from agent_messaging.webhooks.attempt import WebhookSender
from agent_messaging.webhooks.deliveries import DeliveriesTable
from agent_messaging.webhooks.egress import Result
from agent_messaging.webhooks.endpoints import EndpointsTable
from agent_messaging.webhooks.item import to_item, to_listener
from agent_messaging.webhooks.model import Endpoint, Secret
from agent_messaging.webhooks.push import WebhookPush
from agent_messaging.webhooks.sweep import sweep
from local.in_process.functions import app
from tests.integration.cloud import Cloud

START = clock.from_text("2026-02-15T20:30:00.000Z")
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
URL = "https://hooks.example.com/agent"
AGENT, SENDER = "nova", "boots"


@dataclass
class ListedQueue:
    """A queue that holds its messages, and fails as often as it is told."""

    messages: list[QueueMessage] = field(default_factory=list)
    failures: int = 0

    def send(self, messages: list[QueueMessage]) -> None:
        if self.failures and messages:
            self.failures -= 1
            raise QueueError(0)
        self.messages += messages


@dataclass
class Answers:
    """Stands in for the network: what it was sent, and what it answers, the last one for ever."""

    results: list[Result]
    sent: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def post(self, url: str, headers: dict[str, str], body: bytes) -> Result:
        self.sent.append((url, headers, body))
        return self.results.pop(0) if len(self.results) > 1 else self.results[0]


def answer(status: int | None = 204, failure: Any = None, retry_after: str | None = None) -> Result:
    """What a receiver answers, after 20 milliseconds."""
    if failure is None and status is not None and status >= 300:
        failure = "status"
    return Result(status, failure, 20, retry_after)


class World:
    def __init__(self, cloud: Cloud) -> None:
        self.cloud, self.now = cloud, START
        client = app("webhook_sender").client
        self.feed = FeedTable(client, "AgentFeedTable")
        self.outbox = OutboxTable(client, "AgentOutboxTable")
        self.endpoints = EndpointsTable(client, "AgentWebhooksTable", self.feed, self.outbox)
        self.deliveries = DeliveriesTable(client, "WebhookDeliveriesTable")
        self.queue = ListedQueue()
        self.answers = Answers([answer()])
        self.push = WebhookPush(self.queue, self.deliveries)
        self.sender = self.new_sender()
        self._number = 0

    def new_sender(self) -> WebhookSender:
        """An instance that has seen nothing yet."""
        return WebhookSender(
            egress=self.answers,
            endpoints=self.endpoints,
            deliveries=self.deliveries,
            feed=self.feed,
            receipts=app("webhook_sender").sender.outcomes.receipts,
            queue=self.queue,
            fraction=lambda: 0.0,
        )

    def endpoint(self, slot: str = "hook#1", **values: Any) -> Endpoint:
        endpoint = Endpoint(
            agent_id=AGENT,
            slot=slot,
            webhook_id=values.pop("webhook_id", ids.new("whk", START)),
            url=values.pop("url", URL),
            created_at=START,
            secrets=[Secret(text=SECRET, created_at=START)],
            **values,
        )
        self.cloud.write("AgentWebhooksTable", to_item(endpoint))
        listener = {k: v for k, v in to_listener(endpoint).items() if v is not None}
        self.cloud.write("AgentFeedTable", listener)
        return endpoint

    def stored(self, endpoint: Endpoint) -> Endpoint:
        found = self.endpoints.fetch(AGENT, endpoint.webhook_id, endpoint.slot)
        assert found is not None
        return found

    def event(self, kind: EventType = EventType.MESSAGE_RECEIVED, **values: Any) -> Event:
        """An event that the relay has appended."""
        self._number += 1
        moment = self.now
        new = NewEvent(
            agent_id=AGENT,
            event_id=event_id(moment, f"{kind} {self._number}"),
            type=kind,
            occurred_at=moment,
            data=json.dumps(
                {"message_id": ids.new("msg", moment), "untrusted": {"subject": "Grüße"}}
            ),
            receipt_for=values.pop("receipt_for", SENDER),
            **values,
        )
        (event,) = self.feed.append(AGENT, [(new, Source(stream="m", number=self._number))], moment)
        return event

    def pushed(self, *events: Event) -> None:
        """Hand events to those who listen, as the relay does."""
        self.push.push(AGENT, self.feed.listeners(AGENT), events, self.now)

    def deliver(self) -> list[str]:
        """Serve the messages that are in the queue, each in an invocation of its own."""
        failed: list[str] = []
        messages, self.queue.messages = self.queue.messages, []
        for number, each in enumerate(messages):
            self.now += timedelta(seconds=each.delay_seconds)
            record = {"messageId": str(number), "body": each.body}
            failed += self.sender.serve([record], lambda: self.now)
        return failed

    def swept(self, **after: float) -> int:
        """Move on, and run the sweep."""
        self.now += timedelta(**after)
        return sweep(self.deliveries, self.queue, self.now)

    def delivery(self, endpoint: Endpoint, event: Event) -> delivery.Delivery:
        found = self.deliveries.fetch(endpoint.webhook_id, event.event_id)
        assert found is not None
        return found

    def receipt(self, event: Event) -> dict[str, Any]:
        entry = f"receipt#{event.message_id}"
        return self.cloud.read("AgentOutboxTable", agent_id=event.receipt_for, entry=entry) or {}

    def outbox_events(self) -> list[dict[str, Any]]:
        return [
            item
            for item in self.cloud.items("AgentOutboxTable")
            if item["entry"].startswith("event#")
        ]


def at(moment: datetime) -> str:
    return clock.to_text(moment)
