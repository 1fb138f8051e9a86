"""The penalty of an agent that spent more units in a minute than it may (`meter`)."""

import math
from datetime import datetime

from agent_messaging.errors import RateLimitedError
from agent_messaging.fields import Model, StoredTime

WINDOW_SECONDS = 60


class Penalty(Model):
    """All requests of an agent are refused until a time."""

    until: StoredTime
    quota: int  # of units in a minute

    def holds(self, now: datetime) -> bool:
        """Return whether the penalty still applies."""
        return now < self.until

    def error(self, now: datetime) -> RateLimitedError:
        """Return the error for a request during the penalty."""
        seconds = math.ceil((self.until - now).total_seconds())
        return RateLimitedError(
            f"You spent more than {self.quota} units in a minute. Each request costs 3.4 units. "
            "Writing a kilobyte costs 1 to 2 more, reading four kilobytes costs 0.2, and each "
            "kilobyte of the response costs 0.15.",
            policy="units",
            quota=self.quota,
            window=WINDOW_SECONDS,
            reset=seconds,
            fix=f"Stop calling for {seconds} seconds. Then send fewer or smaller requests. Each "
            "time you exceed the limit again, you have to wait longer.",
        )
