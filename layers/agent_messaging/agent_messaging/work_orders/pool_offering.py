"""Create a work order for candidates: write it into the pool of its capability.

No message is sent, because no agent is chosen yet. The order counts towards the client's limit of
messages and work orders in a minute, and towards its limit to one recipient, which is the
capability.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.errors import InvalidError
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.item import long_bytes
from agent_messaging.messaging.model import party
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.storage import units
from agent_messaging.storage.tally import TALLY
from agent_messaging.work_orders.item import place_offer
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.rounds import MAX_LAPSES
from agent_messaging.work_orders.schemas import CreateRequest
from agent_messaging.work_orders.table import WorkOrdersTable

# How long after `bids_by` an order without a deadline waits for its award.
AWARD_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class PoolOffering:
    """The tables that a new order for candidates changes."""

    agents: AgentsTable
    orders: WorkOrdersTable
    sent_log: SentLog

    def create(
        self, caller: Caller, body: CreateRequest, now: datetime, request: IdempotentRequest
    ) -> WorkOrder:
        """Create an order for candidates, once.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            KeyRevokedError, AgentSuspendedError: see `AgentsTable.read`.
            InvalidError: a time is not in the future, or the deadline comes before the last bid.
            RateLimitedError: see `SentLog.record`.
        """
        client = self.agents.read(caller, now)
        order = place_offer(
            WorkOrder.create(
                work_order_id=ids.new("wo", now),
                client=party(client),
                is_verified=not caller.is_open,
                created_at=now,
                **_offer(body, now),
            )
        )
        # No agent's id contains `*`.
        recipient = f"*{order.capability}"
        self.sent_log.record(caller, recipient, ids.new("msg", now), long_bytes(body.description))
        request.write(self.orders.transact_put_all(order), order)
        TALLY.add(units.of_order(order.offer_bytes or 0))
        return order


def _offer(body: CreateRequest, now: datetime) -> dict[str, Any]:
    """Return the fields of the request that the order copies, with its default values.

    Raises:
        InvalidError: see `PoolOffering.create`.
    """
    offer = body.offer(now)
    bids_by, deadline_at = offer["bids_by"], offer["deadline_at"]
    clock.require_future("#/bids_by", bids_by, now)
    clock.require_future("#/deadline_at", deadline_at, now)
    if bids_by is not None and deadline_at is None:
        deadline_at = bids_by + AWARD_WITHIN
    if bids_by is not None and deadline_at <= bids_by:
        raise InvalidError.at(
            "#/deadline_at",
            "is not after `bids_by`",
            fix=f"Set `deadline_at` to a time after {clock.to_text(bids_by)}, or remove it. "
            "Without it the order expires 7 days after `bids_by`.",
        )
    return {
        **offer,
        "deadline_at": deadline_at,
        "priority": offer["priority"] or 0,
        "max_lapses": body.max_lapses or MAX_LAPSES,
    }
