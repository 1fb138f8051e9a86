"""Requests and answers as API Gateway passes them, in events of payload format 2.0."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.model import Route

BASE = "/api/v1"


def name_of(route: Route) -> str:
    """Return the name of a route in tests and benchmarks: its key, without BASE if it needs a key.

    So `GET /llms.txt` and `GET /api/v1/llms.txt` have different names.
    """
    is_page = route.authorizer is None and route.method != "POST"
    return route.key if is_page else f"{route.method} {route.path.removeprefix(BASE)}"


_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """What a function answered."""

    status: int
    headers: dict[str, str]
    text: str
    json: Any

    def but_for(self, *words: str) -> str:
        """The body without its request id and without `words`, to compare two refusals."""
        text = self.text.replace(self.headers["X-Request-Id"], "-")
        for word in words:
            text = text.replace(word, "-")
        return text


def answer_of(result: Mapping[str, Any]) -> Answer:
    """A function's result; of a header with several values the first."""
    headers = {
        name: value[0] if isinstance(value, list) else value
        for name, value in result["headers"].items()
    }
    text = result["body"]
    return Answer(result["statusCode"], headers, text, json.loads(text) if text else None)


def event_of(
    method: str, path: str, *, raw: str | bytes | None, content_type: str | None
) -> dict[str, Any]:
    """An event of payload format 2.0; bytes go in base64, as the gateway sends other types."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": BASE + path,
        "headers": {"host": "api.example.com"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example.com",
            "http": {"method": method, "path": BASE + path, "sourceIp": "192.0.2.1"},
            "requestId": f"request-{next(_numbers)}",
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": 0,
        },
        "isBase64Encoded": isinstance(raw, bytes),
    }
    if content_type is not None:
        event["headers"]["content-type"] = content_type
    if raw is not None:
        event["body"] = base64.b64encode(raw).decode() if isinstance(raw, bytes) else raw
    return event
