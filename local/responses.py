"""Turn a function's result into a response as API Gateway does (payload format 2.0). Pure: no I/O.

Source: "Working with AWS Lambda proxy integrations for HTTP APIs" of the API Gateway guide.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PASSED_ON = range(200, 600)
WITHOUT_BODY = frozenset({204, 304})
FRAMING_HEADERS = frozenset({"content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True)
class Response:
    """A response of the gateway."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    reason: str = ""
    """Why the gateway itself refused the request. Only the log shows it."""
    is_early: bool = False
    """Whether the request was refused before its route mattered. Then the log names no function."""


class BadResultError(Exception):
    """A handler's result is not a valid response for API Gateway."""


def response(result: Any) -> Response:
    """Return the response for a handler's result. Raises BadResultError.

    A result without `statusCode` is the JSON body of a 200.
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
        raise BadResultError(f"its statusCode {value!r} is not allowed")
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
        raise BadResultError("a header contains characters that are not allowed")
    return text.strip()
