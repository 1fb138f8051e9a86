"""The HTTP API: an ASGI application that turns requests into events, and results into responses.

It gives the same answers as API Gateway: 401 without a key, 403 with a refused key, 404 without a
route, 413 above 10 MB, 500 if a function failed, 503 after 30 seconds. In open mode, requests need
no key, and each response has the header `x-auth-mode: open`.
"""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
import os
import sys
import time
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from local import asgi, events, origin, responses
from local.asgi import ClientGoneError, Receive, RequestTooLargeError, Scope, Send
from local.authorizer import AuthorizationError, AuthorizerFailedError, Authorizers
from local.instance import InvocationError
from local.model import Route
from local.redaction import redacted
from local.responses import BadResultError, Response
from local.routing import Match, Routes

MAX_EVENT_BYTES = 6 * 1024 * 1024
INTEGRATION_SECONDS = 30


class Functions(Protocol):
    """What the gateway calls: `Pools`, or another object with functions."""

    async def invoke(self, name: str, event: Any) -> Any:
        """Call the function `name` and return its result. Raises InvocationError."""


class Gateway:
    """The ASGI application. With `is_open_mode`, it also serves requests without a key."""

    def __init__(
        self, functions: Functions, routes: Iterable[Route], *, is_open_mode: bool = True
    ) -> None:
        self._functions = functions
        self._is_open_mode = is_open_mode
        self._running: set[asyncio.Task[Any]] = set()
        self.replace_routes(routes)

    def replace_routes(self, routes: Iterable[Route]) -> None:
        """Use these routes from now on, and forget the cached keys."""
        self._routes = Routes(routes)
        self._authorizers = Authorizers(self._functions.invoke, is_open_mode=self._is_open_mode)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request: send one response, and print one line on stdout."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        match = self._match(scope)
        request_id = _new_request_id()
        try:
            answer = await self._respond(scope, receive, match, request_id)
        except ClientGoneError:
            return
        await asgi.send_response(scope, send, answer)
        function = match.route.function if match else "-"
        asgi.print_line(scope, answer, function, time.perf_counter() - started, request_id)

    async def respond(self, scope: Scope, receive: Receive) -> Response:
        """Return the response to a request, without a socket and without a line on stdout."""
        return await self._respond(scope, receive, self._match(scope), _new_request_id())

    def _match(self, scope: Scope) -> Match | None:
        return self._routes.match(scope["method"], asgi.raw_path(scope))

    async def _respond(
        self, scope: Scope, receive: Receive, match: Match | None, request_id: str
    ) -> Response:
        try:
            answer = await self._serve(scope, receive, match, request_id)
        except RequestTooLargeError:
            answer = _own_answer(413, "Request Entity Too Large", request_id)
        except AuthorizationError as refusal:
            if isinstance(refusal, AuthorizerFailedError):
                _complain(refusal)
            answer = _own_answer(refusal.status, refusal.status.phrase, request_id)
        if not self._is_open_mode:
            return answer
        return dataclasses.replace(answer, headers=(*answer.headers, ("x-auth-mode", "open")))

    async def _serve(
        self, scope: Scope, receive: Receive, match: Match | None, request_id: str
    ) -> Response:
        body = await asgi.read_body(scope, receive)
        if not origin.is_trusted(dict(scope["headers"])):
            return _own_answer(403, "Forbidden", request_id)
        if match is None:
            return _own_answer(404, "Not Found", request_id)
        request = asgi.request_of(scope, body, request_id)
        authorizer = await self._authorizers.authorize(request, match)
        event = events.http_event(request, match, authorizer)
        if len(body) * 4 > MAX_EVENT_BYTES and len(json.dumps(event)) > MAX_EVENT_BYTES:
            raise RequestTooLargeError
        return await self._integrate(match, event, request_id)

    async def _integrate(self, match: Match, event: Mapping[str, Any], request_id: str) -> Response:
        # After 30 seconds the gateway answers, but the function continues, as on Lambda.
        invocation = asyncio.create_task(self._functions.invoke(match.route.function, event))
        self._running.add(invocation)
        invocation.add_done_callback(self._forget)
        await asyncio.wait({invocation}, timeout=INTEGRATION_SECONDS)
        if not invocation.done():
            return _own_answer(503, "Service Unavailable", request_id)
        try:
            return responses.response(invocation.result())
        except (BadResultError, InvocationError) as error:
            _complain(f"{match.route.function} failed: {error}")
            return _own_answer(500, "Internal Server Error", request_id)

    def _forget(self, invocation: asyncio.Task[Any]) -> None:
        self._running.discard(invocation)
        if not invocation.cancelled():
            # Read it, so that asyncio does not report it as never retrieved after a 503.
            invocation.exception()


def _new_request_id() -> str:
    return base64.urlsafe_b64encode(os.urandom(11)).decode()


def _own_answer(status: int, message: str, request_id: str) -> Response:
    """Return an answer of API Gateway itself."""
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    headers = (("content-type", "application/json"), ("apigw-requestid", request_id))
    return Response(status, headers, body)


def _complain(reason: object) -> None:
    print(redacted(str(reason)), file=sys.stderr, flush=True)
