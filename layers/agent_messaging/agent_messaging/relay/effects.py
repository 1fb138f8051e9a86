"""What follows from a record. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from agent_messaging.feed.model import EventType, NewEvent, data_text, event_id
from agent_messaging.receipts.model import Facts, Stored


class Acted(NamedTuple):
    """That the recipient of a message has replied to it, or has answered its order."""

    recipient_id: str
    message_id: str
    at: datetime
    by: str


class Released(NamedTuple):
    """That the recipient let a held message into its inbox."""

    sender_id: str
    recipient_id: str
    message_id: str
    at: datetime


class Told(NamedTuple):
    """That the sender of a message is told what became of it.

    The record is of the message, which is `stored`, or of its receipt, which has the `facts`. The
    relay reads the other half.
    """

    kind: EventType
    sender_id: str
    recipient_id: str
    message_id: str
    at: datetime
    stored: Stored | None = None
    facts: Facts | None = None

    def event(self, receipt: Mapping[str, Any]) -> NewEvent:
        """Return the event with this receipt."""
        data = {
            "message_id": self.message_id,
            "to_agent_id": self.recipient_id,
            "receipt": receipt,
        }
        return new_event(self.kind, self.sender_id, self.message_id, self.at, data)


class Effects(NamedTuple):
    """What follows from a record of an agent's partition.

    `own` are events for this agent's feed. `others` are events for other agents, which go through
    the outbox. So the numbers of one stream stay in order in each feed. `told` becomes events of
    both kinds: the record of a receipt is in its sender's partition, that of a message is not.
    """

    own: tuple[NewEvent, ...] = ()
    others: tuple[NewEvent, ...] = ()
    acted: tuple[Acted, ...] = ()
    released: tuple[Released, ...] = ()
    told: tuple[Told, ...] = ()


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
