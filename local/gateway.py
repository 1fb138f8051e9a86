"""The HTTP API: an ASGI application that turns requests into events and results into responses.

It answers what API Gateway answers, byte for byte: 404 without a route, 413 above 10 MB, 500 when
the function failed, 503 after 30 seconds. In open mode, the only one so far, it also plays the
authorizer: every event says so, and every response carries `x-auth-mode: open`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from local import events, origin
from local.events import BadResultError, Request, Response
from local.instance import InvocationError
from local.model import Route
from local.pool import Pools
from local.routing import Match, Routes

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_REQUEST_BYTES = 10 * 1024 * 1024
MAX_EVENT_BYTES = 6 * 1024 * 1024
DRAINED_BYTES = 100 * 1024 * 1024
INTEGRATION_SECONDS = 30
OPEN_MODE = {"lambda": {"mode": "open"}}


class RequestTooLargeError(Exception):
    """The request is above a limit of API Gateway or Lambda."""


class ClientGoneError(Exception):
    """The client went away, or broke the protocol, before its request was whole."""


class Gateway:
    """The ASGI application."""

    def __init__(self, pools: Pools, routes: Iterable[Route]) -> None:
        self._pools = pools
        self._routes = Routes(routes)
        self._running: set[asyncio.Task[Any]] = set()

    def replace_routes(self, routes: Iterable[Route]) -> None:
        """What is asked from now on goes by these routes."""
        self._routes = Routes(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request: one response, one line on stdout."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        match = self._match(scope)
        request_id = _new_request_id()
        try:
            answer = await self._respond(scope, receive, match, request_id)
        except ClientGoneError:
            return
        await _send(send, answer)
        _log(scope, answer, match, time.perf_counter() - started, request_id)

    async def respond(self, scope: Scope, receive: Receive) -> Response:
        """What a client would be answered; over no socket, and without a line on stdout."""
        return await self._respond(scope, receive, self._match(scope), _new_request_id())

    def _match(self, scope: Scope) -> Match | None:
        raw_path = scope["raw_path"].decode("ascii", "backslashreplace")
        return self._routes.match(scope["method"], raw_path)

    async def _respond(
        self, scope: Scope, receive: Receive, match: Match | None, request_id: str
    ) -> Response:
        try:
            body = await _read_body(scope, receive)
            if not origin.is_trusted(dict(scope["headers"])):
                return _own_answer(403, "Forbidden", request_id)
            if match is None:
                return _own_answer(404, "Not Found", request_id)
            event = events.http_event(_request(scope, body, request_id), match, OPEN_MODE)
            if len(body) * 4 > MAX_EVENT_BYTES and len(json.dumps(event)) > MAX_EVENT_BYTES:
                raise RequestTooLargeError
            return await self._integrate(match, event, request_id)
        except RequestTooLargeError:
            return _own_answer(413, "Request Entity Too Large", request_id)

    async def _integrate(self, match: Match, event: Mapping[str, Any], request_id: str) -> Response:
        # After 30 seconds the gateway answers, but the function goes on, as it does on Lambda.
        invocation = asyncio.create_task(self._pools.invoke(match.route.function, event))
        self._running.add(invocation)
        invocation.add_done_callback(self._forget)
        await asyncio.wait({invocation}, timeout=INTEGRATION_SECONDS)
        if not invocation.done():
            return _own_answer(503, "Service Unavailable", request_id)
        try:
            return events.response(invocation.result())
        except (BadResultError, InvocationError) as error:
            print(f"{match.route.function} failed: {error}", file=sys.stderr, flush=True)
            return _own_answer(500, "Internal Server Error", request_id)

    def _forget(self, invocation: asyncio.Task[Any]) -> None:
        self._running.discard(invocation)
        if not invocation.cancelled():
            # Asked for, so that asyncio does not report it as never retrieved after a 503.
            invocation.exception()


def _new_request_id() -> str:
    return base64.urlsafe_b64encode(os.urandom(11)).decode()


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    """The body, held in memory up to the limit; what is beyond is read and dropped, so that the
    client gets to read its answer."""
    headers = dict(scope["headers"])
    declared = headers.get(b"content-length", b"0")
    if int(declared) > MAX_REQUEST_BYTES and b"expect" in headers:
        raise RequestTooLargeError
    body, size, is_complete = bytearray(), 0, False
    while not is_complete and size <= DRAINED_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= MAX_REQUEST_BYTES:
            body += chunk
        is_complete = not message.get("more_body", False)
    if size > MAX_REQUEST_BYTES:
        raise RequestTooLargeError
    return bytes(body)


def _request(scope: Scope, body: bytes, request_id: str) -> Request:
    raw_path = scope["raw_path"].decode("ascii", "backslashreplace")
    host, port = scope["server"][:2]
    client = scope["client"][0] if scope["client"] else host
    # HTTP/1.1 carries Latin-1; API Gateway reads the same bytes as UTF-8.
    headers = [(k.decode("latin-1"), v.decode("utf-8", "replace")) for k, v in scope["headers"]]
    headers += [
        ("x-forwarded-for", client),
        ("x-forwarded-port", str(port)),
        ("x-forwarded-proto", "http"),
    ]
    return Request(
        method=scope["method"],
        raw_path=raw_path,
        query=scope["query_string"].decode("ascii", "backslashreplace"),
        headers=tuple(headers),
        body=body,
        source_ip=client,
        protocol=f"HTTP/{scope['http_version']}",
        received_at=datetime.now(UTC),
        request_id=request_id,
    )


def _own_answer(status: int, message: str, request_id: str) -> Response:
    """An answer of API Gateway itself, which no function can shape."""
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    headers = (("content-type", "application/json"), ("apigw-requestid", request_id))
    return Response(status, headers, body)


async def _send(send: Send, answer: Response) -> None:
    headers = [*answer.headers, ("x-auth-mode", "open")]
    if answer.status not in events.WITHOUT_BODY:
        headers.append(("content-length", str(len(answer.body))))
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    await send({"type": "http.response.body", "body": answer.body})


def _log(
    scope: Scope, answer: Response, match: Match | None, seconds: float, request_id: str
) -> None:
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    print(
        time.strftime("%H:%M:%S"),
        scope["method"],
        re.sub(r"[^\x21-\x7e]", "?", target.decode("latin-1")),
        answer.status,
        f"{seconds * 1000:.0f}ms",
        match.route.function if match else "-",
        request_id,
        flush=True,
    )
