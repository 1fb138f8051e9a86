"""Sweep: do what the clock does to orders, end those of agents that left, settle what follows.

a pending order past its deadline            expires
an accepted order whose lease has ended      lapses
a question without an answer in time         lapses
an accepted order past its deadline          both parties are told, once
an order that has more time than its entry   the entry moves to that time
an order that ended, and others follow       they end too, or become ready

Several threads do this at the same time, and what is due first comes first (`sweep_run`). The index
only names what may be due. Each write has its condition, so two sweeps at once do nothing twice.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from agent_messaging.observability.log import logger
from agent_messaging.storage.transactions import TransactionRefusedError
from agent_messaging.work_orders.lanes import Lanes
from agent_messaging.work_orders.leaving import Leaving
from agent_messaging.work_orders.overdue import Overdue
from agent_messaging.work_orders.settling import Settling
from agent_messaging.work_orders.sweep_run import SweepRun
from agent_messaging.work_orders.sweep_totals import Totals

# With the thread that reads, one for each of botocore's ten connections.
THREADS, MARK_THREADS = 7, 2
# Orders that were read and wait for a thread, so that no thread runs out of them.
WAITING = 1000
# Marks that wait. If there are more, the next sweep finds them.
MARKS_WAITING = 2000


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
    threads: int = THREADS
    mark_threads: int = MARK_THREADS

    def run(self, now: datetime) -> Swept:
        """Do all that is due, and return how many orders this sweep changed.

        The sweep stops before the function's time runs out, and the next sweep continues. It skips
        an order that cannot be read or written. If an order cannot be written, the sweep fails
        after all others are done, so that an operator is alerted.

        Raises:
            TransactionRefusedError: the end of some orders cannot be written.
            ClientError, BotoCoreError: DynamoDB failed.
        """
        totals = Totals()
        with (
            Lanes(self.threads, WAITING) as lanes,
            Lanes(self.mark_threads, MARKS_WAITING) as mark_lanes,
        ):
            run = SweepRun(self.leaving, self.overdue, self.settling, now, totals)
            run.start(lanes, mark_lanes)
        swept = Swept(**{name: totals.done[name] for name in Swept._fields})
        if totals.is_out_of_time:
            logger.info("out of time, the next sweep continues")
        logger.info("swept", **swept._asdict(), late_seconds=totals.late_seconds)
        totals.raise_first()
        if totals.refused:
            raise TransactionRefusedError(
                f"orders whose end could not be written: {totals.refused}"
            )
        return swept
