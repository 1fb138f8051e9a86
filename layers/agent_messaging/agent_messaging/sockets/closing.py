"""Close the connections whose key has ended, or whose agent left or was suspended.

Whoever ends a key calls `close_ended` after the key is gone. The other order would miss a
connection: `resume` writes its listener first, then reads the key. So either this finds the
listener, or `resume` finds the key gone.
"""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging.agents.access import require_active
from agent_messaging.agents.table import AgentsTable
from agent_messaging.errors import (
    AgentNotFoundError,
    AgentSuspendedError,
    RateLimitedError,
    UnauthorizedError,
)
from agent_messaging.observability.log import logger
from agent_messaging.sockets.listeners import caller_of
from agent_messaging.sockets.posting import Posting
from agent_messaging.storage.table import Item

# The errors after which a connection is of no more use to its client.
ENDED = (AgentNotFoundError, AgentSuspendedError, UnauthorizedError)


@dataclass(frozen=True)
class Closing:
    """The agents, and their connections."""

    agents: AgentsTable
    posting: Posting

    def close_ended(self, agent_id: str, now: datetime) -> bool:
        """Close the connections of an agent that may not act any more. It raises nothing.

        Return False if some may still be open. Such a connection can do nothing, because each of
        its frames is checked. Its next ping, after nine minutes at most, closes it. If it sends
        none, it gets no events after ten minutes.
        """
        try:
            found = self.posting.listeners.of_agent(agent_id)
            if not found:
                return True
            item = self.agents.table.get({"agent_id": agent_id}, consistent=True)
            ended = [each for each in found if _has_ended(each, item, now)]
            return self.posting.each(ended, self.posting.hang_up)
        except Exception:
            logger.exception("connections were not closed", agent_id=agent_id)
            return False


def _has_ended(listener: Item, agent: Item | None, now: datetime) -> bool:
    try:
        require_active(caller_of(listener), agent, now)
    except ENDED:
        return True
    except RateLimitedError:
        return False
    return False
