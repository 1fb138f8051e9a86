"""The rules of the meter: minutes, when an instance flushes, and how long a penalty lasts.

Each instance of a function adds up what an agent spends in an `Account` of its own. It flushes
whole units to the table once there are 50, so a cheap request costs no extra write. Fewer units
stay in the account after the end of the minute, and are never dropped.

An agent that spends more than its quota in a minute trips. Its requests are then refused until the
penalty ends. Each penalty is longer than the one before. After a day without a penalty, the next
one is the shortest again.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent_messaging.agents.penalty import Penalty
from agent_messaging.fields import Record
from agent_messaging.storage.units import UNIT

MINUTE = timedelta(minutes=1)
FLUSH_UNITS = 50

# Counted from the end of the minute of the trip. All trips after the fourth use the last one.
PENALTIES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
FORGOTTEN_AFTER = timedelta(days=1)
KEPT_FOR = timedelta(days=2)  # longer than a penalty affects the next one


def minute_of(now: datetime) -> datetime:
    """Return the start of the minute of `now`, in UTC."""
    return now.astimezone(UTC).replace(second=0, microsecond=0)


class MeterRecord(Record):
    """The table's record of an agent: the units of its latest minute, and its penalties."""

    minute: datetime
    units: int
    trips: int = 0
    penalty: Penalty | None = None
    marked_until: datetime | None = None

    def is_refused(self, now: datetime) -> bool:
        """Whether a penalty holds at `now`."""
        return self.penalty is not None and self.penalty.holds(now)

    @property
    def is_marked(self) -> bool:
        """Whether the penalty is also written into the agent's item and keys."""
        return self.penalty is None or self.marked_until == self.penalty.until

    def trips_at(self, now: datetime) -> int:
        """Return how many trips still count at `now`."""
        if self.penalty is None or now >= self.penalty.until + FORGOTTEN_AFTER:
            return 0
        return self.trips

    def next_penalty(self, quota: int, now: datetime) -> Penalty:
        """Return the penalty of an agent that trips at `now`."""
        number = min(self.trips_at(now), len(PENALTIES) - 1)
        return Penalty(until=minute_of(now) + MINUTE + PENALTIES[number], quota=quota)


@dataclass
class Account:
    """What one function instance knows of an agent."""

    tenths: int = 0  # of a unit, spent and not flushed
    flush_at: int = FLUSH_UNITS * UNIT
    minute: datetime | None = None  # of the last flush
    penalty: Penalty | None = None

    @property
    def due(self) -> int:
        """The units to flush now, or 0 below the threshold."""
        return self.tenths // UNIT if self.tenths >= self.flush_at else 0

    def flushed(self, units: int, minute: datetime) -> None:
        """Subtract the units that the table has counted."""
        self.tenths -= units * UNIT
        self.flush_at = FLUSH_UNITS * UNIT
        self.minute = minute

    def postponed(self) -> None:
        """Put off the flush by 50 units, because the table did not answer."""
        self.flush_at = self.tenths + FLUSH_UNITS * UNIT
