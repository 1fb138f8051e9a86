"""API Gateway in this process: route, authorizer, function, each answer as its client gets it.

The authorizer's answers are kept for a minute of `Gateway.now`, which tests set by hand; the
functions see the true time. What the gateway answers itself has the bytes that AWS documents.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from types import ModuleType
from typing import Any
from urllib.parse import quote, urlencode

from local import events
from local.authorizer import AuthorizationError, Authorizers
from local.in_process.functions import TEMPLATE, app
from local.in_process.host import ROUTES
from local.in_process.requests import BASE, Answer
from local.in_process.runtime import Context
from local.instance import FunctionFailedError
from local.routing import Match
from tests.integration.cloud import Cloud
from tests.integration.gateway import checked
from tests.logs import JOURNAL

# The function that needs no key, and the paths of its pages and of others outside of BASE.
OPEN_FUNCTION = "DocsFunction"
PAGES = {
    route.path
    for route in TEMPLATE.routes
    if route.function == OPEN_FUNCTION or not route.path.startswith(BASE)
}

_numbers = itertools.count(1)


def _is_page(path: str) -> bool:
    return path in PAGES or path.startswith("/docs/")


class Gateway:
    """The way that a request takes once the template is deployed, over the tables of a Cloud.

    `instead` are other functions than the template's, by the names of their folders.
    """

    def __init__(self, cloud: Cloud, instead: Mapping[str, ModuleType] | None = None) -> None:
        self.cloud = cloud
        self._instead = instead or {}
        self.forget()

    def forget(self) -> None:
        """No answer of the authorizer is remembered, and it is time zero."""
        self.now, self.asked = 0.0, 0
        self._authorizers = Authorizers(self._invoke, clock=lambda: self.now)

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | str = "",
        body: Any = None,
        *,
        key: str | None = None,
        raw: bytes = b"",
        **headers: str,
    ) -> Answer:
        """One request; `path` is below /api/v1, or a page's. `key` is sent as a bearer key."""
        sent = {"host": "api.example.com", "content-type": "application/json"}
        if key is not None:
            sent["authorization"] = f"Bearer {key}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        raw = raw if body is None else json.dumps(body).encode()
        JOURNAL.sent(raw, sent)
        request = events.Request(
            method=method,
            raw_path=quote(path if _is_page(path) else BASE + path),
            query=query if isinstance(query, str) else urlencode(query),
            headers=tuple(sent.items()),
            body=raw,
            source_ip="192.0.2.1",
            protocol="HTTP/1.1",
            received_at=datetime.now(UTC),
            request_id=f"request-{next(_numbers)}",
        )
        match = ROUTES.match(method, request.raw_path)
        assert match is not None, f"{method} {path} is no route"
        return self._serve(request, match)

    def _serve(self, request: events.Request, match: Match) -> Answer:
        try:
            vouched = asyncio.run(self._authorizers.authorize(request, match))
        except AuthorizationError as refusal:
            return _own(refusal.status)
        event = events.http_event(request, match, vouched)
        # The event as Lambda would hand it over: JSON and nothing else.
        result = self._run(match.route.function, json.loads(json.dumps(event)))
        if match.route.function == OPEN_FUNCTION:
            return Answer(result["statusCode"], result["headers"], result["body"], None)
        answer = checked(result, request.request_id)
        JOURNAL.answered(answer.text, is_logged=answer.status >= HTTPStatus.BAD_REQUEST)
        return answer

    async def _invoke(self, function: str, event: Any) -> Any:
        self.asked += 1
        try:
            return self._run(function, event)
        except Exception as error:
            raise FunctionFailedError(type(error).__name__) from error

    def _run(self, function: str, event: Any) -> Any:
        group = TEMPLATE.functions[function].code.name
        return (self._instead.get(group) or app(group)).handler(event, Context())


def _own(status: HTTPStatus) -> Answer:
    """An answer of the gateway itself."""
    text = json.dumps({"message": status.phrase}, separators=(",", ":"))
    return Answer(status.value, {"content-type": "application/json"}, text, json.loads(text))


def outcome(answer: Answer) -> tuple[int, str]:
    """The status, and the code of a refusal; the whole body where the gateway itself refused."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        return answer.status, ""
    return answer.status, answer.json.get("code", answer.text)
