"""The rules of the meter: minutes, when an instance flushes, and how long a penalty lasts.

Each instance of a function gathers what an agent spends in an `Account` of its own. It flushes
whole units to the table once they are 50, so a cheap request costs nothing more. What is below 50
stays in the account over the end of the minute and is never dropped.

An agent that spends more than its quota in a minute trips. Its requests are then refused until the
end of a penalty, which is longer each time. A day without a penalty starts again at the first.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent_messaging.agents.penalty import Penalty
from agent_messaging.fields import Record
from agent_messaging.storage.units import UNIT

MINUTE = timedelta(minutes=1)
FLUSH_UNITS = 50

# From the end of the minute in which the agent trips; each later trip takes the last one.
PENALTIES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
FORGOTTEN_AFTER = timedelta(days=1)
KEPT_FOR = timedelta(days=2)  # longer than what decides about the next penalty


def minute_of(now: datetime) -> datetime:
    """The start of the minute that `now` lies in."""
    return now.astimezone(UTC).replace(second=0, microsecond=0)


class MeterRecord(Record):
    """What the table knows of an agent: what it spent in its latest minute, and its penalties."""

    minute: datetime
    units: int
    trips: int = 0
    penalty: Penalty | None = None
    marked_until: datetime | None = None

    def is_refused(self, now: datetime) -> bool:
        """Whether a penalty holds."""
        return self.penalty is not None and self.penalty.holds(now)

    @property
    def is_marked(self) -> bool:
        """Whether the agent and its keys say so, too."""
        return self.penalty is None or self.marked_until == self.penalty.until

    def trips_at(self, now: datetime) -> int:
        """The trips that still count."""
        if self.penalty is None or now >= self.penalty.until + FORGOTTEN_AFTER:
            return 0
        return self.trips

    def next_penalty(self, quota: int, now: datetime) -> Penalty:
        """The penalty of an agent that trips now."""
        number = min(self.trips_at(now), len(PENALTIES) - 1)
        return Penalty(until=minute_of(now) + MINUTE + PENALTIES[number], quota=quota)


@dataclass
class Account:
    """What one instance knows of an agent."""

    tenths: int = 0  # spent and not flushed
    flush_at: int = FLUSH_UNITS * UNIT
    minute: datetime | None = None  # of the last flush
    penalty: Penalty | None = None

    @property
    def due(self) -> int:
        """The units to flush now; 0 as long as they are few."""
        return self.tenths // UNIT if self.tenths >= self.flush_at else 0

    def flushed(self, units: int, minute: datetime) -> None:
        """The table has counted so many units."""
        self.tenths -= units * UNIT
        self.flush_at = FLUSH_UNITS * UNIT
        self.minute = minute

    def postponed(self) -> None:
        """The table did not answer: try again after as many units more."""
        self.flush_at = self.tenths + FLUSH_UNITS * UNIT
