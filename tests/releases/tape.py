"""The calls of one version to DynamoDB, kept to answer the same calls of the other.

From the same data, the same calls get the same answers and leave the same data. So the second
version needs DynamoDB only if its calls differ. It then runs again, without the tape. This halves
the time of the tests.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}
CallKey = tuple[int, str, str]  # the writes before it, its operation and its request


class OtherCallError(Exception):
    """The second version makes a call that the first one has not made."""


class Tape:
    """Watches the clients of both versions. Calls of several threads may come in any order."""

    def __init__(self) -> None:
        self._mode = ""
        self._writes = 0
        self._answers: defaultdict[CallKey, deque[Any]] = defaultdict(deque)
        self._asked: dict[int, CallKey] = {}
        self.has_differed = False

    @contextmanager
    def watching(self, clients: Iterable[Any]) -> Iterator[None]:
        """Stand between clients and DynamoDB."""
        emitters = [client.meta.events for client in clients]
        for events in emitters:
            events.register("before-call.dynamodb", self._before)
            events.register("after-call.dynamodb", self._after)
        try:
            yield
        finally:
            for events in emitters:
                events.unregister("before-call.dynamodb", self._before)
                events.unregister("after-call.dynamodb", self._after)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Keep all calls and their answers."""
        self._answers.clear()
        self._start("record")
        yield
        self._mode = ""

    @contextmanager
    def replaying(self) -> Iterator[None]:
        """Answer calls from the tape. `has_differed` says whether a call was new, or left out."""
        self.has_differed = False
        self._start("replay")
        yield
        self.has_differed |= any(self._answers.values())
        self._mode = ""

    def _start(self, mode: str) -> None:
        self._mode, self._writes = mode, 0
        self._asked.clear()

    def _before(self, model: Any, params: Any, context: Any, **_: Any) -> Any:
        if not self._mode:
            return None
        request = json.loads(params["body"])
        request.pop("ClientRequestToken", None)  # a random number
        key = self._writes, model.name, json.dumps(request)
        self._writes += model.name in WRITES
        if self._mode == "record":
            self._asked[id(context)] = key
            return None
        if self.has_differed or not self._answers[key]:
            self.has_differed = True
            raise OtherCallError(model.name)
        return self._answers[key].popleft()

    def _after(self, http_response: Any, parsed: Any, context: Any, **_: Any) -> None:
        if self._mode == "record":
            answer = SimpleNamespace(status_code=http_response.status_code), parsed
            self._answers[self._asked.pop(id(context))].append(answer)
