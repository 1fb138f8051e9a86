"""What a call to DynamoDB costs in capacity units, from the sizes of its items.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from collections.abc import Mapping
from typing import Any

from agent_messaging.storage.table import encode
from local.in_process.functions import TEMPLATE
from local.in_process.units import kilobytes
from tests.integration.cloud import Cloud
from tests.integration.recorder import Call

KEYS = {table.name: table.create for table in TEMPLATE.tables}


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
