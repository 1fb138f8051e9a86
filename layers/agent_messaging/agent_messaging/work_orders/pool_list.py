"""List the pending orders that a candidate could take: the highest priority first, then oldest.

A page reads entries of the index `pool` and the contacts of their clients, and no heads. It leaves
out orders of blocked clients, overdue ones, those whose time for bids is over, and those that the
agent lost before. It makes up to `QUERIES` queries, so it may be short although more follow.
The index lags by milliseconds, so a claim decides whether an order is still there.
"""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging import paging
from agent_messaging.agents.model import Agent
from agent_messaging.errors import InvalidError
from agent_messaging.ids import ULID_PATTERN
from agent_messaging.paging import Listing, Total
from agent_messaging.work_orders import item, pool, schemas
from agent_messaging.work_orders.candidates import Candidates
from agent_messaging.work_orders.item import parse
from agent_messaging.work_orders.lists import Page
from agent_messaging.work_orders.model import WorkOrder

POSITION = rf"\d\d#wo_{ULID_PATTERN}"
FIRST = " "  # sorts before every rank

# How many queries a page makes at most, each for as many entries as the page shows.
QUERIES = 3


@dataclass(frozen=True)
class PoolList:
    """The query of one agent for the orders that it could take at `now`."""

    candidates: Candidates
    agent: Agent
    query: schemas.WorkOrdersQuery
    now: datetime

    @property
    def capability(self) -> str:
        """The capability of the query, or the agent's only one.

        Raises:
            InvalidError: the query has none, or one that the agent does not have.
        """
        own = self.agent.capabilities
        wanted = self.query.capability or (own[0] if len(own) == 1 else None)
        if wanted in own and wanted is not None:
            return wanted
        wrong = "is missing" if wanted is None else "is not one of your capabilities"
        raise InvalidError.at(
            "?capability",
            wrong,
            fix=f"Set `?capability` to one of yours: {', '.join(own)}."
            if own
            else "Add a capability to your profile with PATCH /api/v1/agents/me.",
        )

    def page(self) -> Page:
        """Return the page at the query's cursor. The total is the length of the page."""
        capability, limit = self.capability, self.query.limit
        listing = Listing(self.agent.agent_id, "candidate", (capability,), POSITION)
        position, _ = listing.open(self.query.cursor)
        shown: list[WorkOrder] = []
        resume: str | None = position or FIRST
        for _ in range(QUERIES):
            found = self.candidates.orders.query_pool(capability, resume or FIRST, limit)
            shown += self._shown([parse(each, self.now) for each in found.items])
            resume = found.last_key.get("pool_rank")
            if resume is None or len(shown) >= limit:
                break
        kept, resume = paging.take_page(
            shown, limit, resume, position=pool.rank, weigh=item.head_bytes
        )
        total = Total(len(kept), is_minimum=True)
        cursor = None if resume is None else listing.cursor(resume, None)
        views = [schemas.view(order, self.agent.agent_id) for order in kept]
        return Page(total, views, cursor)

    def _shown(self, found: list[WorkOrder | None]) -> list[WorkOrder]:
        orders = [order for order in found if order is not None]
        agent_id = self.agent.agent_id
        orders = [order for order in orders if pool.is_shown(order, agent_id, self.now)]
        clients = {order.client.id for order in orders}
        blocked = self.candidates.blocked(agent_id, clients, self.now)
        return [order for order in orders if order.client.id not in blocked]
