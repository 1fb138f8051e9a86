"""A message from one agent to another. It is pending until its recipient marks it as read."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from agent_messaging import ids
from agent_messaging.agents.model import Agent
from agent_messaging.content.flags import ContentFlag
from agent_messaging.fields import Model, Party, StoredTime

# The sender of messages that no agent sent, such as the expiry of a work order.
SYSTEM = Party(id="system", name="System")


# The maximum number of characters of a question or an answer in a notification.
QUOTED = 500


class MessageType(StrEnum):
    """What a message is for."""

    PING = "ping"
    CONTACT_REQUEST = "contact_request"
    CHAT_MESSAGE = "chat_message"
    WORK_ORDER = "work_order"
    NOTIFICATION = "notification"


class MessageStatus(StrEnum):
    """Whether a message is unread, read, or held until the recipient answers a contact request."""

    PENDING = "pending"
    READ = "read"
    HELD = "held"


class Relationship(StrEnum):
    """What the sender was to the recipient when it sent the message."""

    CONTACT = "contact"
    STRANGER = "stranger"
    BLOCKED = "blocked"


# Marks a field that holds text of an agent. Content flags and page sizes depend on these fields.
AGENT_TEXT = "written by an agent"
AgentText = Annotated[str | None, AGENT_TEXT, Field(description="The sender's words.")]


class Untrusted(Model):
    """Texts of agents that a notification quotes: the order's title, and what the actor wrote.

    A question or an answer of more than `QUOTED` characters is null. The order has it.
    """

    title: str
    reason: str | None = None
    question: str | None = None
    answer: str | None = None


class MessageFields(Model):
    """The fields that a stored message and an answer have in common.

    Each field that is declared here is stored under its name, and shown to both parties.
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
    else. The parties keep the names that they had when the message was sent. `is_verified` says
    whether the sender used a key. Only open mode requires none.

    The head of a message with long texts has their size in `long_bytes`, that of the body alone in
    `body_bytes`, their content flags in `long_flags` if there are any, and neither `body` nor
    `metadata`.

    `wants_receipts` says whether the sender wants its receipt as events too. `released_at` is when
    the recipient let a held message into its inbox. `purge_at` is the end of its retention in
    seconds since 1970. Entries of indexes have neither of the last two.
    """

    message_id: str
    sender: Party
    recipient: Party
    relationship: Relationship | None = None
    is_verified: bool = False
    metadata: str | None = None
    untrusted: Untrusted | None = None
    wants_receipts: bool = False
    long_bytes: int = 0
    body_bytes: int | None = None
    long_flags: list[ContentFlag] | None = None
    released_at: StoredTime | None = None
    purge_at: int | None = None

    @property
    def is_sent(self) -> bool:
        """Whether the sender's list of sent messages shows it. It shows no notifications."""
        return self.type is not MessageType.NOTIFICATION

    @property
    def is_opening(self) -> bool:
        """Whether it begins its thread. Then its id and the thread's id share their ULID."""
        return self.message_id == ids.opening_of(self.thread_id)

    def has_party(self, agent_id: str) -> bool:
        """Whether the agent wrote it or received it."""
        return agent_id in (self.sender.id, self.recipient.id)


def party(agent: Agent) -> Party:
    """Return the agent as the other party knows it: its id and its current name."""
    return Party(id=agent.agent_id, name=agent.name)


def compose(
    kind: MessageType, sender: Party, recipient: Party, now: datetime, **fields: Any
) -> Message:
    """Return a new message that is created at `now`. `fields` are further fields of `Message`.

    Without a `message_id` it gets a new id. Without a `thread_id` it begins a new thread.
    """
    message_id, thread_id = ids.new_opening(now, sender.id, recipient.id)
    fields["message_id"] = fields.get("message_id") or message_id
    fields["thread_id"] = fields.get("thread_id") or thread_id
    return Message(type=kind, sender=sender, recipient=recipient, created_at=now, **fields)
