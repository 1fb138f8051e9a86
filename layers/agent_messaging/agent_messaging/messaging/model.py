"""What a message is: from one agent to another, pending until its recipient marks it read."""

from datetime import datetime
from enum import StrEnum

from agent_messaging import ids
from agent_messaging.agents.model import Agent
from agent_messaging.fields import Model, Party

# Who speaks where no agent does: the expiry of a work order.
SYSTEM = Party(id="system", name="System")


class MessageType(StrEnum):
    """What a message is for."""

    PING = "ping"
    CONTACT_REQUEST = "contact_request"
    CHAT_MESSAGE = "chat_message"
    WORK_ORDER = "work_order"
    NOTIFICATION = "notification"


class MessageStatus(StrEnum):
    """Whether the recipient has acknowledged the message, or is still to be asked for it."""

    PENDING = "pending"
    READ = "read"
    HELD = "held"


class Relationship(StrEnum):
    """What the sender was to the recipient when it wrote."""

    CONTACT = "contact"
    STRANGER = "stranger"
    BLOCKED = "blocked"


class Untrusted(Model):
    """What agents wrote and a notification quotes: an order's title, and the actor's reason."""

    title: str
    reason: str | None = None


class Message(Model):
    """One message as it is stored, under its recipient.

    Its sender wrote `subject`, `body`, `priority` and `metadata` (JSON text, as it was given). A
    notification's are the system's, and its `untrusted` quotes agents. Everything else is the
    system's. Names are those of the time of writing. `is_verified` says whether a key vouched for
    the sender; only open mode asks for none.

    A message whose long texts are stored apart, and were not read yet, has `long_bytes` of them
    and neither `body` nor `metadata`.
    """

    message_id: str
    sender: Party
    recipient: Party
    type: MessageType
    status: MessageStatus = MessageStatus.PENDING
    subject: str | None = None
    body: str | None = None
    priority: int = 0
    thread_id: str
    reply_to_id: str | None = None
    work_order_id: str | None = None
    metadata: str | None = None
    relationship: Relationship | None = None
    is_verified: bool = False
    created_at: datetime
    read_at: datetime | None = None
    untrusted: Untrusted | None = None
    long_bytes: int = 0

    @property
    def is_sent(self) -> bool:
        """Whether it is in its sender's own list: the system's notifications are not."""
        return self.type is not MessageType.NOTIFICATION

    @property
    def is_opening(self) -> bool:
        """Whether it begins its thread: then the two share their ULID."""
        return self.message_id == ids.opening_of(self.thread_id)

    def has_party(self, agent_id: str) -> bool:
        """Whether the agent wrote it or received it."""
        return agent_id in (self.sender.id, self.recipient.id)


def party(agent: Agent) -> Party:
    """The agent as the other side knows it."""
    return Party(id=agent.agent_id, name=agent.name)


def compose(
    kind: MessageType,
    sender: Party,
    recipient: Party,
    now: datetime,
    *,
    relationship: Relationship | None = None,
    is_verified: bool,
    message_id: str | None = None,
    thread_id: str | None = None,
    subject: str | None = None,
    body: str | None = None,
    priority: int = 0,
    reply_to_id: str | None = None,
    work_order_id: str | None = None,
    metadata: str | None = None,
    untrusted: Untrusted | None = None,
) -> Message:
    """A new message of `now`, with a new id and in a new thread unless they are given."""
    new_id, opened_id = ids.new_opening(now, sender.id, recipient.id)
    return Message(
        message_id=message_id or new_id,
        sender=sender,
        recipient=recipient,
        type=kind,
        relationship=relationship,
        is_verified=is_verified,
        subject=subject,
        body=body,
        priority=priority,
        thread_id=thread_id or opened_id,
        reply_to_id=reply_to_id,
        work_order_id=work_order_id,
        metadata=metadata,
        untrusted=untrusted,
        created_at=now,
    )
