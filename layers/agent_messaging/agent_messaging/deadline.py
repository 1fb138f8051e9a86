"""Know how long the invocation may still run, and start no write that Lambda might cut off.

A function that Lambda stops during a write cannot say whether the write happened. So each write
first calls `require`, which raises an error if too little time is left. `within` sets the time from
the Lambda context. Outside of `within` the time is unlimited.
"""

import functools
import math
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from agent_messaging.errors import OutOfTimeError

_remaining: ContextVar[Callable[[], int] | None] = ContextVar("remaining", default=None)

Event = TypeVar("Event")
Answer = TypeVar("Answer")


class within:  # noqa: N801 - read as a sentence: with deadline.within(...)
    """Serve an event within the time that its Lambda context leaves."""

    def __init__(self, context: Any) -> None:
        self._remaining: Callable[[], int] = context.get_remaining_time_in_millis

    def __enter__(self) -> None:
        """Start to count the time."""
        self._before = _remaining.set(self._remaining)

    def __exit__(self, *_: object) -> None:
        """Restore the time that was counted before."""
        _remaining.reset(self._before)


def bounded(handler: Callable[[Event, Any], Answer]) -> Callable[[Event, Any], Answer]:
    """Return the handler, with each event served `within` its context."""

    @functools.wraps(handler)
    def serve(event: Event, context: Any) -> Answer:
        with within(context):
            return handler(event, context)

    return serve


def left() -> float:
    """Return how many seconds the invocation may still run, infinity outside of `within`."""
    remaining = _remaining.get()
    return math.inf if remaining is None else remaining() / 1000


def require(seconds: float) -> None:
    """Check that at least this many seconds are left.

    Raises:
        OutOfTimeError: fewer seconds are left.
    """
    if left() < seconds:
        raise OutOfTimeError("The server had too little time left to start the write.")
