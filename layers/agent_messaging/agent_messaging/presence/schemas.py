"""The shapes of the requests and answers about presence."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from agent_messaging.agents.model import Agent
from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlags
from agent_messaging.fields import Flag, Jobs, Model, OneLine, StoredTime, copied, kept
from agent_messaging.presence.model import Presence, Waiting, last_seen_at


class HeartbeatResponse(Model):
    """The renewed lease, and what waits for the agent; each count stops at 100."""

    success: bool = True
    agent_id: str
    is_online: bool = True
    last_heartbeat_at: StoredTime
    expires_at: StoredTime
    next_heartbeat_in: int = Field(description="Seconds until the next heartbeat is due.")
    pending_messages: Annotated[int, Field(description="Messages to you; counted up to 100.")]
    pending_work_orders: Annotated[
        int, Field(description="Orders that wait for your answer; counted up to 100.")
    ]


class PresenceRequest(Model):
    """What is left out keeps its value; a null status message takes it away."""

    status_message: Annotated[
        OneLine | None, Field(examples=["Available for cost estimation work"])
    ] = kept()
    accepts_work_orders: Flag = kept()
    max_concurrent_jobs: Annotated[Jobs, Field(examples=[10])] = kept()


class Availability(Model):
    """Whether an agent is there, and what it takes on."""

    agent_id: str
    is_online: bool
    last_seen_at: StoredTime | None
    status_message: str | None
    accepts_work_orders: bool
    max_concurrent_jobs: int
    current_active_jobs: int
    content_flags: ContentFlags


class PresenceResponse(Availability):
    """The caller's own availability as it is now."""

    success: bool = True


class PresenceView(Availability):
    """Another agent's availability."""

    agent_name: str


class OfflineResponse(Model):
    """The lease was given up."""

    success: bool = True
    agent_id: str
    is_online: bool = False
    last_seen_at: StoredTime | None


def renewed(presence: Presence, interval: int, waiting: Waiting) -> HeartbeatResponse:
    """The lease that a heartbeat renewed; the next heartbeat is due in `interval` seconds."""
    return HeartbeatResponse(
        agent_id=presence.agent_id,
        last_heartbeat_at=presence.last_seen_at,
        expires_at=presence.expires_at,
        next_heartbeat_in=interval,
        pending_messages=waiting.messages,
        pending_work_orders=waiting.work_orders,
    )


def updated(agent: Agent, presence: Presence, now: datetime) -> PresenceResponse:
    """The caller's availability after an update at `now`."""
    return PresenceResponse(
        **copied(agent, PresenceResponse) | seen(agent, presence, now),
        current_active_jobs=agent.active_jobs,
        content_flags=flagging.flags(agent.status_message),
    )


def view(agent: Agent, presence: Presence | None, now: datetime) -> PresenceView:
    """An agent's availability at `now`."""
    return PresenceView(
        **copied(agent, PresenceView) | seen(agent, presence, now),
        agent_name=agent.name,
        current_active_jobs=agent.active_jobs,
        content_flags=flagging.flags(agent.name, agent.status_message),
    )


def seen(agent: Agent, presence: Presence | None, now: datetime) -> dict[str, Any]:
    """What every answer about an agent says of its presence, and no record holds so."""
    return {
        "is_online": presence is not None and presence.is_online(now),
        "last_seen_at": last_seen_at(presence, agent.last_seen_on),
        "accepts_work_orders": agent.takes_orders,
    }
