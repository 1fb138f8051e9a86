"""What follows from a record. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from agent_messaging.feed.model import EventType, NewEvent, data_text, event_id


class Acted(NamedTuple):
    """That the recipient of a message has replied to it, or has answered its order."""

    recipient_id: str
    message_id: str
    at: datetime
    by: str


class Effects(NamedTuple):
    """What follows from a record of an agent's partition.

    `own` are events for this agent's feed. `others` are events for other agents, which go through
    the outbox. So the numbers of one stream stay in order in each feed.
    """

    own: tuple[NewEvent, ...] = ()
    others: tuple[NewEvent, ...] = ()
    acted: tuple[Acted, ...] = ()


NOTHING = Effects()


def new_event(
    kind: EventType, agent_id: str, cause: str, at: datetime, data: Mapping[str, Any], **fields: Any
) -> NewEvent:
    """Return an event for an agent. Its id belongs to its type, the agent and the cause."""
    return NewEvent(
        agent_id=agent_id,
        event_id=event_id(at, f"{kind}#{agent_id}#{cause}"),
        type=kind,
        occurred_at=at,
        data=data_text(data),
        **fields,
    )
