"""Connections to the WebSocket API of a template in this process, without a network or threads.

    socket = cloud.sockets.connect(headers={"Authorization": f"Bearer {key}"})
    socket = cloud.sockets.connect(query={"ticket": ticket})
    socket = cloud.sockets.connect(context={"agent_id": "nova", "key_id": "k1", "epoch": "1"})
    socket.send(action="resume")        the function of the route runs now
    socket.frames                       everything that the connection has got, as JSON, in order
    socket.closed                       the code with which it ended, None while it is open
    socket.end()                        the client hangs up

What functions post with a client for `apigatewaymanagementapi` arrives in `frames`, unless the
client has an endpoint on this machine: there, a server has the connections. `sockets.lose_posts`
lets posts fail.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.client import BaseClient

from local.clock import Clock
from local.in_process.runtime import run_now
from local.moto_replace import replace
from local.sockets.connections import Connection, GoneError, PayloadTooLargeError
from local.sockets.events import Handshake
from local.sockets.model import SocketApi
from local.sockets.service import Outcome, SocketService

Invoke = Callable[[str, dict[str, Any]], Any]
DOMAIN, SOURCE_IP = "socket.example.com", "192.0.2.1"
NO_STATUS = 1005
SERVICE = "apigatewaymanagementapi"
LOOPBACK = "//127.0.0.1:"
CALL = "_make_api_call"  # what all methods of a client end in


class FunctionClock(Clock):
    """The clock that the functions read."""

    def now(self) -> Any:
        """Return `agent_messaging.clock.now()`."""
        from agent_messaging import clock  # noqa: PLC0415 - the layer may not be importable yet

        return clock.now()


class Socket:
    """A connection, as its client sees it."""

    def __init__(self, service: SocketService, connection: Connection) -> None:
        self.frames: list[Any] = []
        self.closed: int | None = None
        self._service = service
        self._connection = connection
        service.connections.open(connection, Transport(self))

    @property
    def id(self) -> str:
        """The connection's id."""
        return self._connection.id

    def send(self, raw: str | None = None, **frame: Any) -> Outcome:
        """Send a frame: a text as it is, or these members as JSON; what became of it."""
        if self.closed is not None:
            raise GoneError
        text = json.dumps(frame) if raw is None else raw
        outcome: Outcome = run_now(self._service.receive(self._connection, text))
        if outcome.reply is not None and self.closed is None:
            self.frames.append(json.loads(outcome.reply))
        return outcome

    def take(self) -> list[Any]:
        """The frames since this was last asked."""
        taken, self.frames = self.frames, []
        return taken

    def end(self, code: int = NO_STATUS, reason: str = "", *, is_told: bool = True) -> None:
        """End the connection; without `is_told`, $disconnect is never called, as AWS may do."""
        if self.closed is None:
            self.closed = code
            if is_told:
                run_now(self._service.disconnect(self._connection, code, reason))
            self._service.connections.forget(self._connection)


class Transport:
    """Puts what functions post into the frames of a socket."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        """Deliver a frame."""
        self._socket.frames.append(json.loads(text))

    async def close(self, code: int, reason: str) -> None:
        """End the connection."""
        self._socket.end(code, reason)


class Sockets:
    """The WebSocket API over functions in this process. The newest one gets what they post."""

    newest: Sockets | None = None

    def __init__(self, api: SocketApi, invoke: Invoke, *, is_open_mode: bool = False) -> None:
        async def call(name: str, event: dict[str, Any]) -> Any:
            return invoke(name, event)

        self.service = SocketService(api, call, clock=FunctionClock(), is_open_mode=is_open_mode)
        self.lose_posts: Callable[[str], bool] = lambda _connection_id: False
        """Whether a post to a connection fails with a 500, after it has not arrived."""
        Sockets.newest = self
        answer_posts()

    def connect(
        self,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        context: Mapping[str, str] | None = None,
    ) -> Socket:
        """Open a connection; with `context` as if the authorizer had answered it.

        Raises:
            HandshakeRefusedError: the authorizer, or $connect, refused.
        """
        sent = {"Host": DOMAIN, "User-Agent": "test", **(headers or {})}
        handshake = Handshake(tuple(sent.items()), tuple((query or {}).items()), SOURCE_IP)
        connection = run_now(self.service.connect(handshake, context))
        return Socket(self.service, connection)

    def act(self, operation: str, connection_id: str, data: Any) -> dict[str, Any]:
        """What a call of the management API does. Raises GoneError, PayloadTooLargeError."""
        connections = self.service.connections
        match operation:
            case "PostToConnection":
                raw = data.encode() if isinstance(data, str) else bytes(data)
                run_now(connections.post(connection_id, raw))
                return {}
            case "DeleteConnection":
                run_now(connections.delete(connection_id))
                return {}
        found = connections.get(connection_id)
        identity = {"SourceIp": found.place.source_ip, "UserAgent": found.place.user_agent}
        return {
            "ConnectedAt": found.place.connected_at,
            "Identity": identity,
            "LastActiveAt": found.last_active_at,
        }


_call: Callable[..., Any] = getattr(BaseClient, CALL)


def answer_posts() -> None:
    """Let clients for connections reach the newest `Sockets` instead of a network."""
    if getattr(BaseClient, CALL) is _call:
        replace(BaseClient, CALL, _answered)


def _answered(client: Any, operation: str, request: dict[str, Any]) -> Any:
    sockets = Sockets.newest
    is_other = client.meta.service_model.service_name != SERVICE
    if is_other or sockets is None or LOOPBACK in client.meta.endpoint_url:
        return _call(client, operation, request)
    connection_id = request["ConnectionId"]
    if operation == "PostToConnection" and sockets.lose_posts(connection_id):
        raise client.exceptions.ClientError(_error(500, "InternalServerError"), operation)
    try:
        return sockets.act(operation, connection_id, request.get("Data", b""))
    except GoneError as error:
        raise client.exceptions.GoneException(_error(410, "GoneException"), operation) from error
    except PayloadTooLargeError as error:
        refused = _error(413, "PayloadTooLargeException")
        raise client.exceptions.PayloadTooLargeException(refused, operation) from error


def _error(status: int, code: str) -> dict[str, Any]:
    return {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
