"""How long the invocation may still run: a write that Lambda might cut off is not begun.

A function that is stopped in the middle of a write cannot say whether it happened. So each write
asks here first, and whoever has too little time left is sent away with nothing begun. What serves
an event says how long it may run (`within`); where nobody says so, there is no end.
"""

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar

from agent_messaging.errors import OutOfTimeError

_remaining: ContextVar[Callable[[], int] | None] = ContextVar("remaining", default=None)

Event = TypeVar("Event")
Answer = TypeVar("Answer")


class within:  # noqa: N801 - read as a sentence: with deadline.within(...)
    """Serve an event in the time that its Lambda context leaves."""

    def __init__(self, context: Any) -> None:
        self._remaining: Callable[[], int] = context.get_remaining_time_in_millis

    def __enter__(self) -> None:
        """Begin to count."""
        self._before = _remaining.set(self._remaining)

    def __exit__(self, *_: object) -> None:
        """Go back to what was counted before."""
        _remaining.reset(self._before)


def bounded(handler: Callable[[Event, Any], Answer]) -> Callable[[Event, Any], Answer]:
    """The handler, each event of it served `within` its context."""

    @functools.wraps(handler)
    def serve(event: Event, context: Any) -> Answer:
        with within(context):
            return handler(event, context)

    return serve


def require(seconds: float) -> None:
    """Go on if so many seconds are left.

    Raises:
        OutOfTimeError: they are not.
    """
    remaining = _remaining.get()
    if remaining is not None and remaining() < seconds * 1000:
        raise OutOfTimeError("The server had too little time left to start the write.")
