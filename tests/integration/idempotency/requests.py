"""The requests that take an Idempotency-Key, each in a world in which it succeeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.in_process.requests import Answer
from tests.integration.cloud import Cloud
from tests.integration.work_orders.orders import FUTURE


@dataclass(frozen=True)
class Request:
    """One request as it can be repeated, and the same with something else in it."""

    agent_id: str
    path: str
    body: dict[str, Any]
    other_body: dict[str, Any]

    def send(self, cloud: Cloud, key: str | None, **options: Any) -> Answer:
        """Make it; `body` among the options stands for another one."""
        parameter = "from_agent_id" if self.path.count("/") == 2 else "agent_id"
        body = options.pop("body", self.body)
        return cloud.post(self.path, {parameter: self.agent_id}, body, key=key, **options)


def _message(path: str, **fields: Any) -> Callable[[Cloud], Request]:
    def prepare(_cloud: Cloud) -> Request:
        body = {"to_agent_id": "boots", **fields}
        return Request("nova", path, body, {**body, "to_agent_id": "third"})

    return prepare


def _move(agent_id: str, action: str, *, after: tuple[str, ...] = (), **fields: Any) -> Any:
    def prepare(cloud: Cloud) -> Request:
        order_id = cloud.offer("nova", "boots")
        for before in after:
            assert cloud.move("boots", order_id, before).status == 200
        name = "respond" if action in ("accept", "reject") else action
        body = {"action": action} if name == "respond" else {}
        other = {"estimated_completion": FUTURE} if action == "accept" else fields
        path = f"/messaging/work-order/{order_id}/{name}"
        return Request(agent_id, path, body, {**body, **other})

    return prepare


REQUESTS: dict[str, Callable[[Cloud], Request]] = {
    "ping": _message("/messaging/ping", message="Are you there?"),
    "send": _message("/messaging/send", body="Want to collaborate?", metadata={"n": 1.0}),
    "create": _message("/messaging/work-order", title="Estimates", description="Fifty"),
    "accept": _move("boots", "accept"),
    "reject": _move("boots", "reject", rejection_reason="No time."),
    "complete": _move("boots", "complete", after=("accept",), summary="Done."),
    "fail": _move("boots", "fail", after=("accept",), reason="It broke."),
    "cancel": _move("nova", "cancel", reason="Not needed."),
}
