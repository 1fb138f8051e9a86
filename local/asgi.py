"""Connect ASGI and the gateway: read requests, send answers, print a line for each."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from local.events import Request
from local.redaction import redacted
from local.refusals import reason_of
from local.responses import WITHOUT_BODY, Response

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

MAX_REQUEST_BYTES = 10 * 1024 * 1024
TOO_LARGE = "the body exceeds 10 MB, the limit of API Gateway"
DRAINED_BYTES = 100 * 1024 * 1024


class RequestTooLargeError(Exception):
    """The request exceeds a limit of API Gateway or Lambda. The message says which."""


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


async def read_body(scope: Scope, receive: Receive) -> bytes:
    """Return the body. Read and drop a body that is too large, so that the client reads its answer.

    Raises:
        RequestTooLargeError, ClientGoneError
    """
    headers = dict(scope["headers"])
    declared = headers.get(b"content-length", b"0")
    if int(declared) > MAX_REQUEST_BYTES and b"expect" in headers:
        raise RequestTooLargeError(TOO_LARGE)
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
        raise RequestTooLargeError(TOO_LARGE)
    return bytes(body)


def raw_path(scope: Scope) -> str:
    """Return the path as the client sent it, percent-encoded."""
    path: str = scope["raw_path"].decode("ascii", "backslashreplace")
    return path


def request_of(scope: Scope, body: bytes, request_id: str) -> Request:
    """Return the request, with the headers that API Gateway adds."""
    host, port = scope["server"][:2]
    client = scope["client"][0] if scope["client"] else host
    # ASGI servers give bytes of Latin-1. API Gateway reads the same bytes as UTF-8.
    headers = [(k.decode("latin-1"), v.decode("utf-8", "replace")) for k, v in scope["headers"]]
    headers += [
        ("x-forwarded-for", client),
        ("x-forwarded-port", str(port)),
        ("x-forwarded-proto", "http"),
    ]
    return Request(
        method=scope["method"],
        raw_path=raw_path(scope),
        query=scope["query_string"].decode("ascii", "backslashreplace"),
        headers=tuple(headers),
        body=body,
        source_ip=client,
        protocol=f"HTTP/{scope['http_version']}",
        received_at=datetime.now(UTC),
        request_id=request_id,
    )


async def send_response(scope: Scope, send: Send, answer: Response) -> None:
    """Send the answer. HEAD gets the headers of the whole answer, and no body."""
    headers = list(answer.headers)
    if answer.status not in WITHOUT_BODY:
        headers.append(("content-length", str(len(answer.body))))
    encoded = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
    body = b"" if scope["method"] == "HEAD" else answer.body
    await send({"type": "http.response.body", "body": body})


def print_line(
    scope: Scope, answer: Response, function: str, seconds: float, request_id: str
) -> None:
    """Print one line on stdout, which ends with the reason of a refusal.

    The request cannot forge a second line, and keys are redacted.
    """
    target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
    print(
        time.strftime("%H:%M:%S"),
        scope["method"],
        redacted(re.sub(r"[^\x21-\x7e]", "?", target.decode("latin-1"))),
        answer.status,
        f"{seconds * 1000:.0f}ms",
        function,
        request_id,
        *filter(None, [reason_of(answer)]),
        flush=True,
    )
