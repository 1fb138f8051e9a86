"""The messages of one queue: who may get which one next.

A message is invisible until its delay is over, and again for a while after it was received. Of the
visible ones comes first the one whose group has the fewest messages in flight, then the oldest. So
a group with many messages does not keep others waiting, as in SQS's fair queues:
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace


@dataclass(frozen=True)
class Message:
    """A message. Times are in epoch seconds."""

    body: str
    sent_at: float
    visible_at: float
    group: str | None = None
    receives: int = 0
    reason: str = ""
    """Why the last delivery failed."""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def to_text(self) -> str:
        """Return the message as it is kept."""
        return json.dumps(asdict(self))


def parse(text: str) -> Message:
    """Return the message of a text that `to_text` wrote."""
    return Message(**json.loads(text))


class Messages:
    """The messages of one queue."""

    def __init__(self, visibility: float, found: Iterable[Message] = ()) -> None:
        self._visibility = visibility
        self._waiting = {each.id: each for each in found}
        self._in_flight: dict[str, Message] = {}

    def __len__(self) -> int:
        """Return how many messages there are, also of those in flight."""
        return len(self._waiting) + len(self._in_flight)

    def put(self, message: Message) -> None:
        """Add a message."""
        self._waiting[message.id] = message

    def receive(self, now: float, limit: int) -> list[Message]:
        """Take up to `limit` visible messages. They come back unless they are deleted."""
        self._return(now)
        taken: list[Message] = []
        while len(taken) < limit and (visible := self._visible(now)):
            busy = Counter(each.group for each in self._in_flight.values())
            first = min(visible, key=lambda each: (busy[each.group], each.visible_at, each.sent_at))
            received = replace(
                first, receives=first.receives + 1, visible_at=now + self._visibility
            )
            del self._waiting[first.id]
            self._in_flight[first.id] = received
            taken.append(received)
        return taken

    def delete(self, message_id: str) -> None:
        """Remove a message for good."""
        self._in_flight.pop(message_id, None)
        self._waiting.pop(message_id, None)

    def fail(self, message_id: str, reason: str) -> None:
        """Note why a message was not processed. It stays invisible for its time."""
        if message_id in self._in_flight:
            self._in_flight[message_id] = replace(self._in_flight[message_id], reason=reason)

    def next_at(self) -> float | None:
        """Return when the next message becomes visible, None without messages."""
        every = [*self._waiting.values(), *self._in_flight.values()]
        return min((each.visible_at for each in every), default=None)

    def _visible(self, now: float) -> list[Message]:
        return [each for each in self._waiting.values() if each.visible_at <= now]

    def _return(self, now: float) -> None:
        for message_id, each in list(self._in_flight.items()):
            if each.visible_at <= now:
                self._waiting[message_id] = self._in_flight.pop(message_id)
