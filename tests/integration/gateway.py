"""Requests and answers as API Gateway passes them, in events of payload format 2.0."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import dataclass
from typing import Any

BASE = "/api/v1"
PROBLEM_MEMBERS = ["type", "title", "status", "detail", "code", "errors", "fix", "request_id"]
DOCUMENTED_EXTRAS = {"illegal_transition": ["current_status"]}

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
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


def checked(result: dict[str, Any], request_id: str) -> Answer:
    """Hold an answer against what all answers have in common."""
    headers = {
        name: value[0] if isinstance(value, list) else value
        for name, value in result["headers"].items()
    }
    assert headers["X-Request-Id"] == request_id
    assert not result["isBase64Encoded"]
    text = result["body"]
    document = json.loads(text) if text else None
    status = result["statusCode"]
    assert (status == 204) == (text == "") == ("Content-Type" not in headers)
    if status == 204:
        pass
    elif status < 400:
        assert headers["Content-Type"] == "application/json"
    else:
        assert headers["Content-Type"] == "application/problem+json"
        extras = DOCUMENTED_EXTRAS.get(document["code"], [])
        assert list(document) == PROBLEM_MEMBERS + extras
        assert document["status"] == status
        assert document["request_id"] == request_id
        assert document["detail"]
        assert document["fix"].endswith((".", "`"))
        assert all(set(fault) == {"pointer", "detail"} for fault in document["errors"])
        assert (status == 422) >= bool(document["errors"])
        assert ("Retry-After" in headers) == (status in (429, 503))
    return Answer(status, headers, text, document)
