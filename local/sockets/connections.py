"""Who is connected, and how frames reach them.

The functions know a connection by its id. It is gone for them before its handshake is complete and
after it has ended, as on AWS.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from local.clock import Clock
from local.sockets.events import Place

MAX_POST_BYTES = 128 * 1024


class GoneError(Exception):
    """The connection has ended, or its handshake is not complete."""


class PayloadTooLargeError(Exception):
    """A frame for a client exceeds 128 KB."""


class Transport(Protocol):
    """How frames get to a client."""

    async def send(self, text: str) -> None:
        """Send a frame."""

    async def close(self, code: int, reason: str) -> None:
        """Close the connection."""


@dataclass(eq=False)
class Connection:
    """A connection, from the begin of its handshake on."""

    place: Place
    authorizer: dict[str, str] | None
    last_active_at: datetime
    transport: Transport | None = None
    """None until the handshake is complete."""
    is_over: bool = False
    """Whether $disconnect was called."""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def id(self) -> str:
        """The id that functions use."""
        return self.place.connection_id

    async def send(self, text: str) -> None:
        """Send a frame after those that were sent before. Raises GoneError."""
        await self._in_turn(lambda transport: transport.send(text))

    async def close(self, code: int, reason: str) -> None:
        """Close the connection after the frames that were sent before. Raises GoneError."""
        await self._in_turn(lambda transport: transport.close(code, reason))

    async def _in_turn(self, act: Callable[[Transport], Awaitable[None]]) -> None:
        async with self._turn:
            if self.transport is None or self.is_over:
                raise GoneError
            try:
                await act(self.transport)
            except GoneError:
                self.transport = None
                raise


class Connections:
    """The open connections, by id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, Connection] = {}

    def open(self, connection: Connection, transport: Transport) -> None:
        """Let the functions reach a connection whose handshake is complete."""
        connection.transport = transport
        self._open[connection.id] = connection

    def forget(self, connection: Connection) -> None:
        """Let nobody reach a connection any more."""
        connection.is_over = True
        self._open.pop(connection.id, None)

    def get(self, connection_id: str) -> Connection:
        """Return an open connection. Raises GoneError."""
        if connection_id not in self._open:
            raise GoneError
        return self._open[connection_id]

    async def post(self, connection_id: str, data: bytes) -> None:
        """Send a frame to a connection. Raises GoneError, PayloadTooLargeError."""
        connection = self.get(connection_id)
        if len(data) > MAX_POST_BYTES:
            raise PayloadTooLargeError
        await connection.send(data.decode("utf-8", "replace"))
        connection.last_active_at = self._clock.now()

    async def delete(self, connection_id: str) -> None:
        """Close a connection. Raises GoneError."""
        await self.get(connection_id).close(1000, "")


def new_id() -> str:
    """Return an id as API Gateway's: 15 characters of URL-safe base 64 and `=`."""
    return base64.urlsafe_b64encode(os.urandom(11)).decode()
