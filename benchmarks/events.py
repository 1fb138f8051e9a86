"""Events in an agent's feed, each as long as an event may be, appended as the relay does it."""

from typing import Any

from agent_messaging import clock
from agent_messaging.feed.model import Event, EventType, NewEvent, Source, data_text, event_id

BODY = "x" * 400


def append(app: Any, agent_id: str, numbers: range) -> list[Event]:
    """Append an event for each number to the feed of an agent. `app` is the module of the feed."""
    now = clock.now()
    records = [
        (
            NewEvent(
                agent_id=agent_id,
                event_id=event_id(now, f"{agent_id}#{number}"),
                type=EventType.MESSAGE_RECEIVED,
                occurred_at=now,
                data=data_text({"number": number, "untrusted": {"subject": None, "body": BODY}}),
            ),
            Source(stream="messages", number=number),
        )
        for number in numbers
    ]
    found: list[Event] = app.feed.append(agent_id, records, now)
    return found
