"""Operations that no agent asks for: batches of stream records, and pages without a key."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from agent_messaging.docs.pages import PAGES
from agent_messaging.storage.table import encode
from benchmarks import heard
from local.in_process.functions import app
from local.in_process.metering import Change
from local.in_process.runtime import Context

BATCH = 100  # records that the projector gets at most
OFFER = {"description": "x" * 60 * 1024, "requirements": {"all": "x" * 40 * 1024}}  # 100 KB
# The operations that need no key, by their names, and a request that each stands for.
OPEN = {
    **{page.path: f"GET {page.path}" for page in PAGES},
    "no route": "GET /messaging/inbox",
    "preflight": "OPTIONS /api/v1/messaging/inbox",
}
ROUTES = {"no route": "$default", "preflight": "OPTIONS /{proxy+}"}

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
    """Yield the requests that need no key, as a browser sends them."""
    for name, request in OPEN.items():
        yield name, _request(ROUTES.get(name, request), request)


def _request(route: str, request: str) -> Callable[[], Any]:
    method, path = request.split(" ")
    event = {
        "routeKey": route,
        "rawPath": path,
        "headers": {"accept-encoding": "gzip", "accept": "text/html"},
        "pathParameters": {"code": "invalid"},
        "requestContext": {
            "requestId": "x",
            "domainName": "api.example.com",
            "http": {"method": method},
        },
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
