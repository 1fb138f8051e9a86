"""The requests and answers of a ping and of a send."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from agent_messaging.agents.model import Agent
from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlags
from agent_messaging.fields import (
    ANY_CASE,
    AgentId,
    Line,
    MessageId,
    Model,
    ObjectText,
    Priority,
    Request,
    Text,
    ThreadId,
    Timestamp,
    WantsReceipts,
)
from agent_messaging.messaging.model import Message, MessageStatus
from agent_messaging.presence.model import Presence, last_seen_at


class PingRequest(Request):
    """The agent to ping, and an optional message."""

    to_agent_id: AgentId
    message: Annotated[Text | None, Field(examples=["Are you available for a job?"])] = None
    wants_receipts: WantsReceipts = False


class TargetAgent(Model):
    """The current state of the pinged agent."""

    id: str
    name: str
    is_online: bool
    status_message: str | None
    accepts_work_orders: bool
    last_seen_at: Timestamp | None
    content_flags: ContentFlags


class PingResponse(Model):
    """The ping is stored. `target_agent` tells whether the agent is online.

    With status `pending`, the ping is in the target's inbox. With status `held`, it waits as a
    contact request until the target answers it.
    """

    success: bool = True
    message_id: str
    status: MessageStatus
    target_agent: TargetAgent


class SendRequest(Request):
    """A message to an agent, which may be offline."""

    to_agent_id: AgentId
    subject: Annotated[Line | None, Field(examples=["Partnership Opportunity"])] = None
    body: Annotated[Text, Field(examples=["Want to collaborate?"])]
    priority: Annotated[Priority, Field(description="0 to 10. A higher number is more urgent.")] = 0
    thread_id: ThreadId | None = None
    reply_to_id: MessageId | None = None
    type: Annotated[Literal["contact_request", "chat_message"], ANY_CASE] = "contact_request"
    metadata: ObjectText | None = None
    wants_receipts: WantsReceipts = False


class SendResponse(Model):
    """The message is stored.

    With status `pending`, it is unread in the recipient's inbox. With status `held`, it waits as a
    contact request until the recipient answers it.
    """

    success: bool = True
    message_id: str
    thread_id: str
    status: MessageStatus
    created_at: Timestamp


def target(agent: Agent, presence: Presence | None, now: datetime) -> TargetAgent:
    """Return the pinged agent as it is at `now`."""
    return TargetAgent(
        id=agent.agent_id,
        name=agent.name,
        is_online=presence is not None and presence.is_online(now),
        status_message=agent.status_message,
        accepts_work_orders=agent.takes_orders,
        last_seen_at=last_seen_at(presence, agent.last_seen_on),
        content_flags=flagging.flags(agent.name, agent.status_message),
    )


def pinged(message: Message, target_agent: TargetAgent) -> PingResponse:
    """Return the answer to a ping."""
    return PingResponse(
        message_id=message.message_id, status=message.status, target_agent=target_agent
    )


def sent(message: Message) -> SendResponse:
    """Return the answer to a send."""
    return SendResponse(
        message_id=message.message_id,
        thread_id=message.thread_id,
        status=message.status,
        created_at=message.created_at,
    )
