"""The queues of the template in this process: what functions send, delivered when a test says so.

`deliver` hands each visible message to the function of its mapping, as Lambda does. A message that
fails comes again after its visibility time-out, and is given up after its receives.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

from agent_messaging.storage.queue import Queue, QueueMessage
from local.in_process.functions import TEMPLATE, app
from local.in_process.runtime import Context
from local.queues.mapping import lambda_record
from local.queues.messages import Message, Messages
from local.queues.model import QueueMapping


class Queues:
    """The queues, empty. `now` is the time in epoch seconds, which a test moves."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.dead: list[Message] = []
        self._declared = {queue.name: queue for queue in TEMPLATE.queues}
        self._messages = {
            name: Messages(queue.visibility) for name, queue in self._declared.items()
        }

    def installed(self) -> AbstractContextManager[Any]:
        """Let all functions of this process send here, while the block runs."""

        def send(queue: Queue, messages: Sequence[QueueMessage]) -> None:
            self.send(queue.url.rpartition("/")[2], messages)

        return patch.object(Queue, "send", send)

    def send(self, queue: str, messages: Sequence[QueueMessage]) -> None:
        """Add messages to a queue."""
        for each in messages:
            at = self.now + each.delay_seconds
            self._messages[queue].put(Message(each.body, self.now, at, each.group))

    def waiting(self, queue: str) -> int:
        """Return how many messages a queue has, also of those that are invisible."""
        return len(self._messages[queue])

    def next_at(self) -> float | None:
        """Return when the next message becomes visible, None without messages."""
        times = [each.next_at() for each in self._messages.values()]
        return min((at for at in times if at is not None), default=None)

    def deliver(self) -> int:
        """Deliver what is visible now, and what that sends. Return how many batches there were."""
        batches = 0
        for mapping in TEMPLATE.queue_mappings:
            while self._deliver(mapping):
                batches += 1
        return batches

    def _deliver(self, mapping: QueueMapping) -> bool:
        messages, most = self._messages[mapping.queue], self._declared[mapping.queue].max_receives
        received = messages.receive(self.now, mapping.batch_size)
        spent = [each for each in received if most and each.receives > most]
        for each in spent:
            messages.delete(each.id)
        self.dead += spent
        batch = [each for each in received if each not in spent]
        failed = _failed(mapping, batch) if batch else set()
        for each in batch:
            if each.id not in failed:
                messages.delete(each.id)
        return bool(received)


def _failed(mapping: QueueMapping, batch: Sequence[Message]) -> set[str]:
    """Call the function, and return the ids of the messages that it did not process."""
    group = TEMPLATE.functions[mapping.function].code.name
    event = {"Records": [lambda_record(each, mapping.queue) for each in batch]}
    try:
        result = app(group).handler(event, Context())
    except Exception:  # noqa: BLE001 - as Lambda, which delivers the batch again
        return {each.id for each in batch}
    failures = result["batchItemFailures"] if mapping.reports_failures else []
    return {each["itemIdentifier"] for each in failures}
