"""Deliver batches of stream records to a function, as Lambda's event source mappings do.

A failed batch is retried from its first failed record, in halves if the mapping says so. When its
retries are used up, or its records are too old, it becomes a dead letter: a line on stderr. Then
the next records follow.

AWS does not say what happens to a batch whose first record is reported again. Here such a batch is
also halved, so that the record is given up alone:
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from local.filters import matches
from local.instance import InvocationError
from local.model import StreamMapping
from local.redaction import redacted

Record = dict[str, Any]
Invoke = Callable[[str, Any], Awaitable[Any]]

MAX_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class DeadLetter:
    """Records that a mapping has given up, with the reason."""

    mapping: StreamMapping
    records: Sequence[Record]
    attempts: int
    reason: str

    def write(self) -> None:
        """Print one line on stderr."""
        numbers = [each["dynamodb"]["SequenceNumber"] for each in self.records]
        line = (
            f"dead letter: stream {self.mapping.name} -> {self.mapping.function}, "
            f"{len(numbers)} record(s), sequence numbers {numbers[0]} to {numbers[-1]}, "
            f"{self.attempts} attempts: {self.reason}"
        )
        print(redacted(line), file=sys.stderr, flush=True)


class Delivery:
    """Delivers the records of one mapping to its function.

    `bury` is called with each dead letter. `now` returns the time in epoch seconds. The age of a
    record counts from `ages_from` on.
    """

    def __init__(
        self,
        mapping: StreamMapping,
        invoke: Invoke,
        pause: float = 0.2,
        *,
        bury: Callable[[DeadLetter], None] = DeadLetter.write,
        now: Callable[[], float] = time.time,
        ages_from: float = 0.0,
    ) -> None:
        self._mapping = mapping
        self._invoke = invoke
        self._pause = pause
        self._bury = bury
        self._now = now
        self._ages_from = ages_from

    async def deliver(self, records: Sequence[Record]) -> None:
        """Deliver the records that pass the filters. Return when all are processed or given up."""
        filters = self._mapping.filters
        batch = [each for each in records if not filters or any(matches(f, each) for f in filters)]
        attempts, reason = 0, ""
        while batch := self._drop_old(batch, attempts):
            if 0 <= self._mapping.max_retries < attempts:
                self._bury(DeadLetter(self._mapping, batch, attempts, reason))
                return
            if attempts:
                await asyncio.sleep(min(self._pause * 2 ** (attempts - 1), MAX_PAUSE_SECONDS))
            done, reason = await self._attempt(batch)
            batch = batch[done:]
            if done == 0 and self._mapping.bisect and len(batch) > 1:
                await self.deliver(batch[: len(batch) // 2])
                batch, done = batch[len(batch) // 2 :], 1
            attempts = 0 if done else attempts + 1

    async def _attempt(self, batch: list[Record]) -> tuple[int, str]:
        """Call the function. Return how many records it processed, and why not the next one."""
        try:
            result = await self._invoke(self._mapping.function, {"Records": batch})
        except InvocationError as error:
            return 0, str(error)
        if not self._mapping.reports_failures:
            return len(batch), ""
        return first_failed(batch, result), "reported as failed"

    def _drop_old(self, batch: list[Record], attempts: int) -> list[Record]:
        """Return the records that are young enough. Give up the others."""
        if self._mapping.max_age < 0:
            return batch
        oldest = self._now() - self._mapping.max_age
        if oldest <= self._ages_from:
            return batch
        young = [each for each in batch if _made_at(each, oldest) >= oldest]
        if len(young) < len(batch):
            old = [each for each in batch if _made_at(each, oldest) < oldest]
            self._bury(DeadLetter(self._mapping, old, attempts, "too old"))
        return young


def _made_at(record: Record, default: float) -> float:
    return float(record["dynamodb"].get("ApproximateCreationDateTime", default))


def first_failed(batch: Sequence[Record], result: Any) -> int:
    """Return the index of the first record that a result reports, or the batch's length.

    An identifier that is not in the batch fails the whole batch, as on Lambda.
    """
    failures = result.get("batchItemFailures") if isinstance(result, dict) else None
    numbers = [each["dynamodb"]["SequenceNumber"] for each in batch]
    identifiers = [each.get("itemIdentifier") for each in failures or []]
    return min(
        (numbers.index(each) if each in numbers else 0 for each in identifiers),
        default=len(batch),
    )
