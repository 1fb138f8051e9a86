"""Answer the functions' calls of /@connections/{id}, as API Gateway's management API does.

It listens on a port of its own on 127.0.0.1. Like the tables, it answers tools of this machine and
no web page.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from local import asgi, origin
from local.asgi import ClientGoneError, Receive, RequestTooLargeError, Scope, Send
from local.responses import Response
from local.sockets.connections import Connection, Connections, GoneError, PayloadTooLargeError

MARK = "/@connections/"


class Management:
    """The ASGI application. `connections` returns the open connections, or None without an API."""

    def __init__(self, connections: Callable[[], Connections | None]) -> None:
        self._connections = connections

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            answer = await self._answer(scope, receive)
        except ClientGoneError:
            return
        await asgi.send_response(scope, send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        try:
            body = await asgi.read_body(scope, receive)
        except RequestTooLargeError:
            return _error(413, "PayloadTooLargeException")
        if not origin.is_of_a_tool(dict(scope["headers"])):
            return _error(403, "ForbiddenException")
        _, mark, connection_id = unquote(asgi.raw_path(scope)).rpartition(MARK)
        open_connections = self._connections()
        if not mark or open_connections is None:
            return _error(404, "NotFoundException")
        try:
            return await _act(open_connections, scope["method"], connection_id, body)
        except GoneError:
            return _error(410, "GoneException")
        except PayloadTooLargeError:
            return _error(413, "PayloadTooLargeException")


async def _act(connections: Connections, method: str, connection_id: str, body: bytes) -> Response:
    match method:
        case "POST":
            await connections.post(connection_id, body)
            return Response(200, (), b"")
        case "DELETE":
            await connections.delete(connection_id)
            return Response(204, (), b"")
        case "GET":
            return _json(200, described(connections.get(connection_id)))
    return _error(405, "MethodNotAllowedException")


def described(connection: Connection) -> dict[str, Any]:
    """Return what GET tells about a connection."""
    place = connection.place
    return {
        "connectedAt": _text(place.connected_at),
        "identity": {"sourceIp": place.source_ip, "userAgent": place.user_agent},
        "lastActiveAt": _text(connection.last_active_at),
    }


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _error(status: int, kind: str) -> Response:
    return _json(status, {"message": kind}, ("x-amzn-errortype", kind))


def _json(status: int, document: Any, *headers: tuple[str, str]) -> Response:
    all_headers = (("content-type", "application/json"), *headers)
    return Response(status, all_headers, json.dumps(document).encode())
