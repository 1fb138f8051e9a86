"""What a call to DynamoDB costs in capacity units, from the sizes of its items.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

import math
from collections.abc import Mapping
from typing import Any

from agent_messaging.dynamodb import encode
from tests.integration.cloud import Cloud
from tests.integration.functions import TEMPLATE
from tests.integration.recorder import Call

KEYS = {table.name: table.create for table in TEMPLATE.tables}


def size_of(item: Mapping[str, Any]) -> int:
    """Bytes of an item in DynamoDB's typed JSON."""
    return sum(len(name.encode()) + _size_of_value(value) for name, value in item.items())


def _size_of_value(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        return math.ceil(len(value.strip("-").replace(".", "")) / 2) + 1
    if kind == "M":
        return 3 + len(value) + size_of(value)
    if kind == "L":
        return 3 + len(value) + sum(map(_size_of_value, value))
    return 1


def kilobytes(item: Mapping[str, Any], unit: int = 1024) -> int:
    return math.ceil(size_of(item) / unit)


def write_units(cloud: Cloud, call: Call) -> int:
    """Of a single write that makes an item, or changes no key of an index."""
    table = call.request["TableName"]
    item = call.request.get("Item")
    if item is None:
        key = {name: next(iter(value.values())) for name, value in call.request["Key"].items()}
        item = encode(cloud.read(table, **key))
    indexes = KEYS[table].get("GlobalSecondaryIndexes", [])
    return kilobytes(item) + sum(_index_units(table, index, item) for index in indexes)


def _index_units(table: str, index: Mapping[str, Any], item: Mapping[str, Any]) -> int:
    """An item is in an index only if it has all of its keys."""
    keys = {part["AttributeName"] for part in index["KeySchema"]}
    if not keys <= set(item):
        return 0
    if index["Projection"]["ProjectionType"] == "KEYS_ONLY":
        keys |= {part["AttributeName"] for part in KEYS[table]["KeySchema"]}
        item = {name: value for name, value in item.items() if name in keys}
    return kilobytes(item)


def read_units(call: Call) -> float:
    """Of a GetItem or BatchGetItem; what is not there costs as much as 4 KB."""
    units = 0.0
    wanted = call.request.get("RequestItems") or {"": {**call.request, "Keys": [0]}}
    for table, asked in wanted.items():
        found = call.answer["Responses"].get(table, []) if table else [call.answer.get("Item", {})]
        blocks = sum(max(1, kilobytes(item, 4096)) for item in found)
        blocks += len(asked["Keys"]) - len(found)
        units += blocks * (1 if asked.get("ConsistentRead") else 0.5)
    return units
