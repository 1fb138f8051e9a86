"""Serve the WebSocket API behind an ASGI server, with the limits of API Gateway.

`LIMITS` tells uvicorn the largest message and frame. More closes a connection with 1009.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

from __future__ import annotations

import contextlib
import json
import time
from http import HTTPStatus

from local import origin, refusals
from local.asgi import Receive, Scope, Send, raw_path
from local.clock import Clock
from local.origin import Trusted
from local.sockets import lines
from local.sockets.handshake import handshake_of
from local.sockets.service import HandshakeRefusedError, SocketService
from local.sockets.session import Session

MAX_MESSAGE_BYTES, MAX_FRAME_BYTES = 128 * 1024, 32 * 1024
LIMITS = (MAX_MESSAGE_BYTES, MAX_FRAME_BYTES)


class Door:
    """The ASGI application for WebSocket connections."""

    def __init__(
        self,
        service: SocketService | None,
        *,
        clock: Clock,
        trusted: Trusted = origin.NOBODY_ELSE,
    ) -> None:
        self.service = service
        """None if the template has no WebSocket API."""
        self._clock = clock
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection from its handshake to its end."""
        await receive()  # websocket.connect
        started = time.perf_counter()
        service = self.service
        if distrust := origin.distrust(dict(scope["headers"]), self._trusted):
            answer = refusals.distrusted(distrust, "-")
            await _refuse(send, answer.status, answer.body)
            lines.refused(scope, answer.status, started, "-", distrust.detail)
            return
        if service is None or raw_path(scope).rstrip("/") != f"/{service.api.stage}":
            await _refuse(send, HTTPStatus.FORBIDDEN, b'{"message":"Forbidden"}')
            lines.refused(scope, HTTPStatus.FORBIDDEN, started, "-", "no WebSocket at this path")
            return
        try:
            connection = await service.connect(handshake_of(scope))
        except HandshakeRefusedError as refusal:
            body = json.dumps({"message": refusal.message}).encode()
            await _refuse(send, refusal.status, body)
            lines.refused(scope, refusal.status, started, refusal.function, str(refusal))
            return
        await Session(service, connection, self._clock, send).run(scope, receive, started)


async def _refuse(send: Send, status: int, body: bytes) -> None:
    """Answer a handshake with a status and a body."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    start = {"type": "websocket.http.response.start", "status": int(status), "headers": headers}
    with contextlib.suppress(OSError):
        await send(start)
        await send({"type": "websocket.http.response.body", "body": body})
