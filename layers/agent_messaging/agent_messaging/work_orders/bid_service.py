"""The operations on bids. Each takes a caller and a model, and returns a model."""

from dataclasses import dataclass
from datetime import datetime

from agent_messaging.auth import Caller
from agent_messaging.idempotency import IdempotentRequest
from agent_messaging.observability import metrics
from agent_messaging.work_orders import bid_schemas
from agent_messaging.work_orders.awarding import Award, Awarding
from agent_messaging.work_orders.bids import Bidding, Offered


@dataclass(frozen=True)
class BidService:
    """What stores bids and awards orders to them."""

    bidding: Bidding
    awarding: Awarding

    def bid(
        self,
        caller: Caller,
        work_order_id: str,
        body: bid_schemas.BidRequest,
        now: datetime,
        request: IdempotentRequest,
    ) -> bid_schemas.BidResponse:
        """Store the caller's bid on an order.

        Raises:
            AgentMessagingError: see `Bidding.bid`.
        """
        answering = request.answering(_stored)
        return _stored(self.bidding.bid(caller, work_order_id, body, now, answering))

    def withdraw(self, caller: Caller, work_order_id: str, now: datetime) -> None:
        """Remove the caller's bid; see `Bidding.withdraw`."""
        self.bidding.withdraw(caller, work_order_id, now)

    def read(self, caller: Caller, work_order_id: str, now: datetime) -> bid_schemas.BidsPage:
        """Return the bids that the caller may see; see `Bidding.read`."""
        found = self.bidding.read(caller, work_order_id, now)
        views = [bid_schemas.view(bid) for bid in found]
        return bid_schemas.BidsPage(work_order_id=work_order_id, bids=views)

    def award(
        self,
        caller: Caller,
        work_order_id: str,
        body: bid_schemas.AwardRequest,
        now: datetime,
        request: IdempotentRequest,
    ) -> bid_schemas.AwardResponse:
        """Award an order to a bid.

        Raises:
            AgentMessagingError: see `Awarding.award`.
        """
        award = Award(caller, body.bid_id, now)
        answering = request.answering(bid_schemas.awarded)
        order = self.awarding.award(work_order_id, award, answering)
        metrics.count("OrdersAccepted")
        return bid_schemas.awarded(order)


def _stored(offered: Offered) -> bid_schemas.BidResponse:
    return bid_schemas.BidResponse(
        work_order_id=offered.order.work_order_id,
        bid_id=offered.bid.bid_id,
        created_at=offered.bid.created_at,
    )
