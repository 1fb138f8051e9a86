"""Sweep: expire orders past their deadline, end those of agents that left, settle what follows."""

from datetime import datetime
from typing import NamedTuple

from agent_messaging.errors import OutOfTimeError
from agent_messaging.observability.log import logger
from agent_messaging.storage.transactions import TransactionRefusedError
from agent_messaging.work_orders.endings import Endings
from agent_messaging.work_orders.item import ENDED, LEAVING
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.settling import Settling


class Swept(NamedTuple):
    """How many orders a sweep marked as expired, ended of agents that left, and settled after."""

    expired: int
    ended: int
    settled: int


def sweep(leaving: Leaving, settling: Settling, now: datetime) -> Swept:
    """End the orders that the system has to end, and return how many this sweep ended.

    The sweep stops before the function's time runs out, and the next sweep continues. It skips an
    order that cannot be read or written. If an order cannot be written, the sweep fails after all
    others are done, so that an operator is alerted.

    Raises:
        TransactionRefusedError: the end of some orders cannot be written.
    """
    overdue, left, followed = Endings(), Endings(), Endings()
    try:
        for key in leaving.orders.due(now):
            if key["part"] == LEAVING:
                leaving.sweep(key, now, left)
            elif key["part"] == ENDED:
                settling.sweep(key, now, followed)
            else:
                _expire(leaving, key["work_order_id"], now, overdue)
    except OutOfTimeError:
        logger.info("out of time, the next sweep continues")
    swept = Swept(overdue.ended, left.ended, followed.ended)
    logger.info("swept", **swept._asdict())
    refused = overdue.refused + left.refused + followed.refused
    if refused:
        raise TransactionRefusedError(f"orders whose end could not be written: {refused}")
    return swept


def _expire(leaving: Leaving, work_order_id: str, now: datetime, endings: Endings) -> None:
    endings.attempt(work_order_id, lambda: leaving.expiry.sweep(work_order_id, now))
