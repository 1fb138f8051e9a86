"""What an agent asks of its own feed over HTTP: to read it, to acknowledge it, and a ticket."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.feed import schemas
from agent_messaging.feed.outbox import DeliveredVia
from agent_messaging.feed.service import FeedService
from agent_messaging.feed.tickets import Tickets


@dataclass(frozen=True)
class FeedRequests:
    """The feed, for the agents that call.

    `count_ticket` counts a ticket of an agent, and refuses too many. `socket_url` is the address of
    the WebSocket.
    """

    agents: AgentsTable
    service: FeedService
    tickets: Tickets
    count_ticket: Callable[[str, datetime], None]
    socket_url: str

    def read(self, agent_id: str, query: schemas.FeedQuery, now: datetime) -> schemas.FeedView:
        """Return the events after the query's position, and the hints that wait for the agent.

        Raises:
            BadPositionError, PositionGoneError: see `FeedReader.read`.
        """
        after = self.service.position(agent_id, query.after)
        look = self.service.look(agent_id, after, query.limit, now)
        return schemas.view(agent_id, look.page, look.available)

    def acknowledge(
        self, caller: Caller, body: schemas.AckRequest, now: datetime
    ) -> schemas.AckResponse:
        """Acknowledge the caller's events up to a position.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
            BadPositionError: see `FeedService.acknowledge`.
        """
        agent = self.agents.read(caller, now)
        reached = self.service.acknowledge(agent.agent_id, body.position, DeliveredVia.FEED, now)
        return schemas.acknowledged(agent.agent_id, reached)

    def ticket(self, caller: Caller, now: datetime) -> schemas.TicketResponse:
        """Create a ticket for the caller. In open mode, tickets are not counted.

        Raises:
            AgentNotFoundError, KeyRevokedError, AgentSuspendedError: see `require_active`.
            RateLimitedError: the caller has had too many tickets in this minute.
        """
        agent = self.agents.read(caller, now)
        if not caller.is_open:
            self.count_ticket(agent.agent_id, now)
        text, expires_at = self.tickets.create(caller, now)
        return schemas.ticket(text, self.socket_url, expires_at)
