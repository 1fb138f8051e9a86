"""Canonical JSON (RFC 8785): one text for each JSON value, so that everybody computes its hash.

Names are sorted by UTF-16 code units. Numbers are doubles, and are written as in ECMAScript. So an
integer beyond 2**53 becomes the nearest double, as in the JSON parser of every browser.
"""

import hashlib
import math
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any

# ECMA-262, Number::toString: between these powers of ten there is no exponent.
_LARGEST_PLAIN = 21
_SMALLEST_PLAIN = -6


def canonical(value: Any) -> str:
    """Return a JSON value as canonical text.

    Raises:
        ValueError: it has a number that is no finite double, or half of a surrogate pair.
        TypeError: it is no JSON value.
    """
    text = _text(value)
    text.encode()  # raises a UnicodeEncodeError, which is a ValueError
    return text


def sha256(value: Any) -> str:
    """Return the SHA-256 of a JSON value's canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _text(value: Any) -> str:
    match value:
        case str():
            return encode_basestring(value)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _number(value)
        case Mapping():
            names = sorted(value, key=_utf_16)
            return "{" + ",".join(f"{_text(name)}:{_text(value[name])}" for name in names) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_text, value)) + "]"
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _utf_16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _number(value: float) -> str:
    """Return a number as ECMAScript writes it: the shortest digits that mean the same double."""
    try:
        double = float(value)
    except OverflowError:
        double = math.inf
    if not math.isfinite(double):
        raise ValueError("a number is no finite double")
    if double == 0:
        return "0"
    sign = "-" if double < 0 else ""
    mantissa, _, exponent = repr(abs(double)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    # The value is 0.DIGITS times ten to the power of `point`.
    point = int(exponent or 0) + len(whole) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return sign + _placed(digits, point)


def _placed(digits: str, point: int) -> str:
    if len(digits) <= point <= _LARGEST_PLAIN:
        return digits.ljust(point, "0")
    if 0 < point <= _LARGEST_PLAIN:
        return f"{digits[:point]}.{digits[point:]}"
    if _SMALLEST_PLAIN < point <= 0:
        return "0." + "0" * -point + digits
    fraction = f".{digits[1:]}" if digits[1:] else ""
    return f"{digits[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"
