"""The HTTP server of the queues, on a free port."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn

from local.engine import EngineError
from local.queues.endpoint import Endpoint


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()


def listen(host: str) -> socket.socket:
    """Return a listening socket with a free port of this address. Raises EngineError."""
    # asyncio turns off Nagle's algorithm only if the protocol is IPPROTO_TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.bind((host, 0))
        listener.listen()
    except OSError as error:
        listener.close()
        raise EngineError(f"TABLES_HOST={host} cannot be used: {error.strerror}") from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


@contextlib.asynccontextmanager
async def serving(endpoint: Endpoint, listener: socket.socket) -> AsyncIterator[None]:
    """Serve calls until the block ends."""
    config = uvicorn.Config(
        endpoint,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait({task})
