"""The HTTP server: its two ports, and the ASGI application behind them.

One port is for clients: HTTP and WebSocket. The other one is for the functions, which post frames
to connections there. It has a number of its own, so that a client who reaches the first port from a
container or through a tunnel does not reach it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import socket

import uvicorn

from local.asgi import Receive, Scope, Send
from local.cloud import Cloud
from local.options import OptionError
from local.sockets.door import LIMITS

HOST = "127.0.0.1"
DRAIN_SECONDS = 2.0


class HttpServer(uvicorn.Server):
    """uvicorn without its own signal handlers."""

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        """Do nothing, because `serve` handles the signals."""
        return contextlib.nullcontext()


class Application:
    """The ASGI application of both ports: the one of clients, and the one of functions' posts."""

    def __init__(self, cloud: Cloud, posts_port: int) -> None:
        self._cloud = cloud
        self._posts_port = posts_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a connection."""
        is_socket = scope["type"] == "websocket"
        if scope["server"][1] != self._posts_port:
            await (self._cloud.door if is_socket else self._cloud.gateway)(scope, receive, send)
        elif is_socket:
            await send({"type": "websocket.close"})
        else:
            await self._cloud.management(scope, receive, send)


def listen(port: int) -> socket.socket:
    """Return a listening socket. Raises OptionError if the port is not available."""
    # asyncio turns off Nagle's algorithm only if the protocol is IPPROTO_TCP. With Nagle's
    # algorithm, each answer on a reused connection would wait 40 ms for the client's
    # acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            reason = (
                f"port {port} is in use. Choose another: PORT=<port>, or PORT=0 for a free one."
            )
        else:
            reason = f"port {port} cannot be used: {error.strerror}"
        raise OptionError(reason) from error
    return listener


def is_no_refusal(record: logging.LogRecord) -> bool:
    """Return whether a line of uvicorn is about something else than a refused handshake."""
    return "without completing handshake" not in record.getMessage()


def port_of(listener: socket.socket) -> int:
    """Return the port of a listening socket."""
    port: int = listener.getsockname()[1]
    return port


async def start(
    cloud: Cloud, listener: socket.socket, posts: socket.socket
) -> tuple[HttpServer, asyncio.Task[None]]:
    """Start the server on both sockets, and wait until it is ready."""
    config = uvicorn.Config(
        Application(cloud, port_of(posts)),
        http="h11",
        ws="websockets-sansio",
        # API Gateway neither compresses frames nor pings clients.
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        # uvicorn passes it on to websockets, which takes two sizes.
        ws_max_size=LIMITS,  # type: ignore[arg-type]
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=4,
    )
    # It takes a handshake that got an answer for one that got none.
    logging.getLogger("uvicorn.error").addFilter(is_no_refusal)
    server = HttpServer(config)
    task = asyncio.create_task(server.serve(sockets=[listener, posts]))
    # This attribute is uvicorn's only sign that it is ready.
    while not server.started and not task.done():  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return server, task


async def stop(server: HttpServer, task: asyncio.Task[None], cloud: Cloud) -> None:
    """Stop the server. Requests that still run after two seconds get a 500."""
    server.should_exit = True
    await asyncio.wait({task}, timeout=DRAIN_SECONDS)
    await cloud.close()
    await asyncio.wait({task})
