"""Who may act: the caller's own item held against the key that the request came with.

An authorizer's answer is remembered for a minute; what is here is checked on a consistent read
that a write makes anyway, and once more as a condition where the write changes that very item. So
a key that was revoked writes nothing from the next call on.
"""

from datetime import datetime
from typing import Any

from agent_messaging.agents.model import Agent, AgentStatus
from agent_messaging.auth import Caller
from agent_messaging.errors import AgentNotFoundError, AgentSuspendedError, KeyRevokedError
from agent_messaging.storage.table import Item

# An agent that left stays as a marker, so existence alone does not say that it is there.
IS_THERE = "attribute_exists(agent_id) AND attribute_not_exists(deleted_at)"
# Without a status an agent is active, as `Agent` has it.
IS_ACTIVE = "(attribute_not_exists(#status) OR #status = :active)"
IS_OF_EPOCH = "epoch = :epoch"


def require_active(caller: Caller, item: Item | None, now: datetime) -> Agent:
    """The caller's own item, if it may write.

    Raises:
        AgentNotFoundError: in open mode, no such agent is registered.
        KeyRevokedError: the key, or the agent, has gone since the authorizer looked.
        AgentSuspendedError: the operator has suspended it.
        RateLimitedError: it spent too much, and its penalty lasts.
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
    """`require_active` as the condition of a write to the caller's own item, and its values.

    A key's time of expiry needs no second look: it may come nearer, but to no less than ten
    minutes, and a write that was admitted ends before.
    """
    condition = f"{IS_THERE} AND {IS_ACTIVE}"
    values: dict[str, Any] = {"active": AgentStatus.ACTIVE}
    if not caller.is_open:
        condition += f" AND {IS_OF_EPOCH} AND {holds_key(str(caller.key_id))}"
        values["epoch"] = caller.epoch
    return condition, values


def holds_key(key_id: str) -> str:
    """The condition that the agent has the key."""
    return f"attribute_exists(#keys.#{key_id})"


def require_registered(agent_id: str, item: Item | None) -> Agent:
    """The agent that was read under `agent_id`.

    Raises:
        AgentNotFoundError: there is none, or it left.
    """
    if item is None or "deleted_at" in item:
        raise not_found(agent_id)
    return parse(item)


def parse(item: Item) -> Agent:
    """An agent from its item."""
    return Agent.model_validate(item)


def not_found(agent_id: str) -> AgentNotFoundError:
    """The refusal for an id that nobody has."""
    return AgentNotFoundError(f"No agent `{agent_id}` is registered.")
