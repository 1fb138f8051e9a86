"""The bids in the work orders' table."""

import contextlib
from datetime import datetime
from typing import Any

from agent_messaging.storage.table import ConditionFailedError, Item, Table, TransactItem
from agent_messaging.work_orders import bid as bids
from agent_messaging.work_orders.bid import BID, Bid
from agent_messaging.work_orders.model import WorkOrder
from agent_messaging.work_orders.table import WorkOrdersTable
from agent_messaging.work_orders.transition_write import conditions

IS_THIS_BID = "bid_id = :bid_id"


class BidsTable:
    """The bids on each order, each under its bidder's id."""

    def __init__(self, orders: WorkOrdersTable) -> None:
        self.orders = orders
        self.table: Table = orders.table

    def put(self, order: WorkOrder, bid: Bid) -> None:
        """Write an agent's bid in place of its last one."""
        key, expression, values = self._update(order, bid)
        self.table.update_quietly(key, expression, **values)

    def transact_put(self, order: WorkOrder, bid: Bid) -> TransactItem:
        """Return `put` as an item of a transaction."""
        key, expression, values = self._update(order, bid)
        return self.table.transact_update(key, expression, **values)

    def _update(self, order: WorkOrder, bid: Bid) -> tuple[Item, str, dict[str, Any]]:
        """Return the update that replaces an agent's bid by this one."""
        item = bids.item(order, bid, self.orders.retention)
        given = {name: value for name, value in item.items() if value is not None}
        gone = [f"#{name}" for name, value in item.items() if value is None]
        gone += [] if bid.estimated_completion else ["estimated_completion"]
        expression = f"SET {', '.join(f'#{name} = :{name}' for name in given)}"
        if gone:
            expression += f" REMOVE {', '.join(gone)}"
        return bids.key(order.work_order_id, bid.bidder.id), expression, given

    def transact_check_open(self, order: WorkOrder, now: datetime) -> TransactItem:
        """Return the condition that an order is still pending, for a transaction."""
        clauses, values = conditions(order, now)
        key = self.orders.key(order.work_order_id)[1]
        return self.table.transact_check(key, " AND ".join(clauses), **values)

    def transact_check(self, work_order_id: str, bid: Bid) -> TransactItem:
        """Return the condition that an agent's bid is still this one, for a transaction."""
        key = bids.key(work_order_id, bid.bidder.id)
        return self.table.transact_check(key, IS_THIS_BID, bid_id=bid.bid_id)

    def take_back(self, work_order_id: str, bid: Bid) -> None:
        """Remove exactly this bid, if it is still the agent's."""
        with contextlib.suppress(ConditionFailedError):
            self.table.delete(
                bids.key(work_order_id, bid.bidder.id), IS_THIS_BID, bid_id=bid.bid_id
            )

    def fetch(self, work_order_id: str, bidder_id: str, now: datetime) -> Bid | None:
        """Return an agent's bid from a consistent read, None if it has none."""
        item = self.table.get(bids.key(work_order_id, bidder_id), consistent=True)
        return None if item is None else bids.parse(item, now)

    def all(self, work_order_id: str, now: datetime) -> list[Bid]:
        """Return the bids on an order from a consistent read, sorted by bidder."""
        found = self.table.query(
            "work_order_id = :order AND begins_with(part, :bid)",
            newest_first=False,
            consistent=True,
            order=work_order_id,
            bid=BID,
        )
        parsed = (bids.parse(item, now) for item in found.items)
        return [bid for bid in parsed if bid is not None]
