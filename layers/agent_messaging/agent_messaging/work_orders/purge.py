"""Purge: remove an order's parts after the retention has removed its head.

DynamoDB removes an item at its own `purge_at`. Heads and results have one. The other parts have
none, because they are written before the end of the order is known. Adding the time later would
cost as much as removing the part. So they are removed when the table's stream reports that their
head was removed. The items that link an order to its children are such parts too.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from agent_messaging.observability.log import logger
from agent_messaging.work_orders.children_table import ChildrenTable
from agent_messaging.work_orders.item import HEAD, OFFER, PARTIAL, SCHEMA, question_parts
from agent_messaging.work_orders.table import WorkOrdersTable


def purge(orders: WorkOrdersTable, records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Remove the parts whose heads were removed, and return the first failed record's number.

    A repeated removal finds nothing, which is no error. The first record that fails ends the batch.
    Lambda delivers it again with all records after it.
    """
    for record in records:
        try:
            work_order_id, parts, has_children = _left_by(record)
            if has_children:
                parts += ChildrenTable(orders.client, orders).parts(work_order_id)
            orders.remove_parts(work_order_id, parts)
        except Exception:
            number = record["dynamodb"]["SequenceNumber"]
            logger.exception("parts of a removed order cannot be removed", sequence_number=number)
            return [number]
    return []


def _left_by(record: Mapping[str, Any]) -> tuple[str, list[str], bool]:
    """Return the order's id in a stream record, the parts to remove, and if it had children.

    Raises:
        KeyError, TypeError: the record is not one of this table.
    """
    image = record["dynamodb"]
    work_order_id, part = image["Keys"]["work_order_id"]["S"], image["Keys"]["part"]["S"]
    if record["eventName"] != "REMOVE" or part != HEAD:
        return work_order_id, [], False
    head = image["OldImage"]
    parts = [name for name in (OFFER, PARTIAL, SCHEMA) if f"{name}_bytes" in head]
    parts += question_parts(_number(head, "asked"), _number(head, "answered"))
    return work_order_id, parts, "children" in head


def _number(image: Mapping[str, Any], name: str) -> int:
    return int(image[name]["N"]) if name in image else 0
