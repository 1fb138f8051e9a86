"""Create a work order for candidates: write it into the pool of its capability.

No message is sent, because no agent is chosen yet. The order counts towards the client's limit of
messages and work orders in a minute, and towards its limit to one recipient, which is the
capability. A child is also counted at its parent (`children`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.agents.model import Agent
from agent_messaging.agents.table import AgentsTable
from agent_messaging.auth import Caller
from agent_messaging.errors import InvalidError
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.item import long_bytes
from agent_messaging.messaging.model import party
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.storage import units
from agent_messaging.storage.tally import TALLY
from agent_messaging.work_orders import result_schema
from agent_messaging.work_orders.children import Children
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
    children: Children

    def create(
        self, caller: Caller, body: CreateRequest, now: datetime, request: IdempotentRequest
    ) -> WorkOrder:
        """Create an order for candidates, once.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            KeyRevokedError, AgentSuspendedError: see `AgentsTable.read`.
            InvalidError: a time is not in the future, the deadline comes before the last bid, or
                the schema cannot be used.
            RateLimitedError: see `SentLog.record`.
            AgentMessagingError: see `Children.place`.
        """
        client = self.agents.read(caller, now)
        offer = body.offer(now)
        place = self.children.load(caller, offer, now)
        offer |= {} if place is None else self.children.fields(place, offer, now)
        offer = _complete(offer, body, now)
        if body.result_schema is not None:
            result_schema.require_usable(body.result_schema)
        order = _new(caller, client, offer, now)
        # No agent's id contains `*`.
        recipient = f"*{order.capability}"
        self.sent_log.record(caller, recipient, ids.new("msg", now), long_bytes(body.description))
        entries = self.orders.transact_put_all
        if place is None:
            request.write(entries(order), order)
        else:
            order = self.children.write(caller, order, place, entries, request)
        TALLY.add(_later_cost(order))
        return order


def _new(caller: Caller, client: Agent, offer: Mapping[str, Any], now: datetime) -> WorkOrder:
    return place_offer(
        WorkOrder.create(
            work_order_id=ids.new("wo", now),
            client=party(client),
            is_verified=not caller.is_open,
            created_at=now,
            **offer,
        )
    )


def _later_cost(order: WorkOrder) -> int:
    """Return what the client pays for the end of the order, and for all its lapses and hints.

    The last lapse ends the order.
    """
    lapses = 0 if order.lease_seconds is None else order.max_lapses or 0
    parts = order.offer_bytes or 0, order.schema_bytes or 0
    return units.of_order(*parts, lapses=lapses, hints=max(1, lapses))


def _complete(offer: dict[str, Any], body: CreateRequest, now: datetime) -> dict[str, Any]:
    """Return the fields of an offer with the default values of an order for candidates.

    Raises:
        InvalidError: see `PoolOffering.create`.
    """
    bids_by, deadline_at = offer["bids_by"], offer["deadline_at"]
    clock.require_future("#/bids_by", bids_by, now)
    clock.require_future("#/deadline_at", deadline_at, now)
    if bids_by is not None and deadline_at is None:
        deadline_at = bids_by + AWARD_WITHIN
    if bids_by is not None and deadline_at <= bids_by:
        raise _too_late(offer)
    return {
        **offer,
        "deadline_at": deadline_at,
        "priority": offer["priority"] or 0,
        "max_lapses": body.max_lapses or MAX_LAPSES,
    }


def _too_late(offer: Mapping[str, Any]) -> InvalidError:
    """Return the error for bids that may come after the deadline. A child's may be its parent's."""
    if offer["parent_id"] is not None:
        return InvalidError.at(
            "#/bids_by",
            "is not before the deadline",
            fix=f"Set `bids_by` to a time before {clock.to_text(offer['deadline_at'])}. A child "
            "cannot have a later deadline than its parent.",
        )
    return InvalidError.at(
        "#/deadline_at",
        "is not after `bids_by`",
        fix=f"Set `deadline_at` to a time after {clock.to_text(offer['bids_by'])}, or remove it. "
        "Without it the order expires 7 days after `bids_by`.",
    )
