"""Operations that no agent asks for: batches of stream records, and pages without a key."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from agent_messaging.storage.table import encode
from benchmarks import heard
from local.in_process.functions import app
from local.in_process.metering import Change
from local.in_process.runtime import Context

BATCH = 100  # records that the projector gets at most
OFFER = {"description": "x" * 60 * 1024, "requirements": {"all": "x" * 40 * 1024}}  # 100 KB
PAGES = ("/docs", "/openapi.json", "/llms.txt", "/health", "/docs/errors/{code}")

Operation = tuple[str, Callable[[], Any]]


def streams(workload: Any) -> Iterator[Operation]:
    """Yield batches of the streams: one record alone, as many as a batch has, and an old offer."""
    number = itertools.count(1)

    def batch(group: str, changes: Sequence[Change], name: str) -> Callable[[], Any]:
        records = [heard.record_of(change, next(number), name) for change in changes]
        return lambda: app(group).handler({"Records": records}, Context())

    message, order = _message(workload), _order(workload)
    yield "count one message", batch("projector", [message], "INSERT")
    yield f"count {BATCH} messages", batch("projector", [message] * BATCH, "INSERT")
    yield "count one order", batch("projector", [order], "INSERT")
    removed = order._replace(before=order.after, after=None)
    yield "purge one order, 100 KB", batch("work_orders_purge", [removed], "REMOVE")


def pages() -> Iterator[Operation]:
    """Yield the pages that need no key, as a browser gets them."""
    for page in PAGES:
        yield page, _request(page)


def _request(page: str) -> Callable[[], Any]:
    event = {
        "routeKey": f"GET {page}",
        "headers": {"accept-encoding": "gzip", "accept": "text/html"},
        "pathParameters": {"code": "invalid"},
        "requestContext": {"requestId": "x", "domainName": "api.example.com"},
    }
    return lambda: app("docs").handler(event, Context())


def _message(workload: Any) -> Change:
    sent = workload.send("nova", "boots")
    key = {"recipient_id": "boots", "message_id": sent["message_id"]}
    item = workload.cloud.read("AgentMessagesTable", **key) or {}
    return Change("AgentMessagesTable", encode(key), None, encode(item))


def _order(workload: Any) -> Change:
    order_id = workload.offer(**OFFER)
    head = workload.cloud.head(order_id)
    key = {"work_order_id": order_id, "part": "head"}
    return Change("WorkOrdersTable", encode(key), None, encode(head))
