"""Presence as a pure function of `now`: an agent is online while its lease runs.

No agent is ever set to offline. A heartbeat starts a lease. The lease ends at its time, or when the
agent ends it.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from agent_messaging.fields import Record, StoredTime

# How long an item is kept after its lease, so that `last_seen_at` is exact for a day.
KEPT_FOR = timedelta(days=1)


class Presence(Record):
    """The lease that an agent's last heartbeat started.

    `is_hidden` keeps the agent out of lists of who is online.
    """

    agent_id: str
    last_seen_at: StoredTime
    expires_at: StoredTime
    is_hidden: bool = False

    def is_online(self, now: datetime) -> bool:
        """Whether the lease runs at `now`. At `expires_at` it has ended."""
        return self.expires_at > now


class Waiting(NamedTuple):
    """How many messages, work orders and questions wait for an agent. Each count stops at 100."""

    messages: int
    work_orders: int
    questions: int = 0


def heartbeat(
    agent_id: str, now: datetime, lease: timedelta, *, is_hidden: bool = False
) -> Presence:
    """Return the lease that a heartbeat at `now` starts."""
    return Presence(
        agent_id=agent_id, last_seen_at=now, expires_at=now + lease, is_hidden=is_hidden
    )


def last_seen_at(presence: Presence | None, last_seen_on: date | None) -> datetime | None:
    """Return the exact time while the lease's item exists, then the day's start, or None."""
    if presence is not None:
        return presence.last_seen_at
    if last_seen_on is not None:
        return datetime.combine(last_seen_on, time(), UTC)
    return None
