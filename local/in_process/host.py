"""A client over the functions in this process, as API Gateway would call them.

A request becomes an event of payload format 2.0 for the function whose route the template declares.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from local.in_process.functions import TEMPLATE, app, forget, handler
from local.in_process.requests import BASE, Answer, answer_of, event_of
from local.in_process.runtime import Context
from local.in_process.sockets import Sockets
from local.in_process.streams import Streams
from local.in_process.tables import Tables
from local.routing import Routes

ROUTES = Routes(TEMPLATE.routes)
OPEN = {"mode": "open"}
CREATED, OK = 201, 200


class RefusedError(Exception):
    """A request that has to succeed was refused."""


@dataclass(frozen=True)
class Agent:
    """A registered agent; `keyed` is what an authorizer says of its first key."""

    agent_id: str
    name: str
    keyed: dict[str, Any]


class Host(Tables):
    """Empty tables, and a client over the functions."""

    def __init__(self) -> None:
        super().__init__()
        forget()

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
        if match is None:
            raise LookupError(f"no route: {method} {path}")
        event["routeKey"] = event["requestContext"]["routeKey"] = match.route.key
        event["pathParameters"] = dict(match.parameters)
        event |= overrides
        group = TEMPLATE.functions[match.route.function].code.name
        return self.serve(group, event, Context(milliseconds))

    def serve(self, group: str, event: dict[str, Any], context: Context) -> Answer:
        """Hand an event to the function of a folder."""
        return answer_of(app(group).handler(event, context))

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        """Hand an event to a function, by its logical id, as its event source does."""
        return handler(function)(event, Context())

    @functools.cached_property
    def streams(self) -> Streams:
        """The event source mappings of the template's streams."""
        self._expect_moto()
        return Streams(TEMPLATE.streams, self.invoke)

    def pump(self, *tables: str) -> int:
        """Deliver what the streams of some tables hold, or of all, until they are quiet.

        How many records the functions have got.
        """
        return self.streams.pump(*tables)

    @functools.cached_property
    def sockets(self) -> Sockets:
        """The WebSocket API of the template, without a server."""
        if TEMPLATE.sockets is None:
            raise LookupError("the template has no WebSocket API")
        return Sockets(TEMPLATE.sockets, self.invoke)

    def get(self, path: str, query: Mapping[str, Any] | str = "", **options: Any) -> Answer:
        """A GET request."""
        return self.call("GET", path, query, **options)

    def post(
        self, path: str, query: Mapping[str, Any] | str = "", body: Any = None, **options: Any
    ) -> Answer:
        """A POST request."""
        return self.call("POST", path, query, body, **options)

    def register(self, agent_id: str, **profile: Any) -> Agent:
        """A new agent, under its own id."""
        profile = {"name": agent_id.title(), **profile}
        answer = self.post("/agents/register", body={"agent_id": agent_id, **profile})
        _expect(answer, CREATED)
        keyed = {"agent_id": agent_id, "key_id": answer.json["key_id"], "epoch": 1}
        return Agent(agent_id, profile["name"], keyed)

    def send(self, sender: str, recipient: str, **message: Any) -> dict[str, Any]:
        """A message that was sent: the answer's body."""
        body = {"to_agent_id": recipient, "body": "Want to collaborate?", **message}
        answer = self.post("/messaging/send", {"from_agent_id": sender}, body)
        _expect(answer, OK)
        found: dict[str, Any] = answer.json
        return found

    def inbox(self, agent_id: str, **query: Any) -> dict[str, Any]:
        """A page of an agent's inbox."""
        answer = self.get("/messaging/inbox", {"agent_id": agent_id, **query})
        _expect(answer, OK)
        found: dict[str, Any] = answer.json
        return found

    def offer(self, client: str, worker: str, **order: Any) -> str:
        """A pending work order: its id."""
        body = {
            "to_agent_id": worker,
            "title": "Estimates",
            "description": "Fifty of them",
            **order,
        }
        answer = self.post("/messaging/work-order", {"from_agent_id": client}, body)
        _expect(answer, OK)
        return str(answer.json["work_order_id"])


def _expect(answer: Answer, status: int) -> None:
    if answer.status != status:
        raise RefusedError(f"{answer.status} {answer.text}")
