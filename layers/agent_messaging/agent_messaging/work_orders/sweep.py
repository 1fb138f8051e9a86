"""Sweep: mark pending work orders past their deadline as expired."""

from datetime import datetime

from agent_messaging.errors import ContentionError, OutOfTimeError
from agent_messaging.observability.log import logger
from agent_messaging.storage.transactions import TransactionFailedError, TransactionRefusedError
from agent_messaging.work_orders.expiry import Expiry


def sweep(expiry: Expiry, now: datetime) -> int:
    """Mark the overdue orders as expired, and return how many this sweep marked.

    The sweep stops before the function's time runs out, and the next sweep continues. It skips an
    order that cannot be read or written. If an order cannot be written, the sweep fails after all
    others are done, so that an operator is alerted.

    Raises:
        TransactionRefusedError: the expiry of some orders cannot be written.
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
        raise TransactionRefusedError(f"orders whose end could not be written: {refused}")
    return expired
