"""Serve one connection behind an ASGI server, after its handshake was allowed.

A binary frame closes the connection with 1003. So do 10 minutes without a frame, and two hours in
all, with 1001. The frames of WebSocket's own pings do not count.

The frames of a connection run at the same time, as on AWS, but not more than `FRAMES_AT_ONCE`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from local.asgi import Receive, Scope, Send
from local.clock import Clock
from local.sockets import lines
from local.sockets.connections import Connection, GoneError
from local.sockets.service import SocketService

IDLE = timedelta(minutes=10)
LONGEST = timedelta(hours=2)
FRAMES_AT_ONCE = 32
STUCK_SECONDS = 1.5
"""A client that reads nothing for so long, while its buffers are full, is gone."""
GOING_AWAY, UNSUPPORTED, NO_STATUS, GONE = 1001, 1003, 1005, 1006


class AsgiTransport:
    """Sends frames through an ASGI server."""

    def __init__(self, send: Send, on_stuck: Callable[[], None]) -> None:
        self._send = send
        self._on_stuck = on_stuck

    async def send(self, text: str) -> None:
        """Send a frame. Raises GoneError."""
        await self._pass_on({"type": "websocket.send", "text": text})

    async def close(self, code: int, reason: str) -> None:
        """Close the connection. Raises GoneError."""
        await self._pass_on({"type": "websocket.close", "code": code, "reason": reason})

    async def _pass_on(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(STUCK_SECONDS):
                await self._send(message)
        except TimeoutError as error:
            self._on_stuck()
            raise GoneError from error
        except (OSError, RuntimeError) as error:  # uvicorn: the client has gone, or close was sent
            raise GoneError from error


class Session:
    """One connection after its handshake was allowed."""

    def __init__(
        self, service: SocketService, connection: Connection, clock: Clock, send: Send
    ) -> None:
        self._service = service
        self._connection = connection
        self._clock = clock
        self._send = send
        self._transport = AsgiTransport(send, self._give_up)
        self._serving: asyncio.Task[tuple[int, str]] | None = None
        self._free = asyncio.Semaphore(FRAMES_AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()
        self._closed: tuple[int, str] | None = None
        """The code and the reason, if the server closes the connection."""

    async def run(self, scope: Scope, receive: Receive, started: float) -> None:
        """Complete the handshake, and serve the connection until its end."""
        code, reason = NO_STATUS, ""
        expiry: asyncio.Task[None] | None = None
        try:
            await self._send({"type": "websocket.accept"})
            self._service.connections.open(self._connection, self._transport)
            lines.connected(scope, self._connection, started)
            expiry = asyncio.create_task(self._expire())
            self._serving = asyncio.create_task(self._serve(receive))
            code, reason = await self._serving
        except OSError:  # uvicorn: the client has gone
            pass
        except asyncio.CancelledError:
            if self._closed is None:  # The server ends.
                raise
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

    def _give_up(self) -> None:
        """End a connection whose client reads nothing, so that no post waits for it again."""
        self._closed = self._closed or (GONE, "the client reads nothing")
        if self._serving is not None:
            self._serving.cancel()

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
