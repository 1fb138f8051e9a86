"""Presence as a pure function of `now`: an agent is online while its lease runs.

Nothing here is ever set to offline. A heartbeat makes a lease; time ends it, or the agent does.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from agent_messaging.fields import Record, StoredTime

# How long after its lease an item is kept, so that `last_seen_at` stays exact for a day.
KEPT_FOR = timedelta(days=1)


class Presence(Record):
    """The lease that an agent's last heartbeat made.

    `is_hidden` keeps the agent out of lists of who is online.
    """

    agent_id: str
    last_seen_at: StoredTime
    expires_at: StoredTime
    is_hidden: bool = False

    def is_online(self, now: datetime) -> bool:
        """Whether the lease still runs; at the very moment of `expires_at` it does not."""
        return self.expires_at > now


class Waiting(NamedTuple):
    """How much waits for an agent; each count stops at 100."""

    messages: int
    work_orders: int


def heartbeat(
    agent_id: str, now: datetime, lease: timedelta, *, is_hidden: bool = False
) -> Presence:
    """The lease that a heartbeat at `now` makes."""
    return Presence(
        agent_id=agent_id, last_seen_at=now, expires_at=now + lease, is_hidden=is_hidden
    )


def last_seen_at(presence: Presence | None, last_seen_on: date | None) -> datetime | None:
    """The exact time while the lease's item is there, then the start of the day, or never."""
    if presence is not None:
        return presence.last_seen_at
    if last_seen_on is not None:
        return datetime.combine(last_seen_on, time(), UTC)
    return None
