"""The HTTP API: an ASGI application that turns requests into events, and results into responses.

It gives the same answers as API Gateway: 401 without a key, 403 with a refused key, 404 without a
route, 413 above 10 MB, 500 if a function failed, 503 after 30 seconds. In open mode, requests need
no key, and each response has the header `x-auth-mode: open`. Unlike API Gateway, it refuses web
pages of origins that are not trusted, in each case and not only in browsers.
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
from http import HTTPStatus
from typing import Any, Protocol

from local import asgi, events, origin, refusals, responses
from local.asgi import ClientGoneError, Receive, RequestTooLargeError, Scope, Send
from local.authorizer import AuthorizationError, AuthorizerFailedError, Authorizers
from local.cors import is_preflight, preflight, readable
from local.instance import InvocationError
from local.model import Cors, Route
from local.origin import Trusted
from local.redaction import redacted
from local.responses import BadResultError, Response
from local.routing import Match, Routes

MAX_EVENT_BYTES = 6 * 1024 * 1024
INTEGRATION_SECONDS = 30
NO_ROUTE = "the template has no route with this method and path"
EVENT_TOO_LARGE = "the event exceeds 6 MB, the limit of Lambda"


class Functions(Protocol):
    """What the gateway calls: `Pools`, or another object with functions."""

    async def invoke(self, name: str, event: Any) -> Any:
        """Call the function `name` and return its result. Raises InvocationError."""


class Gateway:
    """The ASGI application. With `is_open_mode`, it also serves requests without a key."""

    def __init__(
        self,
        functions: Functions,
        routes: Iterable[Route],
        cors: Cors | None = None,
        *,
        is_open_mode: bool = True,
        trusted: Trusted = origin.NOBODY_ELSE,
    ) -> None:
        self._functions = functions
        self._is_open_mode = is_open_mode
        self._trusted = trusted
        self._running: set[asyncio.Task[Any]] = set()
        self.replace_routes(routes, cors)

    def replace_routes(self, routes: Iterable[Route], cors: Cors | None = None) -> None:
        """Use these routes from now on, and forget the cached keys."""
        self._routes = Routes(routes)
        self._cors = cors
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
        function = match.route.function if match and not answer.is_early else "-"
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
        except RequestTooLargeError as refusal:
            too_large = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            answer = refusals.own_answer(too_large, request_id, str(refusal))
        except AuthorizationError as refusal:
            reason = str(refusal)
            if isinstance(refusal, AuthorizerFailedError):
                _complain(reason)
                reason = ""
            answer = refusals.own_answer(refusal.status, request_id, reason)
        if not self._is_open_mode:
            return answer
        return dataclasses.replace(answer, headers=(*answer.headers, ("x-auth-mode", "open")))

    async def _serve(
        self, scope: Scope, receive: Receive, match: Match | None, request_id: str
    ) -> Response:
        body = await asgi.read_body(scope, receive)
        headers = dict(scope["headers"])
        if distrust := origin.distrust(headers, self._trusted):
            return refusals.distrusted(distrust, request_id)
        page = headers.get(b"origin", b"").decode("latin-1")
        cors = self._cors if page in self._trusted.origins else None
        if cors and is_preflight(scope["method"], headers):
            return preflight(cors, page)
        if match is None:
            return refusals.own_answer(HTTPStatus.NOT_FOUND, request_id, NO_ROUTE)
        request = asgi.request_of(scope, body, request_id)
        authorizer = await self._authorizers.authorize(request, match)
        event = events.http_event(request, match, authorizer)
        if len(body) * 4 > MAX_EVENT_BYTES and len(json.dumps(event)) > MAX_EVENT_BYTES:
            raise RequestTooLargeError(EVENT_TOO_LARGE)
        answer = await self._integrate(match, event, request_id)
        if cors is None:
            return answer
        return dataclasses.replace(answer, headers=(*answer.headers, *readable(cors, page)))

    async def _integrate(self, match: Match, event: Mapping[str, Any], request_id: str) -> Response:
        # After 30 seconds the gateway answers, but the function continues, as on Lambda.
        invocation = asyncio.create_task(self._functions.invoke(match.route.function, event))
        self._running.add(invocation)
        invocation.add_done_callback(self._forget)
        await asyncio.wait({invocation}, timeout=INTEGRATION_SECONDS)
        if not invocation.done():
            reason = f"{match.route.function} has not answered for {INTEGRATION_SECONDS} seconds"
            return refusals.own_answer(HTTPStatus.SERVICE_UNAVAILABLE, request_id, reason)
        try:
            return responses.response(invocation.result())
        except (BadResultError, InvocationError) as error:
            _complain(f"{match.route.function} failed: {error}")
            return refusals.own_answer(HTTPStatus.INTERNAL_SERVER_ERROR, request_id, "")

    def _forget(self, invocation: asyncio.Task[Any]) -> None:
        self._running.discard(invocation)
        if not invocation.cancelled():
            # Read it, so that asyncio does not report it as never retrieved after a 503.
            invocation.exception()


def _new_request_id() -> str:
    return base64.urlsafe_b64encode(os.urandom(11)).decode()


def _complain(reason: object) -> None:
    print(redacted(str(reason)), file=sys.stderr, flush=True)
