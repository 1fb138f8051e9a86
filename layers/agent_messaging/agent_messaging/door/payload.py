"""Parse the bytes of a request into a JSON object that is safe to parse into models.

These bodies are refused first: bodies over the limit (413), with another media type (415), and not
UTF-8 or not JSON (400). JSON that other readers cannot handle is refused with 422: more than 32
levels deep, `NaN` or `Infinity`, numbers beyond a double, and lone surrogates.
"""

import base64
import json
import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from agent_messaging.errors import InvalidError, MalformedError, MediaTypeError, TooLargeError

MAX_DEPTH = 32
MAX_DIGITS = 308  # the largest double is 1.8e308
MAX_BYTES = 256 * 1024


def json_object(event: Mapping[str, Any], max_bytes: int) -> dict[str, Any]:
    """Return the body of a payload-2.0 event as a JSON object. An absent or empty body is `{}`.

    Raises:
        TooLargeError: the body has more than `max_bytes` bytes.
        MediaTypeError: the content type is not JSON in UTF-8.
        MalformedError: the body is not UTF-8, not JSON or not an object.
        InvalidError: the JSON cannot be stored unchanged, see the module.
    """
    raw = _bytes(event)
    if len(raw) > max_bytes:
        raise TooLargeError(
            f"The body has {len(raw)} bytes. This route accepts at most {max_bytes}.",
            fix=f"Send at most {max_bytes} bytes, or send a URL to the content instead.",
        )
    if not raw:
        return {}
    _require_json(_header(event, "content-type"))
    value = _parse(raw)
    if not isinstance(value, dict):
        kind = "a string" if isinstance(value, str) else "a list" if isinstance(value, list) else ""
        raise MalformedError(
            "The body is JSON but not an object.",
            fix=f'Send a JSON object, such as `{{"name": "value"}}`, instead of '
            f"{kind or 'a single value'}.",
        )
    # Only a body with many brackets can be too deep, and only an escape can be a lone surrogate.
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH or b"\\u" in raw:
        _check(value)
    return value


def _bytes(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise MalformedError("The body is not valid base64.") from None


def _header(event: Mapping[str, Any], name: str) -> str:
    """Return a header's value. Names may have any case, because `sam local` keeps their case."""
    headers = event.get("headers") or {}
    return next((str(value) for sent, value in headers.items() if sent.lower() == name), "")


def _require_json(content_type: str) -> None:
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    charset = parameters.lower().replace(" ", "").replace('"', "")
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    if not is_json or ("charset=" in charset and "charset=utf-8" not in charset):
        raise MediaTypeError(
            f"The Content-Type is {content_type!r}."
            if content_type
            else "The request has no Content-Type."
        )


def _parse(raw: bytes) -> object:
    try:
        return _JSON.decode(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise MalformedError("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise MalformedError(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            fix=f"Correct the JSON at line {error.lineno}, column {error.colno}. Names and texts "
            "stand in double quotes, and no comma stands before a closing bracket.",
        ) from None
    except RecursionError:
        raise _too_deep() from None


def _decimal(text: str) -> Decimal:
    try:
        if math.isfinite(float(text)):
            return Decimal(text)
    except InvalidOperation:
        pass  # A zero with an exponent that is too large for Decimal.
    raise _beyond_a_double(text)


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _beyond_a_double(text)
    return int(text)


def _not_a_number(constant: str) -> object:
    raise InvalidError(
        f"The body contains {constant}, which is not valid JSON.",
        fix=f"Leave out {constant}, or send null or a string.",
    )


def _beyond_a_double(text: str) -> InvalidError:
    return InvalidError(
        f"The body contains the number {text[:20]}, which does not fit into a double.",
        fix="Send the number as a string.",
    )


def _too_deep() -> InvalidError:
    return InvalidError(
        f"The body is nested more than {MAX_DEPTH} levels deep.",
        fix=f"Nest at most {MAX_DEPTH} levels, or send a URL to the content instead.",
    )


def _check(value: object, depth: int = 1) -> None:
    """Check the value's depth, and that its strings are valid Unicode."""
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict | list):
        if depth > MAX_DEPTH:
            raise _too_deep()
        for part in value:
            _check(part, depth + 1)
        if isinstance(value, dict):
            for part in value.values():
                _check(part, depth + 1)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidError(
            "The body contains half of a surrogate pair, which is not a character.",
            fix="Escape each character beyond U+FFFF as a complete pair, or send it as UTF-8.",
        ) from None


_JSON = json.JSONDecoder(parse_float=_decimal, parse_int=_integer, parse_constant=_not_a_number)
