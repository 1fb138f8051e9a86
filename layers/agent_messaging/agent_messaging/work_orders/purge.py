"""Purge: remove what an order leaves behind when its retention has removed its head.

DynamoDB removes an item by its own `purge_at`. A head and a result have one. An offer that is an
item of its own has none: it is written before anybody knows when the order ends, and writing a time
to it later would cost as much as removing it. So it is removed once, when the table's stream tells
that its head is gone.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from agent_messaging.observability.log import logger
from agent_messaging.work_orders.item import HEAD, OFFER
from agent_messaging.work_orders.table import WorkOrdersTable


def purge(orders: WorkOrdersTable, records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Remove the offers whose heads are gone; return the number of the first record that failed.

    A repeated removal finds nothing, and that is no fault. The first record that fails ends the
    batch: Lambda delivers it again with all that follow.
    """
    for record in records:
        try:
            orders.remove_parts(*_left_by(record))
        except Exception:
            number = record["dynamodb"]["SequenceNumber"]
            logger.exception("parts of a removed order cannot be removed", sequence_number=number)
            return [number]
    return []


def _left_by(record: Mapping[str, Any]) -> tuple[str, list[str]]:
    """Return the order of a stream's record, and the parts to remove.

    Raises:
        KeyError, TypeError: it is no record of this table.
    """
    image = record["dynamodb"]
    work_order_id, part = image["Keys"]["work_order_id"]["S"], image["Keys"]["part"]["S"]
    is_removal = record["eventName"] == "REMOVE" and part == HEAD
    has_offer = is_removal and "offer_bytes" in image["OldImage"]
    return work_order_id, [OFFER] if has_offer else []
