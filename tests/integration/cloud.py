"""The template in one process: its tables in moto, its functions from their folders, and a client.

A call goes through a payload-2.0 event, as API Gateway would send it, to the function whose route
the template declares. Every answer is held against what all answers have in common, and every call
to DynamoDB is recorded; a Scan fails the test that caused it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from local.routing import Routes
from tests.integration.functions import TEMPLATE, Context, app, forget
from tests.integration.gateway import BASE, Answer, checked, event_of
from tests.integration.recorder import RECORDER, Call, Fault, is_flush
from tests.integration.tables import Tables
from tests.logs import JOURNAL

ROUTES = Routes(TEMPLATE.routes)
OPEN = {"mode": "open"}


@dataclass(frozen=True)
class Agent:
    """A registered agent; `keyed` is what an authorizer says of its first key."""

    agent_id: str
    name: str
    keyed: dict[str, Any]


class Cloud(Tables):
    """Empty tables, and a client over the functions."""

    def __init__(self) -> None:
        super().__init__()
        RECORDER.reset()
        forget()

    # --- over HTTP

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | str = "",
        body: Any = None,
        *,
        caller: Mapping[str, Any] | None = OPEN,
        raw: str | bytes | None = None,
        content_type: str | None = "application/json",
        key: str | None = None,
        milliseconds: int = 50_000,
        **overrides: Any,
    ) -> Answer:
        """One request. `caller` is the authorizer's context, `key` the Idempotency-Key.

        The function has `milliseconds` left; `overrides` replace members of the event.
        """
        if body is not None:
            raw = json.dumps(body)
        event = event_of(method, path, raw=raw, content_type=content_type)
        if key is not None:
            event["headers"]["idempotency-key"] = key
        event["rawQueryString"] = query if isinstance(query, str) else urlencode(query)
        if caller is not None:
            event["requestContext"]["authorizer"] = {"lambda": dict(caller)}
        match = ROUTES.match(method, BASE + path.replace("%", "%25"))
        event["routeKey"] = event["requestContext"]["routeKey"] = f"{method} {match.route.path}"
        event["pathParameters"] = dict(match.parameters)
        event |= overrides
        group = TEMPLATE.functions[match.route.function].code.name
        JOURNAL.sent(raw, event["headers"])
        result = app(group).handler(event, Context(milliseconds))
        answer = checked(result, event["requestContext"]["requestId"])
        JOURNAL.answered(answer.text, is_logged=answer.status >= 400)
        return answer

    def get(self, path: str, query: Mapping[str, Any] | str = "", **options: Any) -> Answer:
        return self.call("GET", path, query, **options)

    def post(
        self, path: str, query: Mapping[str, Any] | str = "", body: Any = None, **options: Any
    ) -> Answer:
        return self.call("POST", path, query, body, **options)

    # --- what most tests begin with

    def register(self, agent_id: str, **profile: Any) -> Agent:
        profile = {"name": agent_id.title(), **profile}
        answer = self.post("/agents/register", body={"agent_id": agent_id, **profile})
        assert answer.status == 201, answer.text
        keyed = {"agent_id": agent_id, "key_id": answer.json["key_id"], "epoch": 1}
        return Agent(agent_id, profile["name"], keyed)

    def send(self, sender: str, recipient: str, **message: Any) -> dict[str, Any]:
        """A message that was sent: the answer's body."""
        body = {"to_agent_id": recipient, "body": "Want to collaborate?", **message}
        answer = self.post("/messaging/send", {"from_agent_id": sender}, body)
        assert answer.status == 200, answer.text
        return answer.json

    def inbox(self, agent_id: str, **query: Any) -> dict[str, Any]:
        answer = self.get("/messaging/inbox", {"agent_id": agent_id, **query})
        assert answer.status == 200, answer.text
        return answer.json

    def offer(self, client: str, worker: str, **order: Any) -> str:
        """A pending work order: its id."""
        body = {
            "to_agent_id": worker,
            "title": "Estimates",
            "description": "Fifty of them",
            **order,
        }
        answer = self.post("/messaging/work-order", {"from_agent_id": client}, body)
        assert answer.status == 200, answer.text
        return answer.json["work_order_id"]

    def move(self, agent_id: str, work_order_id: str, action: str, **body: Any) -> Answer:
        """One transition; `accept` and `reject` are those of `respond`."""
        if action in ("accept", "reject"):
            action, body = "respond", {"action": action, **body}
        path = f"/messaging/work-order/{work_order_id}/{action}"
        return self.post(path, {"agent_id": agent_id}, body)

    def order(self, agent_id: str, work_order_id: str) -> dict[str, Any]:
        answer = self.get(f"/messaging/work-order/{work_order_id}", {"agent_id": agent_id})
        assert answer.status == 200, answer.text
        return answer.json

    def profile(self, agent_id: str) -> dict[str, Any]:
        answer = self.get("/agents/me", {"agent_id": agent_id})
        assert answer.status == 200, answer.text
        return answer.json

    def pages(self, path: str, query: Mapping[str, Any], **options: Any) -> Iterator[Any]:
        """Every page of a list, up to the one that ends it."""
        cursor: dict[str, str] = {}
        while True:
            answer = self.get(path, {**query, **cursor}, **options)
            assert answer.status == 200, answer.text
            yield answer.json
            if answer.json["next_cursor"] is None:
                return
            cursor = {"cursor": answer.json["next_cursor"]}

    def sweep(self, milliseconds: int = 50_000) -> int:
        """What the schedule does: how many orders it marked expired."""
        return app("work_orders_sweep").handler({}, Context(milliseconds))["expired"]

    # --- between the functions and DynamoDB

    def fail(self, operation: str, times: int, error: Mapping[str, Any]) -> None:
        """Let the next `times` calls of an operation fail with `error`."""
        RECORDER.faults.append(Fault(operation, times, dict(error)))

    def cost(self) -> list[Call]:
        """The calls to DynamoDB since this was last asked, without those of the meter.

        The meter's come once in 50 units, whichever request that is (tests/integration/meter).
        """
        calls = [each for each in RECORDER.calls if not is_flush(each.operation, each.request)]
        RECORDER.calls.clear()
        return calls
