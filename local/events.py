"""Build the events of functions as AWS does. Pure: no clock, no I/O.

Sources: "Working with AWS Lambda proxy integrations for HTTP APIs" (payload format 2.0) of the
API Gateway guide, and "Scheduled events" of the EventBridge guide.
"""

from __future__ import annotations

import base64
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


@dataclass(frozen=True)
class Request:
    """A request to the gateway."""

    method: str
    raw_path: str
    """Percent-encoded, as sent."""
    query: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in the order of the request. A name may appear more than once."""
    body: bytes
    source_ip: str
    protocol: str
    received_at: datetime
    """Aware, UTC."""
    request_id: str


def http_event(
    request: Request, match: Match, authorizer: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Return the event of a request in payload format 2.0. Missing parts have no key.

    `authorizer` goes into its requestContext. None means an open route.
    """
    headers = joined(each for each in request.headers if each[0] != "cookie")
    cookies = [value for name, value in request.headers if name == "cookie"]
    query = joined(parse_qsl(request.query, keep_blank_values=True, errors="replace"))
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route.key,
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
    """Return the pairs as a dict. The values of a repeated name are joined by commas."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _request_context(
    request: Request, match: Match, headers: Mapping[str, str], authorizer: Mapping[str, Any] | None
) -> dict[str, Any]:
    domain = headers.get("host", "")
    context: dict[str, Any] = {
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
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
        "routeKey": match.route.key,
        "stage": "$default",
        "time": request.received_at.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(request.received_at.timestamp() * 1000),
    }
    if authorizer is not None:
        context["authorizer"] = authorizer
    return context


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if TEXT_TYPE.match(content_type):
        try:
            return {"body": body.decode("utf-8"), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass  # It is not text, whatever its type says, so it is passed on as bytes.
    return {"body": base64.b64encode(body).decode("ascii"), "isBase64Encoded": True}


def scheduled_event(rule: str, now: datetime, event_id: str) -> dict[str, Any]:
    """Return the event of an EventBridge rule. `now` is aware, in UTC, and loses its fraction."""
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
