"""What goes wrong under the projector and around it, by a seeded chance.

Of its calls to DynamoDB some are throttled, collide, never arrive, arrive without an answer, or
arrive late: behind what the next attempt has read, and no later than that attempt. Of its
invocations some end before anything was done, have no time left, or lose their answer; and there
are spells in which every one fails.
"""

import asyncio
import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto

from botocore.exceptions import ClientError, ReadTimeoutError

from agent_messaging.errors import ContentionError, OutOfTimeError
from agent_messaging.storage.table import FAILURES
from local.in_process.runtime import Context
from local.instance import FunctionFailedError


class Fate(Enum):
    """What may become of a call, or of an invocation."""

    THROTTLED = auto()
    COLLIDED = auto()
    LOST = auto()
    UNANSWERED = auto()
    LATE = auto()

    ENDED = auto()
    HURRIED = auto()
    SILENT = auto()


READ_FATES = {Fate.THROTTLED: 0.05, Fate.LOST: 0.03}
WRITE_FATES = {
    Fate.THROTTLED: 0.05,
    Fate.COLLIDED: 0.05,
    Fate.LOST: 0.02,
    Fate.UNANSWERED: 0.05,
    Fate.LATE: 0.03,
}
FUNCTION_FATES = {Fate.ENDED: 0.02, Fate.HURRIED: 0.02, Fate.SILENT: 0.03}
SPELL = 0.005


def fate_of(fates, chance):
    """One of `fates` with its probability, or None."""
    [fate] = chance.choices([*fates, None], [*fates.values(), 1 - sum(fates.values())])
    return fate


@dataclass
class FaultyClient:
    """A client of DynamoDB whose calls go wrong."""

    client: object
    chance: random.Random
    fates: Counter = field(default_factory=Counter)
    _on_their_way: list = field(default_factory=list)

    def __getattr__(self, name):
        return getattr(self.client, name)

    def query(self, **request):
        fate = self._draw(READ_FATES)
        if fate is None:
            answer = self.client.query(**request)
        self.settle()
        if fate is Fate.THROTTLED:
            raise self._throttled("Query")
        if fate is Fate.LOST:
            raise ReadTimeoutError(endpoint_url="dynamodb")
        return answer

    def transact_write_items(self, **request):
        fate = self._draw(WRITE_FATES)
        if fate is Fate.THROTTLED:
            raise self._throttled("TransactWriteItems")
        if fate is Fate.COLLIDED:
            raise self._collided()
        if fate is Fate.LATE:
            self._on_their_way.append(request)
        elif fate is not Fate.LOST:
            self.client.transact_write_items(**request)
        if fate is not None:
            raise ReadTimeoutError(endpoint_url="dynamodb")
        return {}

    def settle(self):
        """What is on its way arrives, and is done or refused."""
        while self._on_their_way:
            with contextlib.suppress(self.client.exceptions.TransactionCanceledException):
                self.client.transact_write_items(**self._on_their_way.pop())

    def _draw(self, fates):
        fate = fate_of(fates, self.chance)
        self.fates[fate] += 1
        return fate

    def _throttled(self, operation):
        return ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, operation)

    def _collided(self):
        answer = {
            "Error": {"Code": "TransactionCanceledException", "Message": ""},
            "CancellationReasons": [{"Code": "TransactionConflict"}],
        }
        return self.client.exceptions.TransactionCanceledException(answer, "TransactWriteItems")


@dataclass
class FaultyFunction:
    """The projector, as a mapping invokes it."""

    projector: object
    chance: random.Random
    spell: int = 0

    async def __call__(self, _name, event):
        for _ in range(self.chance.randrange(3)):
            await asyncio.sleep(0)  # Other shards have their turn.
        fate = self._fate()
        if fate is Fate.ENDED:
            self.settle()
            raise FunctionFailedError("timed out")
        try:
            answer = self.projector.handler(event, context(0 if fate is Fate.HURRIED else 30))
        except (*FAILURES, ContentionError, OutOfTimeError) as error:
            raise FunctionFailedError(type(error).__name__) from None
        if fate is Fate.SILENT:
            raise FunctionFailedError("timed out")
        return answer

    def settle(self):
        """Time passes: nothing is on its way to the table any more."""
        self.projector.stats.client.settle()

    def _fate(self):
        if self.spell:
            self.spell -= 1
            return Fate.ENDED
        if self.chance.random() < SPELL:
            self.spell = self.chance.randint(5, 40)
        return fate_of(FUNCTION_FATES, self.chance)


def context(seconds=30):
    """What Lambda tells the function."""
    return Context(seconds * 1000)
