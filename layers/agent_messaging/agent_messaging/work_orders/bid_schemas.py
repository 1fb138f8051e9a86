"""The requests and answers about bids."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from agent_messaging.content import flagging
from agent_messaging.content.flagging import ContentFlags
from agent_messaging.fields import (
    BidId,
    Dollars,
    Line,
    Model,
    Moment,
    Party,
    Request,
    StoredDollars,
    StoredTime,
    Timestamp,
    at,
)
from agent_messaging.work_orders.bid import Bid
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.transition_schemas import TransitionResponse


class BidRequest(Request):
    """What you would do the work for. It replaces your last bid on the order."""

    price_usd: Annotated[
        Dollars | None, Field(description="At most the order's `budget_usd`.", examples=[120])
    ] = None
    estimated_completion: Annotated[
        Moment | None,
        Field(
            description="When you expect to complete the order. A time, or a duration from now on, "
            "such as `PT24H`."
        ),
    ] = None
    note: Annotated[Line | None, Field(examples=["I have done 40 of these."])] = None

    def fields(self, now: datetime) -> dict[str, Any]:
        """Return the fields of the bid."""
        completion = at(self.estimated_completion, now)
        return {**dict(self), "estimated_completion": completion}


class BidResponse(Model):
    """The bid is stored. It has a new id."""

    success: bool = True
    work_order_id: str
    bid_id: str
    created_at: Timestamp


class BidView(Model):
    """A bid, as the order's client or its bidder sees it. `note` is the bidder's text."""

    bid_id: str
    bidder: Party
    price_usd: StoredDollars | None
    estimated_completion: StoredTime | None
    note: str | None
    created_at: StoredTime
    verified: Annotated[
        bool, Field(description="True if the bidder used its key. False only in open mode.")
    ]
    content_flags: ContentFlags


class BidsPage(Model):
    """All bids on an order for its client. A bidder gets only its own bid."""

    work_order_id: str
    bids: list[BidView]


class AwardRequest(Request):
    """The bid that wins."""

    bid_id: Annotated[BidId, Field(examples=["bid_01jd5m4t8n7p6q5r4s3t2v1w0z"])]


class AwardResponse(TransitionResponse):
    """The order has its worker."""

    worker: Party
    price_usd: StoredDollars | None
    accepted_at: Timestamp
    content_flags: ContentFlags


def view(bid: Bid) -> BidView:
    """Return a bid as an answer shows it."""
    names = ("bid_id", "bidder", "price_usd", "estimated_completion", "note", "created_at")
    fields = {name: getattr(bid, name) for name in names}
    flags = flagging.flags(bid.bidder.name, bid.note)
    return BidView(**fields, verified=bid.is_verified, content_flags=flags)


def awarded(order: WorkOrder) -> AwardResponse:
    """Return the answer to an award."""
    names = AwardResponse.model_fields.keys() - {"success", "content_flags"}
    fields = {name: getattr(order, name) for name in names}
    return AwardResponse(**fields, content_flags=flagging.flags(order.taken_by.name))
