"""A good client: it tries again what failed, with the same key, and writes down what it was told.

Now and then an answer does not reach it either, at once or until much later, and it asks once more;
so what succeeded long ago is asked for again when the order has moved on.
"""

import random
import time
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from tests.faults.injection.history import Operation, Try
from tests.faults.injection.instance import Instance

TRIES = 10
FIRST_WAIT_SECONDS = 0.005
LOST_AT_ONCE, LOST_FOR_LONG = 0.05, 0.05


@dataclass(frozen=True)
class Request:
    """What it sends, each time the same."""

    method: str
    path: str
    body: Any = None
    key: str | None = None


@dataclass
class Client:
    """One process of an agent's; a worker may have several."""

    instance: Instance
    agent_id: str
    api_key: str
    random: random.Random
    history: list[Operation] = field(default_factory=list)
    _lost: list[tuple[int, Request]] = field(default_factory=list)

    def write(self, operation: Operation, path: str, body: Any) -> Operation:
        """A write under a new key."""
        request = Request("POST", path, body, str(uuid.UUID(int=self.random.getrandbits(128))))
        return self.perform(operation, request)

    def perform(self, operation: Operation, request: Request) -> Operation:
        """Ask until there is an answer; at most once what a second time could do again."""
        tries = []
        for number in range(TRIES if operation.is_repeatable else 1):
            tries.append(self._ask(request))
            if tries[-1].status < 500:
                break
            time.sleep(self.random.uniform(0, FIRST_WAIT_SECONDS * 2**number))
        if request.key and tries[-1].is_success:
            chance = self.random.random()
            if chance < LOST_AT_ONCE:
                tries.append(self._ask(request))
            elif chance < LOST_AT_ONCE + LOST_FOR_LONG:
                self._lost.append((len(self.history), request))
        self.history.append(replace(operation, tries=tuple(tries)))
        return self.history[-1]

    def ask_again(self) -> None:
        """Repeat what it never had an answer to, though it was sent one long ago."""
        for number, request in self._lost:
            again = self.perform_again(request)
            done = self.history[number]
            self.history[number] = replace(done, tries=(*done.tries, *again))
        self._lost.clear()

    def perform_again(self, request: Request) -> list[Try]:
        """The tries until there is an answer."""
        tries = [self._ask(request)]
        while tries[-1].status >= 500 and len(tries) < TRIES:
            tries.append(self._ask(request))
        return tries

    def _ask(self, request: Request) -> Try:
        named = "from_agent_id" if request.path in FROM else "agent_id"
        answer = self.instance.call(
            request.method,
            request.path,
            {named: self.agent_id, **QUERIES.get(request.path, {})},
            request.body,
            api_key=self.api_key,
            key=request.key,
        )
        is_replayed = answer.headers.get("Idempotency-Replayed") == "true"
        return Try(answer.status, answer.text, is_replayed)


FROM = ("/messaging/ping", "/messaging/send", "/messaging/work-order")
QUERIES = {
    "/messaging/inbox": {"status": "pending", "limit": 20},
    "/messaging/work-orders": {"role": "worker", "limit": 20},
}
