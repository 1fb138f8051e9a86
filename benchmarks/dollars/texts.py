"""The dollars of the operations of `sizes`, by the size of their text."""

from collections.abc import Iterator

from benchmarks import sizes
from benchmarks.dollars.bills import BUSY, Bill, Counts, request

# The function of an operation, and the one of `workload` whose instructions stand for its own. The
# instructions that a longer text needs are not counted.
OPERATIONS = {
    "ping": ("MessagingFunction", "ping"),
    "send": ("MessagingFunction", "send"),
    "send, with a key": ("MessagingFunction", "send, with a key"),
    "reply": ("MessagingFunction", "send, a reply"),
    "message": ("MessagingFunction", "message"),
    "mark-read": ("MessagingFunction", "mark-read"),
    "inbox page of 20": ("MessagingFunction", "inbox page of 20 × 400 B and its total"),
    "sent page of 20": ("MessagingFunction", "sent"),
    "create order": ("WorkOrdersFunction", "create order"),
    "accept": ("WorkOrdersFunction", "accept"),
    "complete": ("WorkOrdersFunction", "complete"),
    "work-order": ("WorkOrdersFunction", "work-order"),
    "work-orders page of 20": ("WorkOrdersFunction", "work-orders"),
}


def bill(counts: Counts, operation: str, size: str) -> Bill:
    """Return the dollars of an operation with a text of this size."""
    function, like = OPERATIONS[operation]
    return request(counts, counts.need(f"{operation}, {size}", function, like), BUSY)


def bills(counts: Counts) -> Iterator[tuple[str, Bill]]:
    """Yield each operation at each size, and its dollars."""
    for size in sizes.SIZES:
        for operation in OPERATIONS:
            yield f"{operation}, {size}", bill(counts, operation, size)
