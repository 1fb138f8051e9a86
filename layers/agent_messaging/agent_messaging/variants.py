"""The harmless variants of values that a request may use, each with its canonical form.

    whole numbers      1.0, 1e0, "1"       1
    numbers            "12.50"             12.50
    booleans           "True"              true
    words, ids         " Pending "         pending
    URLs               HTTPS://a.b         https://a.b
    durations          PT24H               24 hours

A function here returns the canonical form, or the value itself if it is not such a variant. It
never refuses a value, because the type of the field does. A variant that could mean something else
is not taken: 1.5 is not a whole number, and letters outside ASCII stay as they are.
"""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from agent_messaging import ids

# ASCII only: `str.strip` would also remove spaces that look like none.
_SPACES = " \t\r\n"
# At most 32 characters, because a number with a long exponent takes long to write out.
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")
_DIGITS = re.compile(r"-?[0-9]{1,9}")
_BOOLEANS = {"true": True, "false": False}
_PART = r"(?:([0-9]{1,8}(?:\.[0-9]{1,3})?)%s)?"
_DURATION = re.compile(
    "P(?=.)"
    + "".join(_PART % unit for unit in "WD")
    + "(?:T(?=.)"
    + "".join(_PART % unit for unit in "HMS")
    + ")?"
)
_UNITS = ("weeks", "days", "hours", "minutes", "seconds")


def stripped(value: Any) -> Any:
    """Return a string without the ASCII spaces around it."""
    return value.strip(_SPACES) if isinstance(value, str) else value


def lower(value: Any) -> Any:
    """Return an ASCII string in lower case and without the spaces around it.

    Other letters keep their case, because some become ASCII in lower case: K (the Kelvin sign) is
    such a letter. So no string becomes the id of another agent. An API key keeps its case too,
    because in lower case it could be an id, and answers repeat ids.
    """
    if not isinstance(value, str) or not value.isascii() or ids.has_key(value):
        return value
    return value.strip(_SPACES).lower()


def number(value: Any) -> Any:
    """Return a Decimal for a string that holds a number."""
    if isinstance(value, str) and _NUMBER.fullmatch(text := value.strip(_SPACES)):
        return Decimal(text)
    return value


def digits(value: Any) -> Any:
    """Return an integer for a string of up to nine digits, the only form in a query."""
    if isinstance(value, str) and _DIGITS.fullmatch(text := value.strip(_SPACES)):
        return int(text)
    return value


def whole(value: Any) -> Any:
    """Return an integer for a number without a fraction, also if a string holds it."""
    if isinstance(value, int):
        return value
    value = number(value)
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        return int(value)
    return value


def boolean(value: Any) -> Any:
    """Return a boolean for the strings `true` and `false` in any case."""
    return _BOOLEANS.get(lower(value), value) if isinstance(value, str) else value


def url(value: Any) -> Any:
    """Return a URL with its scheme in lower case and without the spaces around it."""
    if not isinstance(value, str):
        return value
    scheme, separator, rest = value.strip(_SPACES).partition("://")
    return (scheme.lower() if scheme.isascii() else scheme) + separator + rest


def duration(value: Any) -> timedelta | None:
    """Return the length of an ISO 8601 duration in weeks, days, hours, minutes and seconds.

    None if the value is not one. Years and months are not taken, because their length varies.
    """
    text = value.strip(_SPACES).upper() if isinstance(value, str) and value.isascii() else ""
    match = _DURATION.fullmatch(text)
    if match is None:
        return None
    numbers = zip(_UNITS, match.groups(), strict=True)
    return timedelta(**{unit: float(number) for unit, number in numbers if number})
