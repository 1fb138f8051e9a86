"""Deliver the messages of a queue to a function, as Lambda's event source mappings do.

A message that the function processed is deleted. The others come again when their visibility
time-out is over. A message that was received too often becomes a dead letter: a line on stderr.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.cloudformation import ACCOUNT_ID, REGION
from local.delivery import Invoke
from local.instance import InvocationError
from local.queues.messages import Message
from local.queues.model import QueueMapping
from local.queues.queues import RunningQueue
from local.redaction import redacted

UNLIMITED = 1000
REPORTED = "reported as failed"


@dataclass(frozen=True)
class DeadLetter:
    """A message that a mapping has given up."""

    mapping: QueueMapping
    message: Message
    attempts: int

    def write(self) -> None:
        """Print one line on stderr."""
        line = (
            f"dead letter: queue {self.mapping.queue} -> {self.mapping.function}, message "
            f"{self.message.id}, {self.attempts} attempts: {self.message.reason}"
        )
        print(redacted(line), file=sys.stderr, flush=True)


class Consumer:
    """Delivers the messages of one mapping. `bury` is called with each dead letter."""

    def __init__(
        self,
        mapping: QueueMapping,
        queue: RunningQueue,
        invoke: Invoke,
        bury: Callable[[DeadLetter], None] = DeadLetter.write,
    ) -> None:
        self._mapping = mapping
        self._queue = queue
        self._invoke = invoke
        self._bury = bury

    async def run(self) -> None:
        """Deliver messages for ever, several batches at the same time."""
        free = asyncio.Semaphore(self._mapping.concurrency or UNLIMITED)
        async with asyncio.TaskGroup() as group:
            while True:
                await free.acquire()
                batch = await self._queue.receive(self._mapping.batch_size)
                task = group.create_task(self._deliver(batch))
                task.add_done_callback(lambda _: free.release())

    async def _deliver(self, messages: Sequence[Message]) -> None:
        """Deliver messages once. If the kept messages cannot be changed, these come again."""
        try:
            batch = [each for each in messages if not await self._is_buried(each)]
            failed = await self._attempt(batch) if batch else set()
            for message in batch:
                if message.id not in failed:
                    await self._queue.delete(message)
        except (BotoCoreError, ClientError) as error:
            print(f"queue {self._mapping.queue}: {error}", file=sys.stderr, flush=True)

    async def _attempt(self, batch: Sequence[Message]) -> set[str]:
        """Call the function, and return the ids of the messages that it did not process."""
        event = {"Records": [lambda_record(each, self._mapping.queue) for each in batch]}
        try:
            result = await self._invoke(self._mapping.function, event)
        except InvocationError as error:
            failed, reason = {each.id for each in batch}, str(error)
        else:
            failed, reason = self._failed(batch, result), REPORTED
        for message in batch:
            if message.id in failed:
                self._queue.fail(message, reason)
        return failed

    def _failed(self, batch: Sequence[Message], result: Any) -> set[str]:
        """Return the ids of messages that a result reports. An unknown id reports them all."""
        if not self._mapping.reports_failures or not isinstance(result, dict):
            return set()
        known = {each.id for each in batch}
        failed = {each.get("itemIdentifier") for each in result.get("batchItemFailures") or []}
        return failed if failed <= known else known

    async def _is_buried(self, message: Message) -> bool:
        most = self._queue.queue.max_receives
        if not most or message.receives <= most:
            return False
        self._bury(DeadLetter(self._mapping, message, message.receives - 1))
        await self._queue.delete(message)
        return True


def lambda_record(message: Message, queue: str) -> dict[str, Any]:
    """Return a message as Lambda passes it on."""
    attributes = {
        "ApproximateReceiveCount": str(message.receives),
        "SentTimestamp": str(int(message.sent_at * 1000)),
        "SenderId": ACCOUNT_ID,
        "ApproximateFirstReceiveTimestamp": str(int(message.sent_at * 1000)),
    }
    if message.group is not None:
        attributes["MessageGroupId"] = message.group
    return {
        "messageId": message.id,
        "receiptHandle": f"{message.id}#{message.receives}",
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": {},
        "md5OfBody": md5(message.body),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:{queue}",
        "awsRegion": REGION,
    }


def md5(body: str) -> str:
    """Return the digest by which boto3 finds a message that was changed on its way."""
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
