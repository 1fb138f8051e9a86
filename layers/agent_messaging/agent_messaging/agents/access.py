"""Check that the caller may act: compare its own item with the key of the request.

API Gateway caches an authorizer's answer for a minute. The checks here run on a consistent read
that a write needs anyway, and again as a condition if the write changes that item. So a revoked key
writes nothing from the next call on.
"""

from datetime import datetime
from typing import Any

from agent_messaging import ids
from agent_messaging.agents.model import Agent, AgentStatus
from agent_messaging.auth import Caller
from agent_messaging.errors import (
    AgentNotFoundError,
    AgentSuspendedError,
    Fault,
    KeyRevokedError,
)
from agent_messaging.storage.table import Item

# The item of an agent that left stays as a marker, so its existence is not enough.
IS_THERE = "attribute_exists(agent_id) AND attribute_not_exists(deleted_at)"
# Without a status an agent is active, as in `Agent`.
IS_ACTIVE = "(attribute_not_exists(#status) OR #status = :active)"
IS_OF_EPOCH = "epoch = :epoch"


def require_active(caller: Caller, item: Item | None, now: datetime) -> Agent:
    """Return the caller as an agent, if it may write.

    Raises:
        AgentNotFoundError: in open mode, the caller is not registered.
        KeyRevokedError: the key or the agent has gone since the authorizer's check.
        AgentSuspendedError: the operator suspended the agent.
        RateLimitedError: the agent has a penalty for spending too much.
    """
    if caller.is_open:
        agent = require_registered(caller.agent_id, item)
    elif item is None or "deleted_at" in item:
        raise KeyRevokedError(
            "The agent of this key has left.",
            fix="Register a new agent with another id. This id cannot be used again.",
        )
    else:
        agent = parse(item)
        if not agent.has_live_key(caller.key_id, caller.epoch, now):
            raise KeyRevokedError("The key was revoked or has expired.")
        if agent.penalty is not None and agent.penalty.holds(now):
            raise agent.penalty.error(now)
    if agent.is_suspended:
        raise AgentSuspendedError(f"`{agent.agent_id}` is suspended.")
    return agent


def active_condition(caller: Caller) -> tuple[str, dict[str, Any]]:
    """Return `require_active` as a condition on the caller's own item, and its values.

    The condition ignores the key's expiry. The expiry can move to ten minutes from now at the
    earliest, and a write that passed `require_active` ends before that.
    """
    condition = f"{IS_THERE} AND {IS_ACTIVE}"
    values: dict[str, Any] = {"active": AgentStatus.ACTIVE}
    if not caller.is_open:
        condition += f" AND {IS_OF_EPOCH} AND {holds_key(str(caller.key_id))}"
        values["epoch"] = caller.epoch
    return condition, values


def holds_key(key_id: str) -> str:
    """Return the condition that the agent has the key."""
    return f"attribute_exists(#keys.#{key_id})"


def has_left(item: Item | None) -> bool:
    """Return whether this item is the marker of an agent that left."""
    return item is not None and "deleted_at" in item


def require_registered(agent_id: str, item: Item | None, field: str | None = None) -> Agent:
    """Return the agent of an item that was read under `agent_id`.

    `field` is the field of the body that named the agent.

    Raises:
        AgentNotFoundError: there is no such agent, or it left.
    """
    if item is None or "deleted_at" in item:
        raise not_found(agent_id, field)
    return parse(item)


def parse(item: Item) -> Agent:
    """Return an agent from its item."""
    return Agent.model_validate(item)


def not_found(agent_id: str, field: str | None = None) -> AgentNotFoundError:
    """Return the error for an id that nobody has. `field` is its place in the body, if any."""
    kind = ids.told_kind(agent_id)
    name = None if kind else ids.as_search(agent_id)
    search = f"?q={name}" if name else ""
    if field is not None:
        fix = f"{kind}Set `{field}` to the `agent_id` from GET /api/v1/agents{search}."
        return AgentNotFoundError(
            f"No agent `{ids.without_key(agent_id)}` is registered.",
            fix=fix,
            faults=(Fault(f"#/{field}", "is the id of no agent", fix),),
        )
    return AgentNotFoundError(
        f"No agent `{ids.without_key(agent_id)}` is registered.",
        fix=f"{kind}Find its id with GET /api/v1/agents{search}, or register the agent with "
        "POST /api/v1/agents/register.",
    )


def unknown_caller(agent_id: str, parameter: str) -> AgentNotFoundError:
    """Return the error for a caller in open mode whose own id nobody has."""
    return AgentNotFoundError(
        f"No agent `{ids.without_key(agent_id)}` is registered.",
        fix=f"{ids.told_kind(agent_id)}Set `?{parameter}` to the `agent_id` from the answer of "
        "your registration, or register the agent with POST /api/v1/agents/register.",
    )
