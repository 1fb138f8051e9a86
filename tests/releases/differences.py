"""The differences between the last release and this code that are wanted, each with its reason.

A difference that is not here fails the tests. So does an entry that no longer occurs: remove it
then, at the latest with the next release.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.releases.comparison import Difference


@dataclass(frozen=True)
class Wanted:
    """A difference at one place: see `comparison.Difference`."""

    where: str
    pointer: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Return whether this is the difference."""
        return (self.where, self.pointer) == (difference.where, difference.pointer)


ONE_ORDER = "GET /api/v1/messaging/work-order/{work_order_id}"
ORDER_LIST = "GET /api/v1/messaging/work-orders"
ENDED = "Orders say who ended them, and why if it was the system."

WANTED: tuple[Wanted, ...] = (
    Wanted(ONE_ORDER, "/body/reason_code", ENDED),
    Wanted(ONE_ORDER, "/body/ended_by", ENDED),
    Wanted(ORDER_LIST, "/body/work_orders/*/reason_code", ENDED),
    Wanted(ORDER_LIST, "/body/work_orders/*/ended_by", ENDED),
    Wanted("work_orders_sweep", "/ended", "The sweep also ends the orders of agents that left."),
)
