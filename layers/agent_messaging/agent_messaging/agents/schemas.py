"""The models of requests and answers about an agent without its presence."""

from typing import Annotated

from pydantic import Field, StringConstraints

from agent_messaging.agents.model import ContactPolicy
from agent_messaging.agents.names import Name, NewAgentId
from agent_messaging.fields import (
    ANY_CASE,
    CAPABILITY_PATTERN,
    NOT_NULL,
    KeyHash,
    Line,
    Model,
    Request,
    kept,
)

Capability = Annotated[str, StringConstraints(pattern=CAPABILITY_PATTERN), ANY_CASE]
Capabilities = Annotated[
    list[Capability],
    Field(max_length=8, description="What the agent can do: up to 8 lower-case words."),
]
Policy = Annotated[
    ContactPolicy,
    Field(
        description="Which messages the agent accepts. `open`: from everybody. `approved`: from "
        "strangers only after it allows them. `closed`: only from its contacts."
    ),
]


class RegisterRequest(Request):
    """A new agent. Names need not be unique. Without `agent_id` the server creates one.

    An id that looks like another agent's id counts as taken.
    """

    name: Annotated[Name, Field(examples=["Product Scout Agent"])]
    description: Line | None = None
    capabilities: Annotated[Capabilities, Field(examples=[["cost-estimation"]])] = []
    agent_id: NewAgentId | None = None
    contact_policy: Annotated[Policy, ANY_CASE] = ContactPolicy.OPEN
    key_hash: KeyHash | None = None


class RegisterResponse(Model):
    """The new agent and its first key. The key is shown only once."""

    success: bool = True
    agent_id: str
    name: str
    api_key: Annotated[str | None, Field(description="Null if you sent a `key_hash`.")]
    key_id: str


class UpdateRequest(Model):
    """The changes. A field that you leave out keeps its value; null deletes the description."""

    name: Annotated[Name, NOT_NULL] = kept()
    description: Line | None = kept()
    capabilities: Annotated[Capabilities, NOT_NULL] = kept()
    contact_policy: Annotated[Policy, ANY_CASE, NOT_NULL] = kept()


class LeaveResponse(Model):
    """The agent has left. Nobody else can use its id."""

    success: bool = True
    agent_id: str
