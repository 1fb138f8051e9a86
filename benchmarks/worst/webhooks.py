"""Prepare the requests about webhooks: a full list of deliveries, with the longest events."""

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.worst.stage import LINE, Call, Stage

PATH = "/messaging/webhooks"
HOOK = f"{PATH}/{{webhook_id}}"
DELIVERIES = 100
EVENT = '{"data":{"body":"' + "x" * 900 + '"}}'


def _webhook(stage: Stage) -> str:
    body = {"url": "https://hooks.example.com/agent", "description": LINE}
    made: str = stage.call("POST", PATH, body).json["webhook_id"]
    return made


def _deliveries(webhook_id: str) -> str:
    """Store a page of the longest deliveries, and return the id of the newest."""
    from agent_messaging import clock, ids  # noqa: PLC0415 - within moto
    from agent_messaging.webhooks.job import Job  # noqa: PLC0415
    from local.in_process.functions import app  # noqa: PLC0415

    table, now = app("webhooks").deliveries.deliveries, clock.now()
    for _ in range(DELIVERIES):
        event_id = ids.new("evt", now)
        job = Job(
            webhook_id=webhook_id, event_id=event_id, agent_id="nova", slot="hook#1", event=EVENT
        )
        delivery = table.create_due(job, now, now)
    newest: str = delivery.delivery_id
    return newest


def _call(method: str, path: str, body: Any = None, **query: Any) -> Callable[[Stage], Call]:
    """Prepare a call about a webhook that has a page of deliveries."""

    def prepared(stage: Stage) -> Call:
        webhook_id = _webhook(stage)
        delivery_id = _deliveries(webhook_id)
        own = path.format(webhook_id=webhook_id, delivery_id=delivery_id)
        return lambda: stage.call(method, own, body, query=query)

    return prepared


NEW_URL = {"url": "https://hooks.example.com/another", "description": LINE}
WEBHOOKS: Mapping[str, Callable[[Stage], Call]] = {
    f"POST {PATH}": _call("POST", PATH, NEW_URL),
    f"GET {PATH}": _call("GET", PATH),
    f"GET {HOOK}": _call("GET", HOOK),
    f"PATCH {HOOK}": _call("PATCH", HOOK, NEW_URL),
    f"DELETE {HOOK}": _call("DELETE", HOOK),
    f"POST {HOOK}/rotate-secret": _call("POST", f"{HOOK}/rotate-secret"),
    f"POST {HOOK}/test": _call("POST", f"{HOOK}/test"),
    f"GET {HOOK}/deliveries": _call("GET", f"{HOOK}/deliveries", limit=100),
    f"POST {HOOK}/deliveries/{{delivery_id}}/retry": _call(
        "POST", f"{HOOK}/deliveries/{{delivery_id}}/retry"
    ),
}
