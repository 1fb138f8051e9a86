"""Actors that take turns: one runs at a time, from one call to DynamoDB to the next.

    before a call    the actor stops; whoever the seed names goes on
    at a call        one in ten dies there, before the call or after it was written; beside that an
                     answer is lost (boto3 sends the same request again) or two writes collide
    between turns    the time moves on; each actor's own clock is up to 5 seconds off

An actor stands for a client and for the function that serves it. When the function dies the client
has no answer, and may ask again: another function serves it then, in the same thread. The same seed
makes the same run, so a failure is found again by its number.
"""

from __future__ import annotations

import contextlib
import json
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from agent_messaging import clock

START = datetime(2036, 1, 1, 12, tzinfo=UTC)
CRASH, LOST, COLLIDED = 0.1, 0.05, 0.05
SKEW_SECONDS = 5.0
# Between two turns; the long ones let deadlines pass in the middle of a request.
STEPS = (timedelta(milliseconds=1), timedelta(milliseconds=20), timedelta(milliseconds=400))
WRITES = ("PutItem", "UpdateItem", "DeleteItem")
COLLISION = "TransactionConflict"


class CrashError(BaseException):
    """The function has died; nothing that it would have done afterwards is done."""


class Actor(threading.Thread):
    """One who acts, by turns."""

    def __init__(self, work: Callable[[], None], skew: timedelta) -> None:
        super().__init__(daemon=True)
        self.work, self.skew = work, skew
        # Taken at first. A bare lock costs a quarter of a Semaphore, and there are two each turn.
        self.turn, self.has_stopped = threading.Lock(), threading.Lock()
        self.turn.acquire()
        self.has_stopped.acquire()
        self.is_done = False
        self.error: BaseException | None = None
        self.fault = ""  # what happens to the call that it is in

    def run(self) -> None:
        self.turn.acquire()
        try:
            self.work()
        except BaseException as error:  # noqa: BLE001 - raised again where the test is
            self.error = error
        self.is_done = True
        self.has_stopped.release()

    def pause(self) -> None:
        """Called by the actor itself: wait for the next turn."""
        self.has_stopped.release()
        self.turn.acquire()

    def advance(self) -> None:
        """Called by the stage: let it go on to its next stop, or to its end."""
        self.turn.release()
        assert self.has_stopped.acquire(timeout=60), "an actor does not come to its next call"


class Stage:
    """Where the actors of one run act; everything that is left to chance comes from its seed."""

    def __init__(self, seed: int, *, faults: bool = True) -> None:
        self.chance = random.Random(seed)
        self.has_faults = faults
        self.now = START
        self.turns = 0
        self.is_over = False
        self.faults: dict[str, int] = {}
        self._works: list[Callable[[], None]] = []

    def enter(self, work: Callable[[], None]) -> None:
        """One more actor."""
        self._works.append(work)

    def play(self) -> None:
        """Let all actors act to their ends; the first error of any of them is raised.

        Others may enter afterwards, and play in turn.
        """
        actors = [Actor(work, self._skew()) for work in self._works]
        self._works.clear()
        for actor in actors:
            actor.start()
        while waiting := [actor for actor in actors if not actor.is_done]:
            self.turns += 1
            self.now += self.chance.choice(STEPS)
            self.chance.choice(waiting).advance()
        for actor in actors:
            actor.join()
            if actor.error is not None:
                raise actor.error
        self.is_over = True

    def clock(self) -> datetime:
        """What the clock of whoever asks says."""
        actor = threading.current_thread()
        skew = actor.skew if isinstance(actor, Actor) else timedelta(0)
        return clock.to_millisecond(self.now + skew)

    def _skew(self) -> timedelta:
        return timedelta(seconds=self.chance.uniform(-SKEW_SECONDS, SKEW_SECONDS))

    # --- hooks of botocore

    def before_call(self, model: Any, params: Any, **_: Any) -> Any:
        """Stop, then draw what happens to the call."""
        actor = threading.current_thread()
        if not isinstance(actor, Actor):
            return None
        actor.pause()
        actor.fault = self._draw(model.name)
        if actor.fault == "dies before":
            raise CrashError
        if actor.fault == "collides":
            return _collision(model.name, params)
        return None

    def needs_retry(self, attempts: int, response: Any, **_: Any) -> float | None:
        """Whether boto3 sends the request once more: the first answer was lost."""
        actor = threading.current_thread()
        if isinstance(actor, Actor) and actor.fault == "lost" and attempts == 1 and response:
            actor.pause()
            return 0
        return None

    def after_call(self, **_: Any) -> None:
        """Die with the call written and nobody told."""
        actor = threading.current_thread()
        if isinstance(actor, Actor) and actor.fault == "dies after":
            raise CrashError

    def _draw(self, operation: str) -> str:
        if not self.has_faults:
            return ""
        number = self.chance.random()
        fault = ""
        if number < CRASH:
            fault = "dies before" if number < CRASH / 2 else "dies after"
        elif number < CRASH + LOST:
            fault = "lost"
        elif number < CRASH + LOST + COLLIDED and (
            operation in WRITES or operation == "TransactWriteItems"
        ):
            fault = "collides"
        if fault:
            self.faults[fault] = self.faults.get(fault, 0) + 1
        return fault


def _collision(operation: str, params: Any) -> Any:
    """What DynamoDB answers when another transaction is at the same item; nothing is written."""
    if operation in WRITES:
        error = {"Error": {"Code": f"{COLLISION}Exception", "Message": "?"}}
    else:
        others = len(json.loads(params["body"])["TransactItems"]) - 1
        reasons = [{"Code": COLLISION}, *[{"Code": "None"}] * others]
        code = {"Code": "TransactionCanceledException", "Message": "?"}
        error = {"Error": code, "CancellationReasons": reasons}
    return SimpleNamespace(status_code=400), error


@contextlib.contextmanager
def staged(stage: Stage, clients: Sequence[Any]) -> Iterator[None]:
    """Every call of the clients is the stage's, as long as the block lasts."""
    hooks = (
        ("before-call.dynamodb", stage.before_call),
        ("needs-retry.dynamodb", stage.needs_retry),
        ("after-call.dynamodb", stage.after_call),
    )
    for client in clients:
        for name, hook in hooks:
            client.meta.events.register(name, hook)
    try:
        yield
    finally:
        for client in clients:
            for name, hook in hooks:
                client.meta.events.unregister(name, hook)
