"""The WebSocket API in this process: connect, send frames, and what each client received.

`Management` stands for API Gateway's calls to connections. It records posts in order, and can
answer as closed, with errors, or not at all.
"""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from agent_messaging import clock
from agent_messaging.door.socket import ANSWERING
from local.in_process.functions import app
from local.in_process.runtime import Context
from tests.integration.cloud import Cloud

ARN = "arn:aws:execute-api:us-east-1:123456789012:socketsapi/live/$connect"
GONE, SERVER_ERROR, THROTTLED = 410, 500, 429
POSTING = ("sockets", "agents")  # the functions that post to connections

_numbers = itertools.count(1)


@dataclass
class Management:
    """API Gateway's management of connections, with what boto3 would raise."""

    open: set[str] = field(default_factory=set)
    posts: list[tuple[str, str]] = field(default_factory=list)
    received: defaultdict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    closed: list[str] = field(default_factory=list)
    faults: defaultdict[str, list[int | None]] = field(default_factory=lambda: defaultdict(list))
    before: Callable[[str, dict[str, Any]], None] = lambda *_: None

    def fail(self, connection_id: str, *answers: int | None) -> None:
        """Let the next calls for a connection answer these statuses. None is no answer."""
        self.faults[connection_id] += answers

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> dict[str, Any]:  # noqa: N803
        frame = json.loads(Data)
        self.before(ConnectionId, frame)
        self._answer("PostToConnection", ConnectionId)
        self.posts.append((ConnectionId, frame["frame"]))
        self.received[ConnectionId].append(frame)
        return {}

    def delete_connection(self, *, ConnectionId: str) -> dict[str, Any]:  # noqa: N803
        self._answer("DeleteConnection", ConnectionId)
        self.open.discard(ConnectionId)
        self.closed.append(ConnectionId)
        return {}

    def _answer(self, operation: str, connection_id: str) -> None:
        faults = self.faults[connection_id]
        status = faults.pop(0) if faults else (200 if connection_id in self.open else GONE)
        if status is None:
            raise ReadTimeoutError(endpoint_url="https://example.com")
        if status >= 400:
            answer: Any = {
                "Error": {"Code": str(status)},
                "ResponseMetadata": {"HTTPStatusCode": status},
            }
            raise ClientError(answer, operation)


@contextmanager
def opened(cloud: Cloud) -> Iterator[Sockets]:
    """The WebSocket API of a cloud. Afterwards, the functions have clients of their own again."""
    try:
        yield Sockets(cloud)
    finally:
        for group in POSTING:
            app(group).connections._client = None


class Sockets:
    """The WebSocket API of a cloud: its authorizer, its function, its connections."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.management = Management()
        for group in POSTING:
            app(group).connections._client = self.management

    def authorize(
        self, key: str | None = None, ticket: str | None = None, **headers: str
    ) -> dict[str, str] | None:
        """What the authorizer vouches for, as the gateway hands it on. None if it refuses."""
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        event = {
            "type": "REQUEST",
            "methodArn": ARN,
            "headers": headers,
            "queryStringParameters": None if ticket is None else {"ticket": ticket},
            "requestContext": {"eventType": "CONNECT", "requestId": f"request-{next(_numbers)}"},
        }
        answer = app("sockets_authorizer").handler(event, Context())
        (statement,) = answer["policyDocument"]["Statement"]
        assert statement["Action"] == "execute-api:Invoke"
        assert statement["Resource"] == ARN
        assert (statement["Effect"] == "Allow") == ("context" in answer)
        if "context" not in answer:
            return None
        return {name: str(value) for name, value in answer["context"].items()}

    def connect(self, vouched: Mapping[str, Any], connected_at: datetime | None = None) -> Socket:
        """A new connection of whom the authorizer vouches for."""
        socket = Socket(
            self,
            f"connection-{next(_numbers)}=",
            {name: str(value) for name, value in vouched.items()},
            connected_at or clock.now(),
        )
        assert socket.event("$connect", "CONNECT") == {"statusCode": 200}
        self.management.open.add(socket.connection_id)
        return socket

    def listeners(self, agent_id: str) -> list[str]:
        """The ids of the connections that get an agent's events."""
        items = self.cloud.items("AgentFeedTable")
        return sorted(
            each["entry"].removeprefix("z#ws#")
            for each in items
            if each["agent_id"] == agent_id and each["entry"].startswith("z#ws#")
        )


@dataclass(frozen=True)
class Socket:
    """One connection."""

    sockets: Sockets
    connection_id: str
    vouched: Mapping[str, str]
    connected_at: datetime

    @property
    def received(self) -> list[dict[str, Any]]:
        """The frames that the client got, in order."""
        return self.sockets.management.received[self.connection_id]

    @property
    def is_open(self) -> bool:
        return self.connection_id in self.sockets.management.open

    def take(self) -> list[dict[str, Any]]:
        """The frames since this was last called."""
        taken = list(self.received)
        self.received.clear()
        return taken

    def send(self, action: str, **fields: Any) -> list[dict[str, Any]]:
        """Send a frame, and return the frames that the client got meanwhile."""
        return self.send_text(json.dumps({"action": action, **fields}))

    def send_text(self, body: str, **overrides: Any) -> list[dict[str, Any]]:
        result = self.event(self._route(body), "MESSAGE", body=body, **overrides)
        if "body" in result:
            self.received.append(json.loads(result["body"]))
        return self.take()

    def _route(self, body: str) -> str:
        """The route that `$request.body.action` selects."""
        try:
            action = json.loads(body)["action"]
        except (ValueError, TypeError, KeyError, RecursionError):
            return "$default"
        known = ("resume", "ack", "ping", "typing", "subscribe", "unsubscribe")
        return action if action in known else "$default"

    def disconnect(self) -> None:
        """The client closes the connection."""
        self.sockets.management.open.discard(self.connection_id)
        assert self.event("$disconnect", "DISCONNECT") == {"statusCode": 200}

    def event(self, route: str, kind: str, **members: Any) -> dict[str, Any]:
        """Hand an event to the function, and return its result."""
        context = members.pop("context", Context(25_000))
        event = {
            "requestContext": {
                "routeKey": route,
                "eventType": kind,
                "connectionId": self.connection_id,
                "connectedAt": int(self.connected_at.timestamp() * 1000),
                "requestId": f"request-{next(_numbers)}",
                "domainName": "socketsapi.execute-api.us-east-1.amazonaws.com",
                "stage": "live",
                "apiId": "socketsapi",
                "authorizer": {**self.vouched, "principalId": self.vouched.get("agent_id", "")},
            },
            "isBase64Encoded": False,
            **members,
        }
        result: dict[str, Any] = app("sockets").handler(event, context)
        assert set(result) <= {"statusCode", "body"}
        assert "body" not in result or route in ANSWERING
        return result


def resumed(sockets: Sockets, vouched: Mapping[str, Any]) -> Socket:
    """A new connection that gets the agent's events, and has its frames so far behind it."""
    socket = sockets.connect(vouched)
    socket.send("resume")
    return socket
