"""The meter of one function instance: what each agent spent here, and which agents are refused.

    penalty_of    before a request: whether to refuse the agent
    spend         after a request: count and flush its units, and start a penalty

A refused request costs no call to DynamoDB. Other instances see a penalty when they next flush
units of the agent. The authorizer sees it at once: the instance that counts a trip writes the end
of the penalty into the agent's item and its keys (`refuse`). API Gateway caches the authorizer's
answer for a minute. After that, it lets in no request of the agent. An instance that finds a
penalty that is not marked as written writes it again.
"""

import os
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from agent_messaging.agents.penalties import refuse
from agent_messaging.agents.penalty import Penalty
from agent_messaging.meter.model import Account, MeterRecord, minute_of
from agent_messaging.meter.table import MeterTable
from agent_messaging.observability import metrics
from agent_messaging.observability.log import logger
from agent_messaging.storage.tally import TALLY
from agent_messaging.storage.units import UNIT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from agent_messaging.agents.table import AgentsTable

MAX_ACCOUNTS = 20_000  # some 10 MB


class Meter:
    """The accounts of the agents that this instance served last.

    `quota` is in units per minute. `refuse` writes a penalty into an agent's item and keys.
    """

    def __init__(
        self,
        table: MeterTable,
        quota: int,
        refuse: Callable[[str, Penalty], None],
        max_accounts: int = MAX_ACCOUNTS,
    ) -> None:
        self.table = table
        self.quota = quota
        self.refuse = refuse
        self._max_accounts = max_accounts
        self._accounts: OrderedDict[str, Account] = OrderedDict()

    @classmethod
    def connect(cls, client: "DynamoDBClient", agents: "AgentsTable") -> Self:
        """Return the meter that the function's environment describes."""
        table = MeterTable(client, os.environ["AGENT_METER_TABLE"])
        refusing = refuse(client, agents, os.environ["AGENT_KEYS_TABLE"])
        return cls(table, int(os.environ["UNITS_PER_MINUTE"]), refusing)

    def forget(self) -> None:
        """Drop all accounts, as in a new instance. Units that are not flushed are lost."""
        self._accounts.clear()

    def penalty_of(self, agent_id: str, now: datetime) -> Penalty | None:
        """Return the agent's current penalty, or None if this instance knows of none."""
        account = self._accounts.get(agent_id)
        penalty = account.penalty if account is not None else None
        return penalty if penalty is not None and penalty.holds(now) else None

    def spend(self, agent_id: str, tenths: int, now: datetime) -> None:
        """Count the cost of a request, in tenths of a unit. Raises nothing: the answer is made."""
        account = self._accounts.setdefault(agent_id, Account())
        self._accounts.move_to_end(agent_id)
        account.tenths += tenths
        if account.due:
            TALLY.begin()
            self._flush(agent_id, account, account.due, now)
            account.tenths += TALLY.tenths  # counting costs units too
        if len(self._accounts) > self._max_accounts:
            self._forget_oldest(now)

    def _flush(self, agent_id: str, account: Account, units: int, now: datetime) -> None:
        try:
            is_first = account.minute != minute_of(now)
            record = self.table.add(agent_id, units, now, is_first=is_first)
            account.flushed(units, record.minute)
            self._judge(agent_id, account, record, now)
        except Exception:
            # The request already has its answer. Units that are not flushed stay in the account.
            account.postponed()
            logger.exception("units were not counted", agent_id=agent_id)

    def _judge(self, agent_id: str, account: Account, record: MeterRecord, now: datetime) -> None:
        if record.units > self.quota and not record.is_refused(now):
            tripped = self.table.trip(agent_id, record, self.quota, now)
            if tripped is None:  # another instance was first
                record = self.table.add(agent_id, 0, now, is_first=False)
            else:
                record = tripped
                metrics.count("AgentsTripped")
                logger.info("tripped", agent_id=agent_id, trips=record.trips)
        if record.penalty is not None and record.is_refused(now) and not record.is_marked:
            self.refuse(agent_id, record.penalty)
            self.table.mark(agent_id, record.penalty)
        # This comes last. If the mark failed, this instance serves the agent until its next flush,
        # and then tries again. An instance that refuses an agent never flushes its units.
        account.penalty = record.penalty

    def _forget_oldest(self, now: datetime) -> None:
        agent_id, account = self._accounts.popitem(last=False)
        if units := account.tenths // UNIT:
            self._flush(agent_id, account, units, now)
