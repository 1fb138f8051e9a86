"""Bid on a work order, withdraw a bid, and read bids.

A bid is one small write, which needs no condition on the order. So after the write the order is
read again, consistently. If it was awarded or has ended meanwhile, the bid is taken back and the
call fails. An award tells every bidder whose bid it finds before or after its transaction
(`awarding`). So whoever is told that its bid is stored also hears of the award, unless the
function of the award dies right after its transaction. If the function of a bid dies between its
two writes, the bid has no event, and its call no answer.

With an `Idempotency-Key`, one transaction writes the bid, its event and the record of the answer,
with the condition that the order is pending.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from agent_messaging import clock, ids
from agent_messaging.auth import Caller
from agent_messaging.errors import (
    BiddingClosedError,
    ContentionError,
    ExcludedError,
    IllegalTransitionError,
    InvalidError,
    NotReadyError,
    WorkOrderNotFoundError,
)
from agent_messaging.feed.outbox import OutboxTable
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.messaging.model import party
from agent_messaging.messaging.sent_log import SentLog
from agent_messaging.storage.transactions import TransactionFailedError
from agent_messaging.work_orders import bid_events, pool
from agent_messaging.work_orders.bid import MOST_BIDS, Bid
from agent_messaging.work_orders.bid_schemas import BidRequest
from agent_messaging.work_orders.bid_table import BidsTable
from agent_messaging.work_orders.candidates import Candidates
from agent_messaging.work_orders.claiming import (
    ATTEMPTS,
    require_not_excluded,
    require_takes_orders,
)
from agent_messaging.work_orders.model import WorkOrder, not_ready
from agent_messaging.work_orders.readiness import Readiness
from agent_messaging.work_orders.states import OfferKind, Role, Status, what_can_be_done
from agent_messaging.work_orders.table import not_found

DOUBTFUL = (WorkOrderNotFoundError, IllegalTransitionError, ExcludedError)


class Offered(NamedTuple):
    """A bid, and the order that it is for."""

    order: WorkOrder
    bid: Bid


@dataclass(frozen=True)
class Bidding:
    """The tables that a bid changes."""

    candidates: Candidates
    bids: BidsTable
    outbox: OutboxTable
    readiness: Readiness
    sent_log: SentLog

    def bid(
        self,
        caller: Caller,
        work_order_id: str,
        body: BidRequest,
        now: datetime,
        request: IdempotentRequest,
    ) -> Offered:
        """Store the caller's bid on an order, in place of its last one, and tell the client.

        Raises:
            AlreadyAnsweredError: see `IdempotentRequest.write`.
            AgentMessagingError: see `Candidates.open`.
            IllegalTransitionError: the order is not pending.
            NotReadyError: it depends on orders that are not completed.
            BiddingClosedError: the time for bids is over, or the order has too many.
            ExcludedError, WorkerUnavailableError: the caller cannot get the order.
            InvalidError: the price is above the budget, or a time is not in the future.
            RateLimitedError: see `SentLog.record`.
            ContentionError: the order changed each time it was read.
        """
        for attempt in range(ATTEMPTS):
            try:
                done = self._attempt(caller, work_order_id, body, now, request, is_sure=attempt > 0)
            except DOUBTFUL:
                if attempt > 0:
                    raise
                continue
            except NotReadyError:
                self.readiness.require(work_order_id, now)
                continue
            if done is not None:
                return done
        raise ContentionError(f"The work order `{work_order_id}` kept changing.")

    def _attempt(
        self,
        caller: Caller,
        work_order_id: str,
        body: BidRequest,
        now: datetime,
        request: IdempotentRequest,
        *,
        is_sure: bool,
    ) -> Offered | None:
        """Return the stored bid, or None if the order changed after it was read."""
        candidate = self.candidates.open(
            caller, work_order_id, OfferKind.BIDS, now, is_sure=is_sure
        )
        order = self.candidates.expiry.settle(candidate.order, now)
        require_open(order, now)
        if order.is_ready is False:
            raise not_ready(order, order.depends_on or ())
        require_not_excluded(order, candidate.agent.agent_id)
        require_takes_orders(candidate.agent)
        bid = Bid(
            bid_id=ids.new_bid(now, work_order_id, candidate.agent.agent_id),
            bidder=party(candidate.agent),
            is_verified=not caller.is_open,
            created_at=now,
            **body.fields(now),
        )
        _require_possible(order, bid, now)
        self._require_room(order, bid, now)
        self.sent_log.count(caller, order.client.id, now)
        offered = Offered(order, bid)
        if request.is_keyed:
            return offered if self._write_once(offered, now, request) else None
        self.bids.put(order, bid)
        self.outbox.put_event(bid_events.made(order, bid), now)
        current = self.candidates.orders.fetch(work_order_id, now)
        if current is None or current.status is not Status.PENDING:
            self.bids.take_back(work_order_id, bid)
            return None
        return offered

    def _write_once(self, offered: Offered, now: datetime, request: IdempotentRequest) -> bool:
        """Write a bid with the record of its answer. Return False if the order has changed."""
        order, bid = offered
        entries = [
            self.bids.transact_check_open(order, now),
            self.bids.transact_put(order, bid),
            self.outbox.transact_event(bid_events.made(order, bid), now),
        ]
        try:
            request.write(entries, offered)
        except TransactionFailedError:
            return False
        return True

    def _require_room(self, order: WorkOrder, bid: Bid, now: datetime) -> None:
        found = self.bids.all(order.work_order_id, now)
        others = [each for each in found if each.bidder.id != bid.bidder.id]
        if len(others) >= MOST_BIDS:
            raise BiddingClosedError(
                f"The work order has {MOST_BIDS} bids, which is the maximum.",
                fix="Bid on another order from GET /api/v1/messaging/work-orders?role=candidate"
                f"&capability={order.capability}.",
            )

    def withdraw(self, caller: Caller, work_order_id: str, now: datetime) -> None:
        """Remove the caller's bid on a pending order. Without one, nothing changes.

        Raises:
            AgentMessagingError: see `Candidates.open`.
            IllegalTransitionError: the order is not pending.
        """
        candidate = self.candidates.open(caller, work_order_id, OfferKind.BIDS, now, is_sure=True)
        require_pending(self.candidates.expiry.settle(candidate.order, now))
        # A repeated delete would remove a later bid, so it names the one that it read.
        own = self.bids.fetch(work_order_id, candidate.agent.agent_id, now)
        if own is not None:
            self.bids.take_back(work_order_id, own)

    def read(self, caller: Caller, work_order_id: str, now: datetime) -> list[Bid]:
        """Return all bids on an order of the caller, or the caller's own bid.

        Raises:
            WorkOrderNotFoundError: the caller is neither the client nor a bidder.
        """
        order = self.candidates.orders.fetch(work_order_id, now)
        if order is not None and order.client.id == caller.agent_id:
            return self.bids.all(work_order_id, now)
        own = None
        if order is not None and order.kind is OfferKind.BIDS:
            own = self.bids.fetch(work_order_id, caller.agent_id, now)
        if own is None:
            raise not_found(work_order_id)
        return [own]


def require_open(order: WorkOrder, now: datetime) -> None:
    """Raise if the order takes no bids at `now`.

    Raises:
        IllegalTransitionError: it is not pending.
        BiddingClosedError: the time for bids is over.
    """
    require_pending(order)
    if order.bids_by is not None and not pool.takes_bids(order, now):
        raise BiddingClosedError(
            f"The work order took bids until {clock.to_text(order.bids_by)}.",
            fix="Bid on another order from GET /api/v1/messaging/work-orders?role=candidate"
            f"&capability={order.capability}.",
        )


def require_pending(order: WorkOrder) -> None:
    """Raise IllegalTransitionError if the order is not pending, so that no bid can change."""
    if order.status is not Status.PENDING:
        raise IllegalTransitionError(
            f"The work order is {order.status}, so it takes no bids.",
            fix=what_can_be_done(order.status, Role.WORKER, order.work_order_id, order.kind),
            members={"current_status": order.status},
        )


def _require_possible(order: WorkOrder, bid: Bid, now: datetime) -> None:
    if None not in (bid.price_usd, order.budget_usd) and bid.price_usd > order.budget_usd:  # type: ignore[operator]
        raise InvalidError.at(
            "#/price_usd",
            f"is above the order's budget of {order.budget_usd}",
            fix=f"Set `price_usd` to at most {order.budget_usd}.",
        )
    clock.require_future("#/estimated_completion", bid.estimated_completion, now)
