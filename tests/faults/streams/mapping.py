"""Event source mappings over the shards of a stream, with everything that can go wrong in them.

What happens to one batch is `local.delivery`'s, the same as in the local runner: retries, halves,
partial reports, dead letters. Here is what lies around it: shards are read side by side, a child
after its parent; and a reader may lose its lease in the midst of a batch, or behind it before the
checkpoint was kept. Then the batch begins again, and ends somewhere else.
"""

import asyncio
import random
from dataclasses import dataclass, field, replace

from local.delivery import DeadLetter, Delivery
from local.model import StreamMapping
from tests.faults.streams.faults import FaultyFunction
from tests.faults.streams.history import shards_of

# One batch of five begins again with another end.
LEASES = [True, False, False, False, False]
OUTAGE = 0.01


class LeaseLostError(Exception):
    """Another reader has the shard now; it begins at the last checkpoint."""


@dataclass
class Tally:
    """What came of it all."""

    again: int = 0
    batches: list[tuple[list, int]] = field(default_factory=list)
    """Each with the number of its invocations."""
    letters: list[DeadLetter] = field(default_factory=list)


@dataclass
class Mapping:
    """One stream's mapping; `run` returns when every record is done with."""

    mapping: StreamMapping
    records: list
    function: FaultyFunction
    chance: random.Random
    tally: Tally
    is_calm: bool = False
    """Whether no lease is lost, and no record grows too old."""

    _leases: list[bool] = field(default_factory=list)

    def loses_lease(self):
        """Whether the next batch begins again: in its midst, or when it is done."""
        if not self._leases:
            self._leases = self.chance.sample(LEASES, len(LEASES))
        return self._leases.pop() and not self.is_calm

    async def run(self):
        shards = shards_of(self.records)
        finished = {name: asyncio.Event() for name in shards}
        async with asyncio.TaskGroup() as group:
            for name, (parent, records) in shards.items():
                group.create_task(self._read(records, finished.get(parent), finished[name]))

    async def _read(self, records, parent, finished):
        if parent is not None:
            await parent.wait()
        reader = Reader(self, records)
        while reader.position < len(records):
            await reader.read()
        finished.set()


@dataclass
class Reader:
    """How far a shard is read."""

    owner: Mapping
    records: list
    position: int = 0
    calls: int = 0
    last_call: int | None = None
    """The invocation of this batch behind which the lease is lost, if it takes so many."""
    now: float = 0.0

    async def read(self):
        """One batch, from the checkpoint on."""
        chance, tally = self.owner.chance, self.owner.tally
        size = chance.randint(1, self.owner.mapping.batch_size)
        batch = self.records[self.position : self.position + size]
        self.now = self._when_delivered(batch)
        self.calls = 0
        is_lost = self.owner.loses_lease()
        self.last_call = chance.randint(1, 4) if is_lost else None
        delivery = Delivery(
            self.owner.mapping,
            self._call,
            pause=0,
            bury=tally.letters.append,
            now=lambda: self.now,
        )
        try:
            await delivery.deliver(batch)
        except LeaseLostError:
            self.owner.function.settle()  # It takes a while to find another reader.
        tally.batches.append((batch, self.calls))
        if is_lost:
            tally.again += 1
        else:
            self.position += len(batch)

    async def _call(self, name, event):
        self.calls += 1
        answer = self.owner.function(name, event)
        try:
            return await answer
        finally:
            if self.calls == self.last_call:
                raise LeaseLostError

    def _when_delivered(self, batch):
        if self.owner.is_calm:
            return 0.0
        made_at = [each["dynamodb"].get("ApproximateCreationDateTime", 0) for each in batch]
        is_outage = self.owner.chance.random() < OUTAGE
        return max(made_at) + (self.owner.mapping.max_age + 60 if is_outage else 1)


def without_halves(mapping: StreamMapping) -> StreamMapping:
    """The mapping as it would be if a batch whose first record is reported were given up whole."""
    return replace(mapping, bisect=False)
