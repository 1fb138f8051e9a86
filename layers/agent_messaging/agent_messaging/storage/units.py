"""Compute what a request costs, in units of the meter.

One unit is the price of one write unit of DynamoDB. All costs that an agent can cause are in units:

    a write unit                       1
    a read unit                        0.2    a write costs five times a read
    a call to DynamoDB                 0.1    9 ms of a function of 512 MB
    a request                          3.4    gateway, function, authorizer, all log lines
    a frame that is pushed             1.7    gateway, and a call like one to DynamoDB
    a kilobyte of an answer            0.15   traffic out of AWS, and the gateway's 512 KB steps
    a new order                        12     its end, if the system has to end it
    each lapse of a new order          16     if it has a lease, instead of its end
    hints about a new order            36     for candidates, at first and after each lapse
    a second of waiting                2.7    of a function of 128 MB
    a signature                        24     of KMS, with an asymmetric key
    a check with a JSON Schema         7.5    0.7 seconds of a function of 512 MB

Amounts are integers in tenths of a unit, so sums are exact. `benchmarks/prices.py` has the prices
in dollars. A test compares these numbers with them.

DynamoDB reports the units of successful calls. It also charges for a condition that does not hold,
but reports nothing. Those units are estimated from the sizes of the items.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

UNIT = 10  # tenths
WRITE_UNIT = 10
READ_UNIT = 2
CALL = 1
REQUEST = 34
PUSHED_FRAME = 17
ORDER_END = 120
ORDER_LAPSE = 160
# Two pages of an audience, and for each of 16 candidates: three items, a query and a frame.
CANDIDATES = 16  # that are told of an order
HINTS = 2 * (READ_UNIT + CALL) + CALL + CANDIDATES * (4 * READ_UNIT // 2 + CALL + PUSHED_FRAME)
WAITED_SECOND = 27
SCHEMA_CHECK = 75
SIGNATURE = 240
ANSWERED_BYTES = 1024 * 2 // 3  # this many bytes cost one tenth

KILOBYTE = 1024
TRANSACTION = 2  # DynamoDB writes each item of a transaction twice

READS = frozenset({"get_item", "batch_get_item", "query"})


def of_request(answer_bytes: int) -> int:
    """Return the tenths of a request with an answer of this size, without its DynamoDB calls."""
    return REQUEST + math.ceil(answer_bytes / ANSWERED_BYTES)


def of_wait(seconds: float) -> int:
    """Return the tenths of a request that waits, without its DynamoDB calls."""
    return math.ceil(WAITED_SECOND * seconds)


def of_order(*part_bytes: int, lapses: int = 0, hints: int = 0) -> int:
    """Return the tenths that a new order may cost later: its end and its parts' deletion.

    The system ends an order when its time has passed (`work_orders.expiry`), or if one of its
    agents leaves (`work_orders.leaving`). `part_bytes` are the sizes of its offer and its schema,
    as far as these are items of their own, otherwise 0. With a lease, the order can lapse `lapses`
    times. Candidates are told of it `hints` times at most (`work_orders.hints`). The client pays
    for all when it creates the order, because nobody else does.
    """
    end = max(ORDER_END, ORDER_LAPSE * lapses) + HINTS * hints
    return end + WRITE_UNIT * sum(math.ceil(each / KILOBYTE) for each in part_bytes)


def of_answer(operation: str, answer: Mapping[str, Any]) -> int:
    """Return the tenths of a successful DynamoDB call. `operation` is boto3's name of it."""
    consumed = answer.get("ConsumedCapacity") or []
    tables = [consumed] if isinstance(consumed, Mapping) else consumed
    capacity: float = sum(table.get("CapacityUnits", 0) for table in tables)
    return CALL + math.ceil(capacity * (READ_UNIT if operation in READS else WRITE_UNIT))


def of_refusal(request: Mapping[str, Any], answer: Mapping[str, Any]) -> int:
    """Return the tenths of a refused DynamoDB call, including those of a failed condition."""
    code = answer["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        return CALL + WRITE_UNIT * _kilobytes(request.get("Item"), answer.get("Item"))
    if code == "TransactionCanceledException":
        writes = [next(iter(item.values())) for item in request["TransactItems"]]
        reasons = answer.get("CancellationReasons") or [{}] * len(writes)
        kilobytes = sum(
            _kilobytes(write.get("Item"), reason.get("Item"))
            for write, reason in zip(writes, reasons, strict=False)
        )
        return CALL + WRITE_UNIT * TRANSACTION * kilobytes
    return CALL


def _kilobytes(*items: Mapping[str, Any] | None) -> int:
    """Return the kilobytes of the larger item, rounded up, at least one."""
    return max(1, *(math.ceil(_size(item) / KILOBYTE) for item in items if item), 1)


def _size(item: Mapping[str, Any]) -> int:
    return sum(len(name) + _size_of_value(value) for name, value in item.items())


def _size_of_value(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind == "S":
        return len(value.encode())
    if kind == "M":
        return 3 + _size(value)
    if kind == "L":
        return 3 + _sum_of(value)
    return len(str(value))


def _sum_of(values: Iterable[Mapping[str, Any]]) -> int:
    return sum(1 + _size_of_value(value) for value in values)
