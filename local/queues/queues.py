"""The queues while the server runs. With `DATA=` their messages survive it, also a kill."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.clock import Clock
from local.kept import Kept
from local.queues.messages import Message, Messages, parse
from local.queues.model import Queue


class RunningQueue:
    """A queue with its messages. Each change is kept before it takes effect."""

    def __init__(self, queue: Queue, clock: Clock, kept: Kept | None) -> None:
        self.queue = queue
        self._clock = clock
        self._kept = kept
        self._messages = Messages(queue.visibility)
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        """Return how many messages there are."""
        return len(self._messages)

    async def open(self) -> None:
        """Read the messages that an earlier server has kept. They are visible again at once."""
        if self._kept is not None:
            texts = await asyncio.to_thread(self._kept.texts, self._prefix)
            for message in map(parse, texts):
                first = self._clock.now().timestamp() if message.receives else message.visible_at
                self._messages.put(replace(message, visible_at=first))
            self._changed.set()

    async def send(self, body: str, group: str | None = None, delay: int | None = None) -> Message:
        """Add a message."""
        now = self._clock.now().timestamp()
        visible_at = now + (self.queue.delay if delay is None else delay)
        message = Message(body, now, visible_at, group)
        await self._keep(message)
        self._messages.put(message)
        self._changed.set()
        return message

    async def receive(self, limit: int) -> list[Message]:
        """Wait for visible messages, and take up to `limit` of them."""
        while True:
            self._changed.clear()
            taken = self._messages.receive(self._clock.now().timestamp(), limit)
            if taken:
                # Only the number of receives would be lost.
                with contextlib.suppress(BotoCoreError, ClientError):
                    for message in taken:
                        await self._keep(message)
                return taken
            await self._wait()

    async def delete(self, message: Message) -> None:
        """Remove a message for good."""
        if self._kept is not None:
            await asyncio.to_thread(self._kept.delete, self._prefix + message.id)
        self._messages.delete(message.id)

    def fail(self, message: Message, reason: str) -> None:
        """Note why a message was not processed. It comes again after its time."""
        self._messages.fail(message.id, reason)

    async def _keep(self, message: Message) -> None:
        if self._kept is not None:
            name = self._prefix + message.id
            await asyncio.to_thread(self._kept.put, name, message.to_text())

    async def _wait(self) -> None:
        """Wait until a message is sent, or the next one becomes visible."""
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(self._changed.wait())]
        next_at = self._messages.next_at()
        if next_at is not None:
            seconds = max(0.0, next_at - self._clock.now().timestamp())
            waits.append(asyncio.create_task(self._clock.sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    @property
    def _prefix(self) -> str:
        return f"queue {self.queue.name} "


class Queues:
    """The queues of the template, by name."""

    def __init__(self, clock: Clock, kept: Kept | None) -> None:
        self._clock = clock
        self._kept = kept
        self._running: dict[str, RunningQueue] = {}

    async def open(self, queues: Iterable[Queue]) -> None:
        """Start the queues that do not run yet."""
        for queue in queues:
            if queue.name in self._running:
                self._running[queue.name].queue = queue
            else:
                running = RunningQueue(queue, self._clock, self._kept)
                await running.open()
                self._running[queue.name] = running

    def get(self, name: str) -> RunningQueue | None:
        """Return a queue, or None."""
        return self._running.get(name)

    def __getitem__(self, name: str) -> RunningQueue:
        """Return a queue that runs."""
        return self._running[name]
