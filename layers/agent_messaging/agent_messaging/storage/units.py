"""What a request costs, in units of the meter.

One unit is the price of one write unit of DynamoDB. Everything that an agent can make the operator
pay for is expressed in it:

    a write unit                       1
    a read unit                        0.2    a write costs five times a read
    a call to DynamoDB                 0.1    9 ms of a function of 512 MB
    a request                          3.4    gateway, function, authorizer, all log lines
    a kilobyte that is answered        0.15   traffic out of AWS, and the gateway's 512 KB steps
    a deadline                         12     the end of an order that nobody answers, see `expiry`

Amounts are integers, in tenths of a unit, so that sums are exact. `benchmarks/prices.py` has the
prices in dollars, and a test holds these numbers against them.

DynamoDB reports the units of what succeeds. It also charges for a condition that does not hold, and
reports nothing then, so those units are estimated from the sizes of the items.
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
DEADLINE = 120
ANSWERED_BYTES = 1024 * 2 // 3  # that cost one tenth

KILOBYTE = 1024
TRANSACTION = 2  # DynamoDB writes each item of a transaction twice

READS = frozenset({"get_item", "batch_get_item", "query"})


def of_request(answer_bytes: int) -> int:
    """Tenths of a request with an answer of so many bytes, without its calls to DynamoDB."""
    return REQUEST + math.ceil(answer_bytes / ANSWERED_BYTES)


def of_order(offer_bytes: int, *, has_deadline: bool) -> int:
    """Tenths of what a new order costs later: its end by the deadline, and its offer's removal.

    `offer_bytes` is the size of an offer that is an item of its own, else 0. Nobody else pays for
    the two, so the client does when it creates the order.
    """
    removal = WRITE_UNIT * math.ceil(offer_bytes / KILOBYTE)
    return removal + (DEADLINE if has_deadline else 0)


def of_answer(operation: str, answer: Mapping[str, Any]) -> int:
    """Tenths of a call to DynamoDB that succeeded; `operation` as boto3 names it."""
    consumed = answer.get("ConsumedCapacity") or []
    tables = [consumed] if isinstance(consumed, Mapping) else consumed
    capacity: float = sum(table.get("CapacityUnits", 0) for table in tables)
    return CALL + math.ceil(capacity * (READ_UNIT if operation in READS else WRITE_UNIT))


def of_refusal(request: Mapping[str, Any], answer: Mapping[str, Any]) -> int:
    """Tenths of a call to DynamoDB that was refused: those of a condition that did not hold."""
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
    """The begun kilobytes of the larger item; at least one."""
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
