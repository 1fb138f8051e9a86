"""What an order leaves behind when its retention has removed the head: its offer, if that is long.

DynamoDB removes an item by its own `purge_at`. A head and a result have one. An offer is written
before anybody knows when the order ends, and writing a time to it would cost its size, as removing
it does; so it is removed once, when the table's stream tells that its head is gone.
"""

from collections.abc import Mapping
from typing import Any

from agent_messaging.work_orders.item import HEAD, OFFER


def left_by(record: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The order of a stream's record, and the parts to remove.

    Raises:
        KeyError, TypeError: it is no record of this table.
    """
    image = record["dynamodb"]
    work_order_id, part = image["Keys"]["work_order_id"]["S"], image["Keys"]["part"]["S"]
    is_removal = record["eventName"] == "REMOVE" and part == HEAD
    has_offer = is_removal and "offer_bytes" in image["OldImage"]
    return work_order_id, [OFFER] if has_offer else []
