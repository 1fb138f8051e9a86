"""Read the streams of the tables shard by shard, and deliver the records in order, in batches.

Records come from invocations of functions. So a subscription reads when `wake` tells it that one
has ended. What others write is found by a slower poll.

A shard is read after its parent. If the engine does not answer, it is asked again. If it has no
streams, that is printed once.

With `DATA=`, the position is kept after each delivered batch, so the next start continues there. A
batch that was delivered right before a kill is delivered again.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.delivery import Delivery, Record
from local.kept import Kept
from local.model import StreamMapping

POLL_SECONDS = 1.0
"""How often a stream is read that nothing has woken."""
RETRY_SECONDS = 0.5
WINDOW_PAUSE_SECONDS = 0.5
"""A mapping with a window is in no hurry, so many invocations cause one read."""
DISCOVERY_SECONDS = 5.0


@dataclass
class Shard:
    """A shard of a stream, and how far it is delivered."""

    id: str
    parent: str | None
    iterator: str | None
    """None before the first read, and after an error."""
    starts_at: dict[str, str]
    """The arguments of GetShardIterator that continue after the last delivered record."""
    is_finished: bool = False


class Subscription:
    """One mapping's position in the shards of its table's stream."""

    def __init__(
        self,
        mapping: StreamMapping,
        dynamodb: Any,
        streams: Any,
        delivery: Delivery,
        *,
        kept: Kept | None = None,
    ) -> None:
        self._mapping = mapping
        self._dynamodb = dynamodb
        self._streams = streams
        self._delivery = delivery
        self._kept = kept
        self._arn = ""
        self._shards: dict[str, Shard] = {}
        self._discovered_at = float("-inf")
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Read now, because a function may have written."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver records for ever. Retry if the engine does not answer."""
        had_error = False
        while True:
            self._woken.clear()
            try:
                is_busy = await self._round()
                had_error = False
            except (BotoCoreError, ClientError) as error:
                if not had_error:
                    reason = " ".join(str(error).split())
                    self._warn(f"cannot be read, retrying: {reason}")
                is_busy, had_error = False, True
            if had_error:
                await asyncio.sleep(RETRY_SECONDS)
            elif not is_busy:
                await self._wait()

    async def _wait(self) -> None:
        """Wait until there may be records."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()
                if self._mapping.window:
                    await asyncio.sleep(WINDOW_PAUSE_SECONDS)

    async def _round(self) -> bool:
        """Read each shard once. Return whether there were records."""
        now = asyncio.get_running_loop().time()
        if now - self._discovered_at > DISCOVERY_SECONDS:
            await self._discover()
            self._discovered_at = now
        readable = [each for each in self._shards.values() if self._is_readable(each)]
        return any([await self._read(shard) for shard in readable])

    def _is_readable(self, shard: Shard) -> bool:
        parent = self._shards.get(shard.parent or "")
        return not shard.is_finished and (parent is None or parent.is_finished)

    async def _discover(self) -> None:
        name = self._mapping.table
        table = await asyncio.to_thread(self._dynamodb.describe_table, TableName=name)
        arn = table["Table"].get("LatestStreamArn", "")
        if not arn:
            self._warn(f"never delivers: {name} has no stream on this engine")
            await asyncio.Event().wait()
        if arn != self._arn:
            self._arn, self._shards = arn, {}
        latest = self._mapping.starts_at_latest and self._discovered_at == float("-inf")
        position = {"ShardIteratorType": "LATEST" if latest else "TRIM_HORIZON"}
        for each in await asyncio.to_thread(self._describe_shards):
            name, parent = each["ShardId"], each.get("ParentShardId")
            if name not in self._shards:
                start = await self._kept_position(name) or position
                self._shards[name] = Shard(name, parent, None, start)

    async def _kept_position(self, shard: str) -> dict[str, str] | None:
        if self._kept is None:
            return None
        number = await asyncio.to_thread(self._kept.get, self._position_name(shard))
        return after(number) if number else None

    async def _keep_position(self, shard: Shard) -> None:
        if self._kept is not None:
            number = shard.starts_at["SequenceNumber"]
            await asyncio.to_thread(self._kept.put, self._position_name(shard.id), number)

    def _position_name(self, shard: str) -> str:
        return f"{self._mapping.name} {self._mapping.table} {shard}"

    def _describe_shards(self) -> list[dict[str, Any]]:
        shards: list[dict[str, Any]] = []
        start: dict[str, str] = {}
        while True:
            answer = self._streams.describe_stream(StreamArn=self._arn, **start)
            shards += answer["StreamDescription"]["Shards"]
            last = answer["StreamDescription"].get("LastEvaluatedShardId")
            if not last:
                return shards
            start = {"ExclusiveStartShardId": last}

    async def _read(self, shard: Shard) -> bool:
        records = await self._fetch(shard, self._mapping.batch_size)
        if not records:
            return False
        if len(records) < self._mapping.batch_size and self._mapping.window:
            await asyncio.sleep(self._mapping.window)
            records += await self._fetch(shard, self._mapping.batch_size - len(records))
        await self._delivery.deliver([lambda_record(each, self._arn) for each in records])
        await self._keep_position(shard)
        return True

    async def _fetch(self, shard: Shard, limit: int) -> list[Record]:
        if shard.is_finished:
            return []
        iterator, shard.iterator = shard.iterator, None
        if iterator is None:
            answer = await asyncio.to_thread(
                self._streams.get_shard_iterator,
                StreamArn=self._arn,
                ShardId=shard.id,
                **shard.starts_at,
            )
            iterator = answer["ShardIterator"]
        answer = await asyncio.to_thread(
            self._streams.get_records, ShardIterator=iterator, Limit=limit
        )
        records: list[Record] = answer["Records"]
        shard.iterator = answer.get("NextShardIterator")
        shard.is_finished = not shard.iterator
        if records:
            shard.starts_at = after(records[-1]["dynamodb"]["SequenceNumber"])
        return records

    def _warn(self, message: str) -> None:
        print(
            f"stream {self._mapping.name} -> {self._mapping.function} {message}",
            file=sys.stderr,
            flush=True,
        )


def after(number: str) -> dict[str, str]:
    """Return the arguments of GetShardIterator that continue after a record."""
    return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": number}


def lambda_record(record: Record, stream_arn: str) -> Record:
    """Return a record as Lambda passes it on: plain JSON, with its stream."""
    converted: Record = _plain(record)
    converted["eventVersion"] = "1.1"
    converted["eventSourceARN"] = stream_arn
    if "userIdentity" in converted:
        identity = converted["userIdentity"]
        converted["userIdentity"] = {
            name[0].lower() + name[1:]: identity[name] for name in identity
        }
    return converted


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case datetime():
            return int(value.timestamp())
    return value
