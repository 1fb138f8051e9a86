"""A clock that a test moves, for all functions of this process at once.

    with stopped_clock(datetime(2026, 11, 30, 10, tzinfo=UTC)) as time:
        ...
        time.advance(minutes=10)

Everything that reads `agent_messaging.clock.now` sees this time. moto's stream records and the ages
of a `Delivery` keep the time of the machine.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from agent_messaging import clock
from local.clock import MovableClock
from local.moto_replace import replace


@contextlib.contextmanager
def stopped_clock(start: datetime | None = None) -> Iterator[MovableClock]:
    """Let the time stand still, from `start` or from now on, until the block ends."""
    time, before = MovableClock(start or datetime.now(UTC)), clock.read

    def read(zone: tzinfo | None = None) -> datetime:
        return time.now().astimezone(zone)

    replace(clock, "read", read)
    try:
        yield time
    finally:
        replace(clock, "read", before)
