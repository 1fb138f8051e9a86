"""Faults between a client of boto3 and DynamoDB, at each attempt of it, by a seeded dice.

    throttled         refused before the effect
    error_before      HTTP 500, and nothing has happened
    error_after       HTTP 500, and it has happened
    timeout           it reaches DynamoDB and happens, but the answer is lost
    cut               it happens, and half of the answer arrives
    conflict          of writes: another transaction was there first
    unprocessed       of batch reads: some keys are left for another time

A fault stands in for the answer where botocore sends a request (the event `before-send`), so its
own retries, its tokens and what it makes of an answer are the real ones.
"""

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.retries.standard import ExponentialBackoff

SINGLE_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem"})
TRANSACTION = "TransactWriteItems"
BATCH = "BatchGetItem"

Decide = Callable[[str], str | None]


@dataclass(frozen=True)
class Rates:
    """How likely each fault is, at each attempt that it can happen to."""

    throttled: float = 0.05
    error_before: float = 0.015
    error_after: float = 0.015
    timeout: float = 0.05
    conflict: float = 0.02
    unprocessed: float = 0.1
    cut: float = 0.015


NONE = Rates(0, 0, 0, 0, 0, 0, 0)
CONTENDED = Rates(conflict=0.5)


class Dice:
    """Decides by chance, the same for the same seed, what becomes of an attempt."""

    def __init__(self, rates: Rates, seed: object) -> None:
        self.rates = asdict(rates)
        self.random = random.Random(str(seed))

    def __call__(self, operation: str) -> str | None:
        thrown = self.random.random()
        for fault, rate in self.rates.items():
            if not is_possible(fault, operation):
                continue
            if thrown < rate:
                return fault
            thrown -= rate
        return None


def is_possible(fault: str, operation: str) -> bool:
    """Whether DynamoDB could answer this operation so."""
    if fault == "conflict":
        return operation == TRANSACTION or operation in SINGLE_WRITES
    return fault != "unprocessed" or operation == BATCH


class Injector:
    """Stands before what a client sends; `counts` says which faults there were, by name."""

    def __init__(self, decide: Decide) -> None:
        self.decide = decide
        self.counts: Counter[str] = Counter()

    def watch(self, client: Any) -> None:
        """Stand before this client."""
        session = client._endpoint.http_session

        def before_send(request: Any, **_: Any) -> AWSResponse | None:
            operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
            self.counts["attempts"] += 1
            fault = self.decide(operation)
            if fault is None:
                return None
            self.counts[fault] += 1
            return FAULTS[fault](request, operation, session.send)

        client.meta.events.register("before-send.dynamodb", before_send)


def _throttled(request: Any, operation: str, send: Any) -> AWSResponse:
    code = "ThrottlingException" if operation == TRANSACTION else PROVISIONED
    return _answer(request, 400, code)


def _error_before(request: Any, operation: str, send: Any) -> AWSResponse:
    return _answer(request, 500, "InternalServerError")


def _error_after(request: Any, operation: str, send: Any) -> AWSResponse:
    send(request)
    return _answer(request, 500, "InternalServerError")


def _timeout(request: Any, operation: str, send: Any) -> AWSResponse:
    send(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def _cut(request: Any, operation: str, send: Any) -> AWSResponse:
    answer = send(request)
    answer._content = answer.content[: len(answer.content) // 2]
    return answer


def _conflict(request: Any, operation: str, send: Any) -> AWSResponse:
    if operation != TRANSACTION:
        return _answer(request, 400, "TransactionConflictException")
    reasons = [{"Code": "None"} for _ in _body(request)["TransactItems"]]
    reasons[len(request.body) % len(reasons)] = {"Code": "TransactionConflict"}
    return _answer(request, 400, "TransactionCanceledException", CancellationReasons=reasons)


def _unprocessed(request: Any, operation: str, send: Any) -> AWSResponse:
    """The answer without the first key of each table, which is left for another time."""
    answer = send(request)
    content = json.loads(answer.content)
    left = {}
    for table, asked in _body(request)["RequestItems"].items():
        key = asked["Keys"][0]
        left[table] = {**asked, "Keys": [key]}
        found = content["Responses"].get(table, [])
        content["Responses"][table] = [i for i in found if not key.items() <= i.items()]
    return _response(request, 200, {**content, "UnprocessedKeys": left})


PROVISIONED = "ProvisionedThroughputExceededException"
FAULTS = {
    "throttled": _throttled,
    "error_before": _error_before,
    "error_after": _error_after,
    "timeout": _timeout,
    "cut": _cut,
    "conflict": _conflict,
    "unprocessed": _unprocessed,
}


def _body(request: Any) -> dict[str, Any]:
    return json.loads(request.body)


def _answer(request: Any, status: int, code: str, **members: Any) -> AWSResponse:
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    return _response(request, status, {"__type": kind, "message": "injected", **members})


def _response(request: Any, status: int, content: Any) -> AWSResponse:
    response = AWSResponse(
        request.url, status, {"Content-Type": "application/x-amz-json-1.0"}, None
    )
    response._content = json.dumps(content).encode()
    return response


def hurry_boto3(replace: Callable[[Any, str, Any], None] = setattr, factor: float = 0.02) -> None:
    """Let boto3's own pauses be so much shorter; their number stays."""
    whole = ExponentialBackoff.delay_amount

    def delay_amount(self: ExponentialBackoff, context: Any) -> float:
        return whole(self, context) * factor

    replace(ExponentialBackoff, "delay_amount", delay_amount)
