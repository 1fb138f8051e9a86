"""Call Lambda authorizers as API Gateway does, and cache their answers.

This needs no process and no socket, so tests can use it with a template's functions:

    async def invoke(function, event):      # by logical id; raises InvocationError if it fails
        return modules[function].handler(event, context)

    clock = SimpleNamespace(now=0.0)
    authorizers = Authorizers(invoke, clock=lambda: clock.now)
    match = Routes(load().routes).match("GET", "/api/v1/messaging/inbox")
    vouched = await authorizers.authorize(request, match)       # raises AuthorizationError
    event = events.http_event(request, match, vouched)          # for the route's own function

Source: "Control access to HTTP APIs with AWS Lambda authorizers" in the API Gateway guide. The
event (payload format 2.0) has no body.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from local import events, refusals
from local.cloudformation import ACCOUNT_ID, REGION
from local.delivery import Invoke
from local.events import API_ID, Request
from local.instance import InvocationError
from local.model import Authorizer
from local.routing import Match

OPEN_MODE = {"lambda": {"mode": "open"}}


class AuthorizationError(Exception):
    """The request is refused with `status`. The message says why, for the log.

    AuthorizationError
    ├── UnauthorizedError      401  the identity source is missing or empty
    ├── ForbiddenError         403  the authorizer refused the request
    └── AuthorizerFailedError  500  the authorizer failed, or its answer is not a simple response
    """

    status: HTTPStatus


class UnauthorizedError(AuthorizationError):
    """The request has no identity. The authorizer is not called."""

    status = HTTPStatus.UNAUTHORIZED


class ForbiddenError(AuthorizationError):
    """The authorizer refused the request."""

    status = HTTPStatus.FORBIDDEN


class AuthorizerFailedError(AuthorizationError):
    """The authorizer failed, or its answer is not a simple response."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR


class Authorizers:
    """Authorize requests. Cache each answer, yes or no, by the values of the identity headers.

    In open mode, a request without these headers is allowed. `clock` returns seconds from any
    start. `capacity` is the maximum number of cached answers. Concurrent requests with a new value
    each call the authorizer.
    """

    def __init__(
        self,
        invoke: Invoke,
        *,
        is_open_mode: bool = False,
        clock: Callable[[], float] = time.monotonic,
        capacity: int = 1000,
    ) -> None:
        self._invoke = invoke
        self._is_open_mode = is_open_mode
        self._clock = clock
        self._capacity = capacity
        self._answers: dict[tuple[str, ...], tuple[float, Mapping[str, Any]]] = {}

    async def authorize(self, request: Request, match: Match) -> dict[str, Any] | None:
        """Return the event's `requestContext.authorizer`, or None if the route is open.

        In open mode, each route is told the mode, because the front page shows it.

        Raises:
            AuthorizationError: the request is refused, or the authorizer failed.
        """
        authorizer = match.route.authorizer
        if authorizer is None:
            return dict(OPEN_MODE) if self._is_open_mode else None
        headers = events.joined(request.headers)
        if self._is_open_mode and not any(name in headers for name in authorizer.headers):
            return dict(OPEN_MODE)
        identity = [headers.get(name, "") for name in authorizer.headers]
        if not all(identity):
            name = next(name for name in authorizer.headers if not headers.get(name))
            raise UnauthorizedError(refusals.missing(name, headers))
        answer = await self._answer(authorizer, identity, request, match)
        if not answer["isAuthorized"]:
            raise ForbiddenError(refusals.why_refused(identity[0]))
        return {"lambda": answer.get("context")}

    async def _answer(
        self, authorizer: Authorizer, identity: list[str], request: Request, match: Match
    ) -> Mapping[str, Any]:
        key = (authorizer.name, *identity)
        ends_at, answer = self._answers.get(key, (0.0, None))
        if answer is not None and self._clock() < ends_at:
            return answer
        try:
            result = await self._invoke(authorizer.function, event_of(request, match, identity))
        except InvocationError as error:
            raise AuthorizerFailedError(f"{authorizer.function} failed: {error}") from error
        answer = _checked(authorizer.function, result)
        self._keep(key, self._clock() + authorizer.reauthorize_every, answer)
        return answer

    def _keep(self, key: tuple[str, ...], ends_at: float, answer: Mapping[str, Any]) -> None:
        # In the order of the answers, so the first one is the oldest.
        self._answers.pop(key, None)
        if len(self._answers) >= self._capacity:
            del self._answers[next(iter(self._answers))]
        self._answers[key] = ends_at, answer


def event_of(request: Request, match: Match, identity: list[str]) -> dict[str, Any]:
    """Return the authorizer's event. `identity` has the values of its headers."""
    event = events.http_event(dataclasses.replace(request, body=b""), match, None)
    del event["isBase64Encoded"]
    api = f"arn:aws:execute-api:{REGION}:{ACCOUNT_ID}:{API_ID}"
    arn = f"{api}/{event['requestContext']['stage']}/{request.method}{event['rawPath']}"
    return {"type": "REQUEST", "routeArn": arn, "identitySource": identity, **event}


def _checked(function: str, result: Any) -> Mapping[str, Any]:
    """Return the result if it is a simple response. Raises AuthorizerFailedError."""
    if (
        isinstance(result, dict)
        and isinstance(result.get("isAuthorized"), bool)
        and isinstance(result.get("context"), dict | None)
    ):
        return result
    raise AuthorizerFailedError(f"{function} failed: its answer is not a simple response")
