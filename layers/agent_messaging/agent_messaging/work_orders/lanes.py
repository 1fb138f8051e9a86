"""Run jobs in a few threads. Jobs with the same key run in the same thread, one after another.

The key is the id of an item that the jobs change. Transactions that change the same item at the
same time collide, and DynamoDB refuses all but one of them.
"""

import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Semaphore
from types import TracebackType
from typing import Self


class Lanes:
    """A number of threads, and room for `waiting` jobs.

    With one thread, each job runs at once, in the thread that adds it.
    """

    def __init__(self, threads: int, waiting: int) -> None:
        lanes = threads if threads > 1 else 0
        self._lanes = [ThreadPoolExecutor(1) for _ in range(lanes)]
        self._room = Semaphore(waiting)

    def __enter__(self) -> Self:
        """Return the lanes."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Wait until all jobs are done."""
        for lane in self._lanes:
            lane.shutdown()

    def add(self, key: str, job: Callable[[], None], *, waits: bool = True) -> bool:
        """Run a job, which raises no errors, in the thread of its key.

        If there is no room, wait for it. With `waits=False`, return False instead.
        """
        if not self._lanes:
            job()
            return True
        if not self._room.acquire(blocking=waits):
            return False
        lane = self._lanes[zlib.crc32(key.encode()) % len(self._lanes)]
        # A thread knows nothing of the deadline, unless it runs in this context.
        lane.submit(copy_context().run, self._do, job)
        return True

    def _do(self, job: Callable[[], None]) -> None:
        try:
            job()
        finally:
            self._room.release()
