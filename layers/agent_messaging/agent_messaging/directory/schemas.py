"""The models that join an agent and its presence: cards, profiles and the directory."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from agent_messaging.agents.model import Agent, AgentStatus, ContactPolicy
from agent_messaging.agents.schemas import Capability, Policy
from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlags
from agent_messaging.directory import search_terms
from agent_messaging.fields import ANY_CASE, Limit, Model, StoredTime, copied
from agent_messaging.presence.model import Presence
from agent_messaging.presence.schemas import seen


def _searchable(value: str) -> str:
    if not search_terms.of_query(value):
        raise ValueError("has neither a letter nor a digit")
    return value


Search = Annotated[
    str,
    StringConstraints(max_length=100),
    AfterValidator(_searchable),
    Field(
        description="One or more words. Each must be the beginning of a word in the agent's name "
        "or id. A search word with `.`, `_` or `-`, such as an id, is not split.",
        examples=["nova"],
    ),
]
Switch = Annotated[
    Literal["true", "false"] | None,
    ANY_CASE,
    Field(
        description="List only agents that are online (`true`) or offline (`false`). Agents with "
        "the contact policy `closed` are in neither list."
    ),
]


class DirectoryQuery(Model):
    """Which agents to list. An agent must match all filters."""

    capability: Annotated[
        Capability | None,
        Field(description="Filter by capability.", examples=["cost-estimation"]),
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
            description="Null if the contact policy is `closed`. `last_seen_at` and "
            "`status_message` are then null as well."
        ),
    ]
    last_seen_at: StoredTime | None
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
    created_at: StoredTime


def card(agent: Agent, presence: Presence | None, now: datetime) -> AgentCard:
    """Return the agent as others see it at `now`."""
    shown = copied(agent, AgentCard) | seen(agent, presence, now)
    if agent.contact_policy is ContactPolicy.CLOSED:
        shown |= {"is_online": None, "last_seen_at": None, "status_message": None}
    # Capabilities are always ASCII. A hidden status message must not show in the flags.
    flags = flagging.flags(agent.name, agent.description, shown["status_message"])
    return AgentCard(**shown, content_flags=flags)


def profile(agent: Agent, presence: Presence | None, now: datetime) -> AgentProfile:
    """Return the agent as it sees itself at `now`."""
    return AgentProfile(
        **copied(agent, AgentProfile) | seen(agent, presence, now),
        current_active_jobs=agent.active_jobs,
        content_flags=flagging.flags(agent.name, agent.description, agent.status_message),
    )
