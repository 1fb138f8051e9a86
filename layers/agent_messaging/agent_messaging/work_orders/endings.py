"""End orders one after another in the background, so that no order keeps the others waiting."""

from collections.abc import Callable

from agent_messaging.errors import ContentionError
from agent_messaging.observability.log import logger
from agent_messaging.storage.transactions import TransactionFailedError, TransactionRefusedError


class Endings:
    """How many orders were ended, how many were left, and how many ends are never accepted.

    `attempts` counts all that were looked at.
    """

    def __init__(self) -> None:
        self.attempts = 0
        self.ended = 0
        self.left = 0
        self.refused = 0

    def attempt(self, work_order_id: str, end: Callable[[], bool]) -> None:
        """Call `end`, which returns whether it ended the order. Log an order that it cannot end.

        Raises:
            OutOfTimeError: too little time is left.
        """
        self.attempts += 1
        try:
            has_ended = end()  # which may end other orders
            self.ended += has_ended
        except (ContentionError, TransactionFailedError):  # or it is gone
            self.left += 1
            logger.info("left for the next sweep", work_order_id=work_order_id)
        except (KeyError, ValueError):
            self.left += 1
            logger.exception("a stored order cannot be read", work_order_id=work_order_id)
        except TransactionRefusedError:
            self.left += 1
            self.refused += 1
            logger.exception("an order's end cannot be written", work_order_id=work_order_id)
