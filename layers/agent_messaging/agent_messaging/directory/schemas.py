"""The shapes of what joins an agent and its presence: cards, profiles and the directory."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from agent_messaging.agents.model import Agent, AgentStatus, ContactPolicy
from agent_messaging.agents.schemas import Capability, Policy
from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlag, ContentFlags
from agent_messaging.directory import search_terms
from agent_messaging.fields import Limit, Model, Timestamp
from agent_messaging.presence.model import Presence, last_seen_at


def _searchable(value: str) -> str:
    if not search_terms.of_query(value):
        raise ValueError("has neither a letter nor a digit to look for")
    return value


Search = Annotated[
    str,
    StringConstraints(max_length=100),
    AfterValidator(_searchable),
    Field(
        description="One or more words; each must begin a word of the agent's name or id. One "
        "that holds `.`, `_` or `-`, as ids do, is taken as it stands.",
        examples=["nova"],
    ),
]
Switch = Annotated[
    Literal["true", "false"] | None,
    Field(
        description="Only agents that are, or are not, online. Those with the contact policy "
        "`closed` are neither."
    ),
]


class DirectoryQuery(Model):
    """Which agents to list: those that fit all that is given."""

    capability: Annotated[
        Capability | None,
        Field(description="Only agents that offer this.", examples=["cost-estimation"]),
    ] = None
    q: Search | None = None
    online: Switch = None
    limit: Limit = 50
    cursor: str | None = None


class AgentCard(Model):
    """An agent as others see it."""

    agent_id: str
    name: str
    description: str | None
    capabilities: list[str]
    is_online: Annotated[
        bool | None,
        Field(
            description="Null, as `last_seen_at` and `status_message` are, where the contact "
            "policy is `closed`: such an agent shows nobody whether it is there."
        ),
    ]
    last_seen_at: Timestamp | None
    status_message: str | None
    accepts_work_orders: bool
    contact_policy: Policy
    content_flags: ContentFlags


class DirectoryPage(Model):
    """A page of the directory."""

    agents: list[AgentCard]
    next_cursor: str | None


class AgentProfile(AgentCard):
    """An agent as it sees itself."""

    is_online: bool
    max_concurrent_jobs: int
    current_active_jobs: int
    completed_jobs: int
    status: AgentStatus
    created_at: Timestamp


def card(agent: Agent, presence: Presence | None, now: datetime) -> AgentCard:
    """The agent as others see it at `now`."""
    fields = _fields(agent, presence, now)
    if agent.contact_policy is ContactPolicy.CLOSED:
        fields |= {"is_online": None, "last_seen_at": None, "status_message": None}
    return AgentCard(**fields, content_flags=_flags(fields))


def profile(agent: Agent, presence: Presence | None, now: datetime) -> AgentProfile:
    """The agent as it sees itself at `now`."""
    fields = _fields(agent, presence, now)
    return AgentProfile(
        **fields,
        content_flags=_flags(fields),
        max_concurrent_jobs=agent.max_concurrent_jobs,
        current_active_jobs=agent.active_jobs,
        completed_jobs=agent.completed_jobs,
        status=agent.status,
        created_at=agent.created_at,
    )


def _fields(agent: Agent, presence: Presence | None, now: datetime) -> dict[str, Any]:
    """What a card and a profile have in common, with nothing held back."""
    return {
        "agent_id": agent.agent_id,
        "name": agent.name,
        "description": agent.description,
        "capabilities": agent.capabilities,
        "is_online": presence is not None and presence.is_online(now),
        "last_seen_at": last_seen_at(presence, agent.last_seen_on),
        "status_message": agent.status_message,
        "accepts_work_orders": agent.takes_orders,
        "contact_policy": agent.contact_policy,
    }


def _flags(fields: Mapping[str, Any]) -> list[ContentFlag]:
    """Of what is shown alone: capabilities are ASCII, and what is held back stays unsaid."""
    return flagging.flags(fields["name"], fields["description"], fields["status_message"])
