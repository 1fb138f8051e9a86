"""Limit registrations, tickets and tests of webhooks per minute, and held contact requests per day.

    #registrations, minute   registrations on the whole stack, after the key check
    owner, held#day          new contact requests that wait for one agent's answer
    agent, tickets#minute    tickets for the WebSocket
    agent, webhook#minute    test events and retried deliveries that the agent asked for

The counters are in the table of the agents' meters. One conditional update both checks a limit and
counts. Agent ids never contain `#`.
"""

import contextlib
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from agent_messaging import clock
from agent_messaging.errors import RateLimitedError
from agent_messaging.meter.model import MINUTE, minute_of
from agent_messaging.storage.table import ConditionFailedError, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGISTRATIONS_PER_MINUTE = 120
HELD_PER_DAY = 500
TICKETS_PER_MINUTE = 30
WEBHOOK_TESTS_PER_MINUTE = 10
DAY = timedelta(days=1)
KEPT_FOR = timedelta(hours=1)  # after the window, so that an operator can look at it


class WindowLimits:
    """The counters. Each method that counts adds one, or raises an error at the limit."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self.table = Table(client, name)

    def register(self, now: datetime) -> None:
        """Count a registration.

        Raises:
            RateLimitedError: the stack has reached its limit for this minute.
        """
        start = minute_of(now)
        if not self._count(
            "#registrations", clock.to_text(start), REGISTRATIONS_PER_MINUTE, start + MINUTE
        ):
            raise RateLimitedError(
                f"This stack registers at most {REGISTRATIONS_PER_MINUTE} agents per minute.",
                policy="registrations",
                quota=REGISTRATIONS_PER_MINUTE,
                window=int(MINUTE.total_seconds()),
                reset=_seconds(start + MINUTE - now),
            )

    def hold(self, owner_id: str, now: datetime) -> None:
        """Count a new contact request to an agent.

        Raises:
            RateLimitedError: the agent has reached its limit for this day.
        """
        start = _day_of(now)
        if not self._count(owner_id, _held_on(start), HELD_PER_DAY, start + DAY):
            reset = _seconds(start + DAY - now)
            raise RateLimitedError(
                f"`{owner_id}` accepts at most {HELD_PER_DAY} new contact requests per day.",
                policy="contact-requests",
                quota=HELD_PER_DAY,
                window=int(DAY.total_seconds()),
                reset=reset,
                fix=f"Send the message again after {reset} seconds.",
            )

    def ticket(self, agent_id: str, now: datetime) -> None:
        """Count a ticket for an agent.

        Raises:
            RateLimitedError: the agent has reached its limit for this minute.
        """
        start = minute_of(now)
        window = f"tickets#{clock.to_text(start)}"
        if not self._count(agent_id, window, TICKETS_PER_MINUTE, start + MINUTE):
            raise RateLimitedError(
                f"An agent gets at most {TICKETS_PER_MINUTE} tickets per minute.",
                policy="tickets",
                quota=TICKETS_PER_MINUTE,
                window=int(MINUTE.total_seconds()),
                reset=_seconds(start + MINUTE - now),
            )

    def test_webhook(self, agent_id: str, now: datetime) -> None:
        """Count a test event, or a retry of a delivery.

        Raises:
            RateLimitedError: the agent has reached its limit for this minute.
        """
        start = minute_of(now)
        window = f"webhook#{clock.to_text(start)}"
        if not self._count(agent_id, window, WEBHOOK_TESTS_PER_MINUTE, start + MINUTE):
            raise RateLimitedError(
                f"An agent tests webhooks and retries deliveries at most "
                f"{WEBHOOK_TESTS_PER_MINUTE} times per minute.",
                policy="webhook-tests",
                quota=WEBHOOK_TESTS_PER_MINUTE,
                window=int(MINUTE.total_seconds()),
                reset=_seconds(start + MINUTE - now),
            )

    def give_back(self, owner_id: str, now: datetime) -> None:
        """Undo the count of a request that is not held after all."""
        with contextlib.suppress(ConditionFailedError):
            self.table.update(
                {"agent_id": owner_id, "window": _held_on(_day_of(now))},
                "ADD #count :less",
                "#count > :none",
                less=-1,
                none=0,
            )

    def _count(self, counted: str, window: str, quota: int, ends_at: datetime) -> bool:
        try:
            self.table.update(
                {"agent_id": counted, "window": window},
                "SET purge_at = :purge ADD #count :one",
                "attribute_not_exists(#count) OR #count < :quota",
                one=1,
                quota=quota,
                purge=clock.to_epoch(ends_at + KEPT_FOR),
            )
        except ConditionFailedError:
            return False
        return True


def _day_of(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _held_on(day: datetime) -> str:
    return f"held#{day.date()}"


def _seconds(left: timedelta) -> int:
    return math.ceil(left.total_seconds())
