"""Sweep: do what the clock does to orders, end those of agents that left, settle what follows.

a pending order past its deadline            expires
an accepted order whose lease has ended      lapses
a question without an answer in time         lapses
an accepted order past its deadline          both parties are told, once
an order that has more time than its entry   the entry moves to that time
an order that ended, and others follow       they end too, or become ready
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from agent_messaging.errors import OutOfTimeError
from agent_messaging.observability.log import logger
from agent_messaging.storage.transactions import TransactionRefusedError
from agent_messaging.work_orders.endings import Endings
from agent_messaging.work_orders.item import ENDED, LEAVING
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.overdue import Overdue
from agent_messaging.work_orders.settling import Settling
from agent_messaging.work_orders.states import Action, Status, transition


class Swept(NamedTuple):
    """How many orders expired, lapsed, were told to be overdue, ended with a party, or followed."""

    expired: int
    lapsed: int
    overdue: int
    ended: int
    settled: int


@dataclass(frozen=True)
class Sweep:
    """What ends orders, what tells of overdue ones, and what settles those that follow."""

    leaving: Leaving
    overdue: Overdue
    settling: Settling

    def run(self, now: datetime) -> Swept:
        """Do all that is due, and return how many orders this sweep changed.

        The sweep stops before the function's time runs out, and the next sweep continues. It skips
        an order that cannot be read or written. If an order cannot be written, the sweep fails
        after all others are done, so that an operator is alerted.

        Raises:
            TransactionRefusedError: the end of some orders cannot be written.
        """
        by_clock, left, followed = Endings(), Endings(), Endings()
        done: Counter[str] = Counter()
        try:
            for key in self.leaving.orders.due(now):
                if key["part"] == LEAVING:
                    self.leaving.sweep(key, now, left)
                elif key["part"] == ENDED:
                    self.settling.sweep(key, now, followed)
                else:
                    self._look_at(key["work_order_id"], now, by_clock, done)
        except OutOfTimeError:
            logger.info("out of time, the next sweep continues")
        swept = Swept(
            expired=done["expired"],
            lapsed=done["lapsed"],
            overdue=done["overdue"],
            ended=left.ended,
            settled=followed.ended,
        )
        logger.info("swept", **swept._asdict())
        refused = by_clock.refused + left.refused + followed.refused
        if refused:
            raise TransactionRefusedError(f"orders whose end could not be written: {refused}")
        return swept

    def _look_at(
        self, work_order_id: str, now: datetime, endings: Endings, done: "Counter[str]"
    ) -> None:
        """Do what is due to one order, and count it in `done`."""

        def settle() -> bool:
            name = self._settle(work_order_id, now)
            done[name or ""] += 1
            return name is not None

        endings.attempt(work_order_id, settle)

    def _settle(self, work_order_id: str, now: datetime) -> str | None:
        """Return what this call did to the order, None if there was nothing to do."""
        orders = self.leaving.orders
        order = orders.fetch(work_order_id, now)
        if order is None:
            return None
        action = order.clock_action(now)
        if action is not None:
            settled = self.leaving.expiry.settle(order, now)
            # An order that is reopened past its deadline expires at once.
            targets = (transition(order.status, action).target, Status.EXPIRED)
            return _NAMES[action] if settled.status in targets else None
        if order.is_overdue(now):
            return "overdue" if self.overdue.tell(order, now) else None
        orders.postpone(order, now)
        return None


_NAMES = {Action.EXPIRE: "expired", Action.LAPSE: "lapsed", Action.REOPEN: "lapsed"}
