"""Events in the feeds of agents, appended as the relay does it."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from agent_messaging import clock
from agent_messaging.feed.model import Event, EventType, NewEvent, Source, data_text, event_id
from agent_messaging.feed.table import FeedTable
from tests.integration.cloud import Cloud

NOW = clock.from_text("2026-02-15T20:30:00.000Z")
numbers = itertools.count(1)


def record(number: int, agent_id: str = "boots", **data: Any) -> tuple[NewEvent, Source]:
    """An event with this number in its stream, which its data repeats."""
    event = NewEvent(
        agent_id=agent_id,
        event_id=event_id(NOW, f"message.received#{agent_id}#{number}"),
        type=EventType.MESSAGE_RECEIVED,
        occurred_at=NOW,
        data=data_text({"number": number, **data}),
    )
    return event, Source(stream="messages", number=number)


def append(
    cloud: Cloud, agent_id: str = "boots", now: datetime | None = None, times: int = 1, **data: Any
) -> list[Event]:
    """New events in an agent's feed."""
    feed = FeedTable(cloud.dynamodb, "AgentFeedTable")
    records = [record(next(numbers), agent_id, **data) for _ in range(times)]
    return feed.append(agent_id, records, now or clock.now())


def text(event: Event) -> str:
    """The position of an event, as its agent sees it."""
    return event.position.to_text(event.agent_id)


def read(cloud: Cloud, agent_id: str = "boots", **query: Any) -> Any:
    """A page of an agent's feed."""
    answer = cloud.get("/messaging/feed", {"agent_id": agent_id, **query})
    assert answer.status == 200, answer.text
    return answer.json
