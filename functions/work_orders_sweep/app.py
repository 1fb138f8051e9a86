"""Sweep: mark work orders expired that are pending past their deadline."""

import os
from collections.abc import Mapping
from typing import Any

from agent_messaging import clock, deadline, settings
from agent_messaging.errors import ContentionError, OutOfTimeError
from agent_messaging.messaging.table import MessagesTable
from agent_messaging.observability.log import logger
from agent_messaging.storage import connection
from agent_messaging.storage.transactions import TransactionFailedError, TransactionRefusedError
from agent_messaging.work_orders.expiry import Expiry
from agent_messaging.work_orders.table import WorkOrdersTable

client = connection.connect()
messages = MessagesTable(client, os.environ["AGENT_MESSAGES_TABLE"], settings.message_retention())
orders = WorkOrdersTable(client, os.environ["WORK_ORDERS_TABLE"], settings.order_retention())
expiry = Expiry(client, messages, orders)


@deadline.bounded
def handler(_event: Mapping[str, Any], _context: Any) -> dict[str, int]:
    """Mark what is overdue as expired, and say how many orders that were.

    The sweep stops before the function's own time runs out. The next minute's sweep goes on. An
    order that cannot be read, or whose end cannot be written, keeps none of the others waiting. The
    latter fails the sweep once the others are done, so that an operator hears of it.
    """
    now = clock.now()
    expired = refused = 0
    for work_order_id in orders.overdue(now):
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
    return {"expired": expired}
