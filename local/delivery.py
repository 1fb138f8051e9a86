"""From a batch of stream records to a function, as an event source mapping goes about it.

A batch that fails is tried again from its first failed record, in halves when the mapping says so,
until the retries are used up. Then it goes to the dead letters, a line on stderr, and the next
records have their turn.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from local.filters import matches
from local.instance import InvocationError
from local.model import StreamMapping
from local.redaction import redacted

Record = dict[str, Any]
Invoke = Callable[[str, Any], Awaitable[Any]]

MAX_PAUSE_SECONDS = 5.0


class Delivery:
    """One mapping's way from a batch of records to its function."""

    def __init__(self, mapping: StreamMapping, invoke: Invoke, pause: float = 0.2) -> None:
        self._mapping = mapping
        self._invoke = invoke
        self._pause = pause

    async def deliver(self, records: Sequence[Record]) -> None:
        """Returns when every record that the filters let through is done with."""
        filters = self._mapping.filters
        batch = [each for each in records if not filters or any(matches(f, each) for f in filters)]
        attempts = 0
        while batch:
            done, reason = await self._attempt(batch)
            batch = batch[done:]
            if batch and done == 0 and self._mapping.bisect and len(batch) > 1:
                await self.deliver(batch[: len(batch) // 2])
                batch, done = batch[len(batch) // 2 :], 1
            attempts = 0 if done else attempts + 1
            if batch and 0 <= self._mapping.max_retries < attempts:
                self._give_up(batch, attempts, reason)
                return
            if batch and attempts:
                await asyncio.sleep(min(self._pause * 2 ** (attempts - 1), MAX_PAUSE_SECONDS))

    async def _attempt(self, batch: list[Record]) -> tuple[int, str]:
        """How many records from the first on are done, and why the next one is not."""
        try:
            result = await self._invoke(self._mapping.function, {"Records": batch})
        except InvocationError as error:
            return 0, str(error)
        if not self._mapping.reports_failures:
            return len(batch), ""
        return first_failed(batch, result), "reported as failed"

    def _give_up(self, batch: list[Record], attempts: int, reason: str) -> None:
        numbers = [each["dynamodb"]["SequenceNumber"] for each in batch]
        line = (
            f"dead letter: stream {self._mapping.name} -> {self._mapping.function}, "
            f"{len(batch)} record(s), sequence numbers {numbers[0]} to {numbers[-1]}, "
            f"{attempts} attempts: {reason}"
        )
        print(redacted(line), file=sys.stderr, flush=True)


def first_failed(batch: Sequence[Record], result: Any) -> int:
    """The index of the first record that a result reports; the batch's length when it has none.

    An identifier that is not in the batch fails all of it, as the Lambda guide has it.
    """
    failures = result.get("batchItemFailures") if isinstance(result, dict) else None
    numbers = [each["dynamodb"]["SequenceNumber"] for each in batch]
    identifiers = [each.get("itemIdentifier") for each in failures or []]
    return min(
        (numbers.index(each) if each in numbers else 0 for each in identifiers),
        default=len(batch),
    )
