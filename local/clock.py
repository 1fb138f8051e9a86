"""The time and its passing, which tests can move.

The local server reads the clock of the machine. A test gives a `MovableClock` instead.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class Clock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class MovableClock(Clock):
    """A clock that stands still until a test moves it."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = start or datetime.now(UTC)
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """Return the time that the test has set."""
        return self._now

    def advance(self, **duration: float) -> None:
        """Move on by `timedelta(**duration)`, and wake all who slept until then."""
        self._now += timedelta(**duration)
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait until a test has moved the clock this far."""
        ends_at = self._now + timedelta(seconds=seconds)
        while self._now < ends_at:
            await self._moved.wait()
