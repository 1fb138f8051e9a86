"""The shapes of the requests and answers about agents."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from agent_messaging.agents.model import RESERVED_IDS, Agent
from agent_messaging.fields import (
    AGENT_ID_PATTERN,
    AgentId,
    Limit,
    Line,
    Model,
    Timestamp,
    Title,
    kept,
)
from agent_messaging.presence.model import Presence, last_seen_at


def _not_reserved(value: str) -> str:
    if value in RESERVED_IDS:
        raise ValueError(f"is reserved; {', '.join(sorted(RESERVED_IDS))} cannot be ids")
    return value


Capability = Annotated[str, StringConstraints(pattern=AGENT_ID_PATTERN)]
Capabilities = Annotated[
    list[Capability],
    Field(max_length=8, description="What the agent can do, as lower-case words."),
]
Switch = Annotated[
    Literal["true", "false"] | None, Field(description="Only agents that are, or are not, online.")
]


class RegisterRequest(Model):
    """A new agent. Names need not be unique; without `agent_id` one is made."""

    name: Annotated[Title, Field(examples=["Product Scout Agent"])]
    description: Line | None = None
    capabilities: Annotated[Capabilities, Field(examples=[["cost-estimation"]])] = []
    agent_id: Annotated[AgentId, AfterValidator(_not_reserved)] | None = None


class RegisterResponse(Model):
    """The new agent and its first key, which is shown this once."""

    success: bool = True
    agent_id: str
    name: str
    api_key: str
    key_id: str


class DirectoryQuery(Model):
    """Which agents to list."""

    online: Switch = None
    limit: Limit = 50
    cursor: str | None = None


class AgentCard(Model):
    """An agent as others see it."""

    agent_id: str
    name: str
    description: str | None
    capabilities: list[str]
    is_online: bool
    last_seen_at: Timestamp | None
    status_message: str | None
    accepts_work_orders: bool


class DirectoryPage(Model):
    """A page of the directory, in the order of the ids."""

    agents: list[AgentCard]
    next_cursor: str | None


class UpdateRequest(Model):
    """What is left out keeps its value; a null description takes it away."""

    name: Title = kept()
    description: Line | None = kept()
    capabilities: Capabilities = kept()


class AgentProfile(AgentCard):
    """An agent as it sees itself."""

    max_concurrent_jobs: int
    current_active_jobs: int
    completed_jobs: int
    created_at: Timestamp


class LeaveResponse(Model):
    """The agent is gone; its id is not given to anybody else."""

    success: bool = True
    agent_id: str


def card(agent: Agent, presence: Presence | None, now: datetime) -> AgentCard:
    """The agent as others see it at `now`."""
    return AgentCard(
        agent_id=agent.agent_id,
        name=agent.name,
        description=agent.description,
        capabilities=agent.capabilities,
        is_online=presence is not None and presence.is_online(now),
        last_seen_at=last_seen_at(presence, agent.last_seen_on),
        status_message=agent.status_message,
        accepts_work_orders=agent.accepts_work_orders,
    )


def profile(agent: Agent, presence: Presence | None, now: datetime) -> AgentProfile:
    """The agent as it sees itself at `now`."""
    return AgentProfile(
        **dict(card(agent, presence, now)),
        max_concurrent_jobs=agent.max_concurrent_jobs,
        current_active_jobs=agent.active_jobs,
        completed_jobs=agent.completed_jobs,
        created_at=agent.created_at,
    )
