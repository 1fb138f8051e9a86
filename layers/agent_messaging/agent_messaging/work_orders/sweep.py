"""Sweep: mark every work order expired that is pending past its deadline."""

from datetime import datetime

from agent_messaging.errors import ContentionError, OutOfTimeError
from agent_messaging.observability.log import logger
from agent_messaging.storage.transactions import TransactionFailedError, TransactionRefusedError
from agent_messaging.work_orders.expiry import Expiry


def sweep(expiry: Expiry, now: datetime) -> int:
    """Mark the overdue orders as expired, and return how many this sweep has marked.

    The sweep stops before the function's time runs out. The next one goes on. An order that cannot
    be read, or whose end cannot be written, does not keep the others waiting. The latter fails the
    sweep once the others are done, so that an operator hears of it.

    Raises:
        TransactionRefusedError: the end of some orders cannot be written.
    """
    expired = refused = 0
    for work_order_id in expiry.orders.overdue(now):
        try:
            expired += expiry.sweep(work_order_id, now)
        except (ContentionError, TransactionFailedError):  # or it is gone
            logger.info("left for the next sweep", work_order_id=work_order_id)
        except OutOfTimeError:
            break
        except (KeyError, ValueError):
            logger.exception("a stored order cannot be read", work_order_id=work_order_id)
        except TransactionRefusedError:
            refused += 1
            logger.exception("an order's end cannot be written", work_order_id=work_order_id)
    logger.info("swept", expired=expired)
    if refused:
        raise TransactionRefusedError(f"the end of {refused} orders cannot be written")
    return expired
