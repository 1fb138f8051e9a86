"""Deliver the records of moto's streams to the functions, one batch at a time.

    streams.pump("AgentMessagesTable")      until the streams of these tables are quiet
    streams.step("AgentMessagesTable")      one batch for each mapping of these tables
    streams.rewind("AgentMessagesTable", 5) deliver the last five records again, as after a crash
    streams.around = intrude                see `Intruder`

A batch is filtered, retried, halved and given up by `local.delivery`, as in the local server, but
without pauses. What is given up is in `letters`. Shards, windows and parallel batches of one table
do not exist here. A mapping whose function crashed is called again at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from local.cloudformation import ACCOUNT_ID, REGION
from local.delivery import DeadLetter, Delivery, Record
from local.in_process import memory
from local.in_process.runtime import run_now
from local.instance import FunctionFailedError, InvocationError
from local.model import StreamMapping
from local.streams import lambda_record

Invoke = Callable[[str, dict[str, Any]], Any]
Intruder = Callable[[StreamMapping, dict[str, Any], Callable[[], Any]], Any]
"""Called for each batch with its mapping, its event and a call of the function.

It returns what the event source gets. Before or after the call, it may raise `InvocationError`: the
function crashed, or its answer was lost. It may call twice, or change the event.
"""
MOST_ROUNDS = 1000


def undisturbed(_mapping: StreamMapping, _event: dict[str, Any], call: Callable[[], Any]) -> Any:
    """The intruder that does nothing."""
    return call()


@dataclass
class Position:
    """How far a mapping has read the stream of its table."""

    mapping: StreamMapping
    index: int = 0
    last: Any = None
    """The last record that was delivered. If it is gone, the stream was emptied."""


@dataclass
class Streams:
    """The mappings of a template. `invoke` calls a function by its logical id."""

    mappings: Iterable[StreamMapping]
    invoke: Invoke
    around: Intruder = undisturbed
    letters: list[DeadLetter] = field(default_factory=list)

    def __post_init__(self) -> None:  # noqa: D105 - dataclasses call it
        self._positions = [Position(mapping) for mapping in self.mappings]

    def pump(self, *tables: str) -> int:
        """Deliver until no mapping has records; how many records were read.

        Raises:
            RuntimeError: the functions go on and on causing records.
        """
        read = 0
        for _ in range(MOST_ROUNDS):
            records = self.step(*tables)
            if not records:
                return read
            read += records
        raise RuntimeError(f"the streams are not quiet after {MOST_ROUNDS} batches")

    def step(self, *tables: str) -> int:
        """Deliver at most one batch of each mapping; how many records were read."""
        return sum(self._deliver(each) for each in self._of(tables))

    def rewind(self, table: str, records: int) -> None:
        """Let the mappings of a table deliver their last records again."""
        for position in self._of((table,)):
            stored = _stored(table)
            position.index = max(0, position.index - records)
            position.last = stored[position.index - 1] if position.index else None

    def skip(self, *tables: str) -> None:
        """Forget what has happened so far, as a mapping that starts at the latest record does."""
        for position in self._of(tables):
            stored = _stored(position.mapping.table)
            position.index, position.last = len(stored), stored[-1] if stored else None

    def _of(self, tables: tuple[str, ...]) -> list[Position]:
        return [each for each in self._positions if not tables or each.mapping.table in tables]

    def _deliver(self, position: Position) -> int:
        mapping, stored = position.mapping, _stored(position.mapping.table)
        if position.index and stored[position.index - 1 : position.index] != [position.last]:
            position.index = 0
        batch = stored[position.index : position.index + mapping.batch_size]
        if not batch:
            return 0
        records = [lambda_record(each.to_json(), _arn(mapping.table)) for each in batch]
        delivery = Delivery(mapping, self._call(mapping), pause=0, bury=self.letters.append)
        run_now(delivery.deliver(records))
        position.index += len(batch)
        position.last = batch[-1]
        return len(batch)

    def _call(self, mapping: StreamMapping) -> Callable[[str, Any], Any]:
        async def call(name: str, event: dict[str, Any]) -> Any:
            try:
                return self.around(mapping, event, lambda: self.invoke(name, event))
            except (InvocationError, AssertionError):
                raise
            except Exception as error:
                raise FunctionFailedError(f"{type(error).__name__}: {error}") from error

        return call


def _stored(table: str) -> list[Any]:
    shard = memory.tables()[table].stream_shard
    records: list[Record] = [] if shard is None else shard.items
    return records


def _arn(table: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{table}/stream/local"
