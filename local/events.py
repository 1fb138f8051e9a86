"""What a function is given and what it answers, as AWS shapes them. Pure: no clock, no I/O.

Sources: "Working with AWS Lambda proxy integrations for HTTP APIs" (payload format 2.0) of the
API Gateway guide, and "Scheduled events" of the EventBridge guide.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from local.cloudformation import ACCOUNT_ID, REGION
from local.routing import Match

API_ID = "local"
TEXT_TYPE = re.compile(
    r"text/|application/(json|javascript|xml|x-www-form-urlencoded)|[^;]*\+(json|xml)",
    re.IGNORECASE,
)
PASSED_ON = range(200, 600)
WITHOUT_BODY = frozenset({204, 304})
FRAMING_HEADERS = frozenset({"content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True)
class Request:
    """What the gateway received."""

    method: str
    raw_path: str
    """Percent-encoded, as sent."""
    query: str
    headers: tuple[tuple[str, str], ...]
    """Lower-case names, in the order of the request; a name may stand more than once."""
    body: bytes
    source_ip: str
    protocol: str
    received_at: datetime
    """Aware, UTC."""
    request_id: str


@dataclass(frozen=True)
class Response:
    """What the gateway sends."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class BadResultError(Exception):
    """A handler's result is not a response that API Gateway would pass on."""


def http_event(request: Request, match: Match, authorizer: Mapping[str, Any]) -> dict[str, Any]:
    """The event of a request, payload format 2.0; absent parts have no key."""
    headers = joined(each for each in request.headers if each[0] != "cookie")
    cookies = [value for name, value in request.headers if name == "cookie"]
    query = joined(parse_qsl(request.query, keep_blank_values=True, errors="replace"))
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{match.route.method} {match.route.path}",
        "rawPath": unquote(request.raw_path),
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": _request_context(request, match, headers, authorizer),
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = [cookie for each in cookies for cookie in each.split("; ")]
    if query:
        event["queryStringParameters"] = query
    if match.parameters:
        event["pathParameters"] = dict(match.parameters)
    if request.body:
        event.update(_body(request.body, headers.get("content-type", "")))
    return event


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """A name that stands more than once has its values joined by commas."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _request_context(
    request: Request, match: Match, headers: Mapping[str, str], authorizer: Mapping[str, Any]
) -> dict[str, Any]:
    domain = headers.get("host", "")
    return {
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
        "authorizer": authorizer,
        "domainName": domain,
        "domainPrefix": domain.split(".")[0],
        "http": {
            "method": request.method,
            "path": unquote(request.raw_path),
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": request.request_id,
        "routeKey": f"{match.route.method} {match.route.path}",
        "stage": "$default",
        "time": request.received_at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(request.received_at.timestamp() * 1000),
    }


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if TEXT_TYPE.match(content_type):
        try:
            return {"body": body.decode("utf-8"), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass  # Not the text that its type promises: passed on as the bytes that it is.
    return {"body": base64.b64encode(body).decode("ascii"), "isBase64Encoded": True}


def response(result: Any) -> Response:
    """The response that a handler's result stands for; raises BadResultError.

    Without a `statusCode` the whole result is the body of a 200 in JSON.
    """
    if not isinstance(result, dict) or "statusCode" not in result:
        body = result if isinstance(result, str) else json.dumps(result)
        return Response(200, (("content-type", "application/json"),), body.encode())
    status = _status(result["statusCode"])
    body_bytes = b"" if status in WITHOUT_BODY else _response_body(result)
    return Response(status, tuple(_response_headers(result, body_bytes)), body_bytes)


def _status(value: Any) -> int:
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or value not in PASSED_ON:
        raise BadResultError(f"statusCode {value!r}")
    return value


def _response_body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body") or ""
    if not isinstance(body, str):
        raise BadResultError(f"its body is a {type(body).__name__}, not a string")
    try:
        if result.get("isBase64Encoded"):
            return base64.b64decode(body, validate=True)
        return body.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadResultError(f"its body cannot be encoded: {error}") from error


def _response_headers(result: Mapping[str, Any], body: bytes) -> Iterable[tuple[str, str]]:
    given = result.get("headers") or {}
    if not isinstance(given, dict):
        raise BadResultError("its headers are not an object")
    headers = {_name(name): _text(value) for name, value in given.items()}
    if body:
        headers.setdefault("content-type", "text/plain;charset=UTF-8")
    yield from ((name, value) for name, value in headers.items() if name not in FRAMING_HEADERS)
    for cookie in result.get("cookies") or []:
        yield "set-cookie", _text(cookie)


def _name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", value):
        raise BadResultError(f"{value!r} is not the name of a header")
    return value.lower()


def _text(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]", text):
        raise BadResultError("a header holds what no header can hold")
    return text.strip()


def scheduled_event(rule: str, now: datetime, event_id: str) -> dict[str, Any]:
    """The event of an EventBridge rule; `now` is aware, UTC, and loses its fraction."""
    return {
        "version": "0",
        "id": event_id,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT_ID,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{rule}"],
        "detail": {},
    }
