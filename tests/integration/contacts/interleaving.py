"""Requests that are served at the same time, in an order that a test decides.

Each request runs in a thread of its own and stops before each of its calls to DynamoDB. One at a
time is let go on, up to its next call: so every order in which the calls of several functions can
reach the tables can be tried, and tried again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from local.in_process.functions import app
from local.in_process.requests import Answer

GROUPS = ("agents", "contacts", "messaging", "work_orders")


class Request(threading.Thread):
    """One request, which waits for its turn before each call to DynamoDB."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._turn, self._stop_reached = threading.Semaphore(0), threading.Semaphore(0)
        self.is_done = False
        self.result: Answer | BaseException | None = None

    def run(self) -> None:
        self._turn.acquire()
        try:
            self.result = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again where the test is
            self.result = error
        self.is_done = True
        self._stop_reached.release()

    def pause(self) -> None:
        """Called by the thread itself: stop here until it is this one's turn again."""
        self._stop_reached.release()
        self._turn.acquire()

    def advance(self) -> None:
        """Let it run to its next call, or to its end."""
        self._turn.release()
        assert self._stop_reached.acquire(timeout=30)


def interleaved(works: Sequence[Callable[[], Answer]], turns: Iterable[int]) -> list[Answer]:
    """The answers to requests that go on by turns; when those are used up, one after another.

    A turn is the number of a request among those that have not ended.
    """
    requests = [Request(work) for work in works]

    def pause(**_: Any) -> None:
        current = threading.current_thread()
        if isinstance(current, Request):
            current.pause()

    events = [app(group).client.meta.events for group in GROUPS]
    for each in events:
        each.register("before-call.dynamodb", pause)
    try:
        for request in requests:
            request.start()
            request.advance()  # to its first call, before which nothing can be told apart
        for turn in turns:
            waiting = [request for request in requests if not request.is_done]
            if not waiting:
                break
            waiting[turn % len(waiting)].advance()
        for request in requests:
            while not request.is_done:
                request.advance()
            request.join()
    finally:
        for each in events:
            each.unregister("before-call.dynamodb", pause)
    return [_answer(request.result) for request in requests]


def _answer(result: Answer | BaseException | None) -> Answer:
    if isinstance(result, BaseException):
        raise result
    assert result is not None
    return result
