"""Serve the WebSocket API behind an ASGI server, with the limits of API Gateway.

A binary frame closes the connection with 1003. So do 10 minutes without a frame, and two hours in
all, with 1001. The frames of WebSocket's own pings do not count. `LIMITS` tells uvicorn the largest
frame and the largest message. More closes the connection with 1009.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html

The frames of a connection run at the same time, as on AWS, but not more than `FRAMES_AT_ONCE`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from local import origin, refusals
from local.asgi import Receive, Scope, Send, raw_path
from local.clock import Clock
from local.origin import Trusted
from local.sockets import lines
from local.sockets.connections import Connection, GoneError
from local.sockets.handshake import handshake_of
from local.sockets.service import HandshakeRefusedError, SocketService

MAX_MESSAGE_BYTES, MAX_FRAME_BYTES = 128 * 1024, 32 * 1024
LIMITS = (MAX_MESSAGE_BYTES, MAX_FRAME_BYTES)
IDLE = timedelta(minutes=10)
LONGEST = timedelta(hours=2)
FRAMES_AT_ONCE = 32
GOING_AWAY, UNSUPPORTED, NO_STATUS = 1001, 1003, 1005


class AsgiTransport:
    """Sends frames through an ASGI server."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def send(self, text: str) -> None:
        """Send a frame. Raises GoneError."""
        await self._pass_on({"type": "websocket.send", "text": text})

    async def close(self, code: int, reason: str) -> None:
        """Close the connection. Raises GoneError."""
        await self._pass_on({"type": "websocket.close", "code": code, "reason": reason})

    async def _pass_on(self, message: dict[str, Any]) -> None:
        try:
            await self._send(message)
        except (OSError, RuntimeError) as error:  # uvicorn: the client has gone, or close was sent
            raise GoneError from error


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
            lines.refused(scope, HTTPStatus.FORBIDDEN, started, "-", "no stage of this path")
            return
        try:
            connection = await service.connect(handshake_of(scope))
        except HandshakeRefusedError as refusal:
            body = json.dumps({"message": refusal.message}).encode()
            await _refuse(send, refusal.status, body)
            lines.refused(scope, refusal.status, started, refusal.function, str(refusal))
            return
        await _Session(service, connection, self._clock, send).run(scope, receive, started)


class _Session:
    """One connection after its handshake was allowed."""

    def __init__(
        self, service: SocketService, connection: Connection, clock: Clock, send: Send
    ) -> None:
        self._service = service
        self._connection = connection
        self._clock = clock
        self._send = send
        self._transport = AsgiTransport(send)
        self._free = asyncio.Semaphore(FRAMES_AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()
        self._closed: tuple[int, str] | None = None
        """The code and the reason, if the server closes the connection."""

    async def run(self, scope: Scope, receive: Receive, started: float) -> None:
        code, reason = NO_STATUS, ""
        expiry: asyncio.Task[None] | None = None
        try:
            await self._send({"type": "websocket.accept"})
            self._service.connections.open(self._connection, self._transport)
            lines.connected(scope, self._connection, started)
            expiry = asyncio.create_task(self._expire())
            code, reason = await self._serve(receive)
        except OSError:  # uvicorn: the client has gone
            pass
        finally:
            if expiry is not None:
                expiry.cancel()
            await self._end(*(self._closed or (code, reason)))

    async def _serve(self, receive: Receive) -> tuple[int, str]:
        """Take frames until the connection ends. Return the code and the reason of the end."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return int(message.get("code") or NO_STATUS), str(message.get("reason") or "")
            if message.get("text") is None:
                await self._close(UNSUPPORTED, "binary frames are not supported")
                continue
            await self._free.acquire()
            task = asyncio.create_task(self._frame(message["text"]))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _frame(self, text: str) -> None:
        started = time.perf_counter()
        try:
            outcome = await self._service.receive(self._connection, text)
            if outcome.reply is not None:
                with contextlib.suppress(GoneError):
                    await self._connection.send(outcome.reply)
        finally:
            self._free.release()
        lines.frame(self._connection, outcome, started)

    async def _close(self, code: int, reason: str) -> None:
        if self._closed is None:
            self._closed = code, reason
            with contextlib.suppress(GoneError):
                await self._connection.close(code, reason)

    async def _expire(self) -> None:
        """Close the connection when it was idle or open for too long."""
        while True:
            now, connection = self._clock.now(), self._connection
            idle_at = connection.last_active_at + IDLE
            ends_at = connection.place.connected_at + LONGEST
            if now >= ends_at:
                await self._close(GOING_AWAY, "open for 2 hours")
                return
            if now >= idle_at:
                await self._close(GOING_AWAY, "idle for 10 minutes")
                return
            await self._clock.sleep((min(idle_at, ends_at) - now).total_seconds())

    async def _end(self, code: int, reason: str) -> None:
        failure = await self._service.disconnect(self._connection, code, reason)
        lines.closed(self._connection, code, reason, failure)


async def _refuse(send: Send, status: int, body: bytes) -> None:
    """Answer a handshake with a status and a body."""
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    start = {"type": "websocket.http.response.start", "status": int(status), "headers": headers}
    with contextlib.suppress(OSError):
        await send(start)
        await send({"type": "websocket.http.response.body", "body": body})
