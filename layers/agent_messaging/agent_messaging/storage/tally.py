"""Add up the cost of the current request.

A process serves one request at a time, so one tally is enough. It has a lock, because some requests
call DynamoDB from a pool of threads (`presence.table`).
"""

import contextlib
import threading
from collections.abc import Iterator


class Tally:
    """A sum in tenths of a unit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tenths = 0

    def begin(self) -> None:
        """Start at zero."""
        with self._lock:
            self._tenths = 0

    def add(self, tenths: int) -> None:
        """Add the cost of a call."""
        with self._lock:
            self._tenths += tenths

    @contextlib.contextmanager
    def unpaid(self) -> Iterator[None]:
        """Charge nothing for what is done inside, unless it raises an exception."""
        before = self.tenths
        yield
        with self._lock:
            self._tenths = before

    @property
    def tenths(self) -> int:
        """The sum since `begin`."""
        with self._lock:
            return self._tenths


TALLY = Tally()
