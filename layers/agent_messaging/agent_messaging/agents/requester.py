"""Who changes an agent's keys: the agent itself with one of them, or the operator."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agent_messaging.agents.access import IS_THERE
from agent_messaging.agents.model import Agent, Key
from agent_messaging.errors import KeyOutgoingError

Condition = tuple[str, dict[str, Any]]

# The operator needs no key; what it read is a condition anyway.
BY_OPERATOR: Condition = (IS_THERE, {})


@dataclass(frozen=True)
class Requester:
    """Who changes an agent's keys.

    `read` reads the agent consistently and refuses who may not change it; `allowed` says the same
    as a condition: an agent's own rights, or none for the operator. `key_id` is the calling key,
    None where no key calls.
    """

    read: Callable[[], Agent]
    allowed: Condition
    key_id: str | None = None

    def own_key(self, agent: Agent) -> Key | None:
        """The calling key."""
        return agent.keys.get(self.key_id or "")

    def refuse_outgoing(self, agent: Agent) -> None:
        """Let the request pass unless its key is outgoing.

        Raises:
            KeyOutgoingError: it is.
        """
        own = self.own_key(agent)
        if own is not None and own.is_outgoing:
            raise KeyOutgoingError(f"`{own.replaced_by}` has replaced this key.")
