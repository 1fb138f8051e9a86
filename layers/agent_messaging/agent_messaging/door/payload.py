"""Parse the bytes of a request into a JSON object that is safe to parse into models.

These bodies are refused first: bodies over the limit (413), compressed or with another media type
(415), and not UTF-8 or not JSON (400). JSON that other readers cannot handle is refused with 422:
names that occur twice in an object, more than 32 levels deep, `NaN` or `Infinity`, numbers beyond a
double, and lone surrogates. A byte order mark is skipped.
"""

import base64
import json
import math
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from agent_messaging import ids
from agent_messaging.door import repeated_names
from agent_messaging.door.parsing import MAX_FAULTS, pointer
from agent_messaging.errors import (
    ContentEncodingError,
    Fault,
    InvalidError,
    MalformedError,
    MediaTypeError,
    TooLargeError,
)

MAX_DEPTH = 32
MAX_DIGITS = 308  # the largest double is 1.8e308
MAX_BYTES = 256 * 1024
MAX_SHOWN = 100  # characters of a header in an answer

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# What compressed bytes begin with: RFC 1952, RFC 8878.
_COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
# ASCII is UTF-8 as well. RFC 8259 defines no charset, so one that says UTF-8 adds nothing.
_CHARSETS = {"", "utf8", "usascii", "ascii"}


def json_object(event: Mapping[str, Any], max_bytes: int) -> dict[str, Any]:
    """Return the body of a payload-2.0 event as a JSON object. An absent or empty body is `{}`.

    Raises:
        TooLargeError: the body has more than `max_bytes` bytes.
        ContentEncodingError: the body is compressed.
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
    _refuse_encoding(_header(event, "content-encoding"))
    _require_json(_header(event, "content-type"))
    return json_object_of(raw)


def json_object_of(raw: bytes) -> dict[str, Any]:
    """Return bytes as a JSON object.

    Raises:
        MalformedError: they are not UTF-8, not JSON or not an object.
        InvalidError: the JSON cannot be stored unchanged, see the module.
    """
    value = _parse(raw.removeprefix(_BYTE_ORDER_MARK))
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


def refuse_fields(event: Mapping[str, Any], parameters: Collection[str]) -> None:
    """Refuse a body with fields on a route that takes none, so that no field is lost silently.

    `parameters` are the names that the route takes in the query. Any other body is ignored.

    Raises:
        InvalidError: the body is a JSON object with members.
    """
    if not event.get("body"):
        return
    try:
        fields = json_object(event, MAX_BYTES)
    except (MalformedError, MediaTypeError, TooLargeError):
        return
    if not fields:
        return
    names = [name for name in fields if name in parameters]
    fix = "Send no body with this request."
    if names:
        fix = f"Send `{'`, `'.join(names)}` in the query, and no body."
    faults = (
        Fault(pointer((name,)), "is in a body that this route does not take")
        for name in islice(fields, MAX_FAULTS)
    )
    raise InvalidError("This route takes no body.", fix=fix, faults=tuple(faults))


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


def _refuse_encoding(content_encoding: str) -> None:
    if not content_encoding:
        return
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    if any(coding not in ("", "identity") for coding in codings):
        raise ContentEncodingError(
            f"The Content-Encoding is {ids.without_key(content_encoding)[:MAX_SHOWN]!r}."
        )


def _require_json(content_type: str) -> None:
    if content_type == "application/json":
        return
    media_type, *parameters = content_type.split(";")
    media_type = media_type.strip().lower()
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    if not is_json or not all(map(_is_utf_8, parameters)):
        raise MediaTypeError(
            f"The Content-Type is {ids.without_key(content_type)[:MAX_SHOWN]!r}."
            if content_type
            else "The request has no Content-Type."
        )


def _is_utf_8(parameter: str) -> bool:
    """Return whether a parameter of the content type is another one, or a name of UTF-8."""
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "charset":
        return True
    charset = value.strip().strip("\"'").lower()
    return charset.replace("-", "").replace("_", "") in _CHARSETS


def _parse(raw: bytes) -> object:
    try:
        text = raw.decode("utf-8")
        try:
            return _JSON.decode(text)
        except repeated_names.RepeatedNameError:
            raise repeated_names.error(text, MAX_DEPTH) or _too_deep() from None
    except UnicodeDecodeError:
        raise _not_utf_8(raw) or MalformedError("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise _not_utf_8(raw) or MalformedError(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            fix=f"Correct the JSON at line {error.lineno}, column {error.colno}. Names and texts "
            "stand in double quotes, and no comma stands before a closing bracket.",
        ) from None
    except RecursionError:
        raise _too_deep() from None


def _not_utf_8(raw: bytes) -> MalformedError | None:
    """Return the error for bytes that are compressed or in UTF-16 or UTF-32, else None."""
    for magic, coding in _COMPRESSED.items():
        if raw.startswith(magic):
            return MalformedError(
                f"The body is not JSON: it is compressed with {coding}.",
                fix="Send the JSON without compression.",
            )
    encoding = json.detect_encoding(raw[:4])
    if encoding.startswith("utf-8"):
        return None
    return MalformedError(
        f"The body is {encoding[:6].upper()}, and not UTF-8.", fix="Encode the JSON as UTF-8."
    )


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


_JSON = json.JSONDecoder(
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_not_a_number,
    object_pairs_hook=repeated_names.refuse,
)
