"""The differences between the last release and this code that are wanted, each with its reason.

A difference that is not here fails the tests. So does an entry that no longer occurs: remove it
then, at the latest with the next release.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.releases.comparison import Difference

EVERYWHERE = "*"


@dataclass(frozen=True)
class Wanted:
    """A difference at one place: see `comparison.Difference`. `where` may be EVERYWHERE."""

    where: str
    pointer: str
    reason: str

    def covers(self, difference: Difference) -> bool:
        """Return whether this is the difference."""
        is_there = self.where in (EVERYWHERE, difference.where)
        return is_there and self.pointer == difference.pointer


ORDER = "/api/v1/messaging/work-order/{work_order_id}"
ONE_ORDER = f"GET {ORDER}"
ORDER_LIST = "GET /api/v1/messaging/work-orders"
IS_FINAL = "A new field of orders, which the server computes from the status and does not store."
RECEIPT = "A new field of messages, which the server computes for their sender."
MESSAGE_LISTS = ("inbox", "sent", "threads/{thread_id}")
ADDED = "The release leaves it when it answers a request. It is read only while a request waits."
LEASE = "A new field of orders, about leases, questions and overdue orders."
LEASES = (
    *("lease_seconds", "lease_expires_at", "lapses", "overdue_at", "progress", "generation"),
    *("question_id", "answer_by", "questions", "asked_at", "answered_at", "updated_at"),
)
OFFERED = "A new field of orders, about candidates, children, dependencies and schemas."
OFFERS = (
    *("offer", "capability", "priority", "bids_by", "price_usd", "reopened_at"),
    *("parent_id", "depends_on", "is_ready", "result_schema"),
)
QUOTED = "A notification also quotes questions and answers."
ENDED = "Orders say who ended them, and why if it was the system."

WANTED: tuple[Wanted, ...] = (
    Wanted(EVERYWHERE, "/body/type", "it is now the path of a page that explains the code"),
    Wanted(EVERYWHERE, "/body/fix", "it now names what to change, for a person and a program"),
    Wanted(ONE_ORDER, "/body/is_final", IS_FINAL),
    Wanted(ORDER_LIST, "/body/work_orders/*/is_final", IS_FINAL),
    *(
        Wanted(f"POST {ORDER}/{action}", "/body/is_final", IS_FINAL)
        for action in ("respond", "complete", "cancel", "fail")
    ),
    Wanted(ONE_ORDER, "/body/reason_code", ENDED),
    Wanted(ONE_ORDER, "/body/ended_by", ENDED),
    Wanted(ORDER_LIST, "/body/work_orders/*/reason_code", ENDED),
    Wanted(ORDER_LIST, "/body/work_orders/*/ended_by", ENDED),
    Wanted(
        "POST /api/v1/messaging/heartbeat",
        "/body/feed_position",
        "A heartbeat tells the newest position of the feed, which the release does not have.",
    ),
    *(
        Wanted(f"GET /api/v1/messaging/{each}", "/body/messages/*/receipt", RECEIPT)
        for each in MESSAGE_LISTS
    ),
    Wanted("GET /api/v1/messaging/messages/{message_id}", "/body/receipt", RECEIPT),
    Wanted("GET /api/v1/messaging/contacts", "/body/contacts/*/request/receipt", RECEIPT),
    Wanted("GET /api/v1/messaging/contacts/{contact_id}", "/body/request/receipt", RECEIPT),
    Wanted("ContactsTable", "/request_added", ADDED),
    *(Wanted(ONE_ORDER, f"/body/{name}", OFFERED) for name in OFFERS),
    *(Wanted(ORDER_LIST, f"/body/work_orders/*/{name}", OFFERED) for name in OFFERS),
    Wanted("POST /api/v1/messaging/work-order", "/body/offer", OFFERED),
    *(Wanted(ONE_ORDER, f"/body/{name}", LEASE) for name in LEASES),
    *(Wanted(ORDER_LIST, f"/body/work_orders/*/{name}", LEASE) for name in LEASES),
    Wanted(
        "POST /api/v1/messaging/heartbeat",
        "/body/input_required_work_orders",
        "A heartbeat counts the questions that wait for the caller.",
    ),
    *(
        Wanted("GET /api/v1/messaging/inbox", f"/body/messages/*/untrusted/{name}", QUOTED)
        for name in ("question", "answer")
    ),
    *(
        Wanted(
            "work_orders_sweep", f"/{name}", "The sweep also ends leases, and tells of deadlines."
        )
        for name in ("lapsed", "overdue")
    ),
    Wanted("work_orders_sweep", "/settled", "The sweep also settles children and dependents."),
    Wanted(
        "GET /api/v1/messaging/stats",
        "/body/platform/work_orders_by_status/input_required",
        "A new status of orders.",
    ),
    Wanted("work_orders_sweep", "/ended", "The sweep also ends the orders of agents that left."),
)
