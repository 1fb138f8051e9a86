"""A bid: what a candidate offers to do a work order for. Also its item in the orders' table.

    (work_order_id, bid#<bidder>)    one for each bidder, replaced by its next bid

A bid is sealed: other bidders never see it. Each new bid has a new id, so the client awards exactly
what it has read. The id tells whose bid it is (`ids.new_bid`), even after another one replaced it.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from agent_messaging import clock
from agent_messaging.fields import Model, Party, StoredDollars, StoredTime
from agent_messaging.work_orders.model import WorkOrder

Item = dict[str, Any]

BID = "bid#"
# An order takes this many bids, so that one page shows all of them, and one transaction tells all
# bidders about the award.
MOST_BIDS = 50


class Bid(Model):
    """One bid on a work order."""

    bid_id: str
    bidder: Party
    price_usd: StoredDollars | None = None
    estimated_completion: StoredTime | None = None
    note: str | None = None
    is_verified: bool = False
    created_at: StoredTime


def key(work_order_id: str, bidder_id: str) -> Item:
    """Return the key of an agent's bid."""
    return {"work_order_id": work_order_id, "part": f"{BID}{bidder_id}"}


def item(order: WorkOrder, bid: Bid, retention: timedelta) -> Item:
    """Return the attributes of a bid's item besides its key.

    A bid is kept for `retention` after the order's deadline, as if the order ended there.
    """
    ends_at = order.deadline_at or bid.created_at
    values: dict[str, Decimal | str | datetime | None] = {
        "estimated_completion": bid.estimated_completion,
        "created_at": bid.created_at,
    }
    times = {name: clock.to_text(at) for name, at in values.items() if isinstance(at, datetime)}
    return {
        "bid_id": bid.bid_id,
        "bidder_name": bid.bidder.name,
        "price_usd": bid.price_usd,
        "note": bid.note,
        "is_verified": bid.is_verified,
        "purge_at": clock.to_epoch(ends_at + retention),
        **times,
    }


def parse(stored: Item, now: datetime) -> Bid | None:
    """Return the bid of an item, None past its retention."""
    if stored["purge_at"] <= clock.to_epoch(now):
        return None
    bidder = Party(id=stored["part"].removeprefix(BID), name=stored["bidder_name"])
    fields = {name: stored[name] for name in stored.keys() & Bid.model_fields.keys()}
    return Bid.model_validate({**fields, "bidder": bidder})
