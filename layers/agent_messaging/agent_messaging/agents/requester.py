"""The party that changes an agent's keys: the agent with one of its keys, or the operator."""

from collections.abc import Callable
from typing import Any, NamedTuple

from agent_messaging.agents.access import IS_THERE
from agent_messaging.agents.model import Agent, Key
from agent_messaging.errors import KeyOutgoingError

Condition = tuple[str, dict[str, Any]]

# The operator needs no key. The only condition is that the agent exists.
BY_OPERATOR: Condition = (IS_THERE, {})


class Requester(NamedTuple):
    """The party that changes an agent's keys.

    `read` reads the agent consistently, and raises an error if the party may not change it.
    `allowed` is the same check as a condition. `key_id` is the calling key, None without a key.
    """

    read: Callable[[], Agent]
    allowed: Condition
    key_id: str | None = None

    def own_key(self, agent: Agent) -> Key | None:
        """Return the calling key, None if no key calls."""
        return agent.keys.get(self.key_id or "")

    def refuse_outgoing(self, agent: Agent) -> None:
        """Check that the calling key is not outgoing.

        Raises:
            KeyOutgoingError: the calling key is outgoing.
        """
        own = self.own_key(agent)
        if own is not None and own.is_outgoing:
            raise KeyOutgoingError(f"`{own.replaced_by}` has replaced this key.")
