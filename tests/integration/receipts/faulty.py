"""A bad network between the functions and DynamoDB, in this process, by a seeded dice.

Each call may be refused before its effect, be throttled, or lose its answer after its effect. It is
the whole call with all attempts of boto3 that fails, so the function has to answer with an error.
"""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from local.in_process import functions

RATE = 0.03


class Faults:
    """Stands before the clients of all functions, while it is on."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.is_on = False
        self.counts: Counter[str] = Counter()

    def watch(self, monkeypatch: Any) -> None:
        """Stand before each client from now on."""
        for client in functions.clients():
            monkeypatch.setattr(client, "_make_api_call", self._before(client._make_api_call))

    @contextmanager
    def on(self) -> Iterator[None]:
        """Let calls fail."""
        self.is_on = True
        try:
            yield
        finally:
            self.is_on = False

    def _before(self, call: Any) -> Any:
        def perform(operation: str, request: Any) -> Any:
            thrown = self.chance.random() if self.is_on else 1
            if thrown < RATE / 3:
                self.counts["refused"] += 1
                raise _error("InternalServerError", 500, operation)
            if thrown < 2 * RATE / 3:
                self.counts["throttled"] += 1
                raise _error("ProvisionedThroughputExceededException", 400, operation)
            answer = call(operation, request)
            if thrown < RATE:
                self.counts["lost"] += 1
                raise ReadTimeoutError(endpoint_url="https://dynamodb")
            return answer

        return perform


def _error(code: str, status: int, operation: str) -> ClientError:
    answer = {
        "Error": {"Code": code, "Message": "injected"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, operation)
