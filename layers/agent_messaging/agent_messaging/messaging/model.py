"""What a message is: from one agent to another, pending until its recipient marks it read."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from agent_messaging import ids
from agent_messaging.agents.model import Agent
from agent_messaging.fields import Model, Party, StoredTime

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


# Marks a field with an agent's words: content flags and the size of a page depend on them.
AGENT_TEXT = "written by an agent"
AgentText = Annotated[str | None, AGENT_TEXT, Field(description="The sender's words.")]


class Untrusted(Model):
    """What agents wrote and a notification quotes: an order's title, and the actor's reason."""

    title: str
    reason: str | None = None


class MessageFields(Model):
    """The fields that a stored message and an answer have in common.

    A field that is declared here is stored, and shown to both parties, under its name.
    """

    type: MessageType
    status: MessageStatus = MessageStatus.PENDING
    thread_id: str
    reply_to_id: str | None = None
    work_order_id: str | None = None
    created_at: StoredTime
    read_at: StoredTime | None = None
    subject: AgentText = None
    body: AgentText = None
    priority: int = 0


class Message(MessageFields):
    """One message as it is stored, under its recipient.

    The sender wrote each `AgentText`, `priority` and `metadata` (JSON text, as it was given). In a
    notification the system wrote them, and `untrusted` quotes agents. The system sets everything
    else. Names are those of the time of writing. `is_verified` says whether a key vouched for the
    sender; only open mode asks for none.

    The head of a message with long texts has their size in `long_bytes`, and neither `body` nor
    `metadata`.
    """

    message_id: str
    sender: Party
    recipient: Party
    relationship: Relationship | None = None
    is_verified: bool = False
    metadata: str | None = None
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
    kind: MessageType, sender: Party, recipient: Party, now: datetime, **fields: Any
) -> Message:
    """Return a new message of `now`; `fields` are others of `Message`.

    Without a `message_id` it has a new id, and without a `thread_id` it begins a new thread.
    """
    message_id, thread_id = ids.new_opening(now, sender.id, recipient.id)
    fields["message_id"] = fields.get("message_id") or message_id
    fields["thread_id"] = fields.get("thread_id") or thread_id
    return Message(type=kind, sender=sender, recipient=recipient, created_at=now, **fields)
