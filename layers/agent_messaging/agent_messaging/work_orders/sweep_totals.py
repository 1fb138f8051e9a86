"""Add up what the threads of a sweep have done, and decide when the sweep stops."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from agent_messaging import clock
from agent_messaging.errors import OutOfTimeError
from agent_messaging.observability.log import logger
from agent_messaging.work_orders.endings import Endings

# So many unexpected errors stop the sweep. One order alone keeps no other waiting.
MOST_ERRORS = 10


class Totals:
    """The counts and errors of one sweep. All threads of the sweep share them."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.refused = 0
        self._late = timedelta(0)
        self.is_out_of_time = False
        self._errors: list[Exception] = []
        self._lock = Lock()

    @property
    def is_stopped(self) -> bool:
        """Whether the sweep starts nothing more."""
        return self.is_out_of_time or len(self._errors) >= MOST_ERRORS

    def attempt(self, job: Callable[[Endings], None], name: str = "looked_at") -> None:
        """Call `job`, and count the orders that it ended under `name`. It raises no errors.

        It does nothing if the sweep is stopped.
        """
        if self.is_stopped:
            return
        endings = Endings()
        try:
            job(endings)
        except OutOfTimeError:
            self.is_out_of_time = True
        except Exception as error:
            logger.exception("a work order cannot be swept")
            self._errors.append(error)
        with self._lock:
            self.done[name] += endings.ended
            self.refused += endings.refused

    def count(self, name: str, due: datetime | None) -> None:
        """Count one order that was due at `due`."""
        late = timedelta(0) if due is None else clock.now() - due
        with self._lock:
            self.done[name] += 1
            self._late = max(self._late, late)

    @property
    def late_seconds(self) -> int:
        """How long after its time the latest of the counted orders was ended or told."""
        return int(self._late.total_seconds())

    def raise_first(self) -> None:
        """Raise the first unexpected error, if there was one."""
        if self._errors:
            raise self._errors[0]
