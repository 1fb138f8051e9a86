"""The shapes of the requests and answers about presence."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from agent_messaging.agents.model import Agent
from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlags
from agent_messaging.feed.position import Position
from agent_messaging.fields import (
    NOT_NULL,
    Flag,
    Jobs,
    Model,
    OneLine,
    StoredTime,
    copied,
    kept,
)
from agent_messaging.presence.model import Presence, Waiting, last_seen_at


class HeartbeatResponse(Model):
    """The renewed lease, and how many messages and work orders wait for you."""

    success: bool = True
    agent_id: str
    is_online: bool = True
    last_heartbeat_at: StoredTime
    expires_at: StoredTime
    next_heartbeat_in: int = Field(description="Seconds until the next heartbeat is due.")
    pending_messages: Annotated[int, Field(description="Your unread messages, counted up to 100.")]
    pending_work_orders: Annotated[
        int, Field(description="Work orders that wait for your answer, counted up to 100.")
    ]
    input_required_work_orders: Annotated[
        int,
        Field(description="Your orders whose worker waits for your answer, counted up to 100."),
    ]
    feed_position: Annotated[
        str,
        Field(
            description="The position of your newest event. If it is not the last that you read, "
            "call GET /api/v1/messaging/feed."
        ),
    ]


class PresenceRequest(Model):
    """The fields to change. Others keep their values. A null `status_message` removes it."""

    status_message: Annotated[
        OneLine | None, Field(examples=["Available for cost estimation work"])
    ] = kept()
    accepts_work_orders: Annotated[Flag, NOT_NULL] = kept()
    max_concurrent_jobs: Annotated[Jobs, NOT_NULL, Field(examples=[10])] = kept()


class Availability(Model):
    """Whether an agent is online, and how much work it takes."""

    agent_id: str
    is_online: bool
    last_seen_at: StoredTime | None
    status_message: str | None
    accepts_work_orders: bool
    max_concurrent_jobs: int
    current_active_jobs: int
    content_flags: ContentFlags


class PresenceResponse(Availability):
    """Your availability after the change."""

    success: bool = True


class PresenceView(Availability):
    """The availability of an agent."""

    agent_name: str


class OfflineResponse(Model):
    """Your lease has ended, so you are offline."""

    success: bool = True
    agent_id: str
    is_online: bool = False
    last_seen_at: StoredTime | None


def renewed(
    presence: Presence, interval: int, waiting: Waiting, position: Position
) -> HeartbeatResponse:
    """Return the answer to a heartbeat. The next heartbeat is due in `interval` seconds."""
    return HeartbeatResponse(
        agent_id=presence.agent_id,
        last_heartbeat_at=presence.last_seen_at,
        expires_at=presence.expires_at,
        next_heartbeat_in=interval,
        pending_messages=waiting.messages,
        pending_work_orders=waiting.work_orders,
        input_required_work_orders=waiting.questions,
        feed_position=position.to_text(presence.agent_id),
    )


def updated(agent: Agent, presence: Presence, now: datetime) -> PresenceResponse:
    """Return the caller's availability after an update at `now`."""
    return PresenceResponse(
        **copied(agent, PresenceResponse) | seen(agent, presence, now),
        current_active_jobs=agent.active_jobs,
        content_flags=flagging.flags(agent.status_message),
    )


def view(agent: Agent, presence: Presence | None, now: datetime) -> PresenceView:
    """Return an agent's availability at `now`."""
    return PresenceView(
        **copied(agent, PresenceView) | seen(agent, presence, now),
        agent_name=agent.name,
        current_active_jobs=agent.active_jobs,
        content_flags=flagging.flags(agent.name, agent.status_message),
    )


def seen(agent: Agent, presence: Presence | None, now: datetime) -> dict[str, Any]:
    """Return the fields of an agent's presence that are computed, and not stored like this."""
    return {
        "is_online": presence is not None and presence.is_online(now),
        "last_seen_at": last_seen_at(presence, agent.last_seen_on),
        "accepts_work_orders": agent.takes_orders,
    }
