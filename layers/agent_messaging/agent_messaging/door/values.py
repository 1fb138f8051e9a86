"""Say which value to send in place of a wrong or missing one. `door.fixes` has the grammar."""

import difflib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from agent_messaging import clock, ids
from agent_messaging.door import wanted
from agent_messaging.door.form import MAX_NAME, NEAR, Form
from agent_messaging.door.usual_words import ALL, NO, VALUES
from agent_messaging.door.wanted import Schema

_ARRIVED = ((bool, "a boolean"), (str, "a string"), (dict, "an object"), (list, "a list"))
# Pydantic's types of errors: the member of the context that is the limit, and its unit.
_TOO_LONG = {
    "string_too_long": ("max_length", "characters"),
    "too_many_bytes": ("limit", "bytes"),
    "too_long": ("max_length", "items"),
}
# What follows the place that is to be removed.
_REMOVED = {"extra_forbidden": "", "null": " to keep its value, or send a new value"}
_BOUNDS = {"greater_than_equal": "ge", "less_than_equal": "le"}
# The value has the right type.
_RIGHT_TYPE = {*_BOUNDS, "missing", "string_too_short", "string_pattern_mismatch"}


def of_error(error: Any, form: Form) -> str:
    """Return the fix for one of pydantic's errors: our own validator's, or one from the schema."""
    given: str | None = error.get("ctx", {}).get("fix")
    place, kind = form.at(*error["loc"]), error["type"]
    if given:
        return given
    if kind in _REMOVED:
        return f"Remove `{place}`{_REMOVED[kind]}."
    if kind == "padded":
        return _trimmed(place, error["input"])
    if kind in _TOO_LONG:
        limit, unit = _TOO_LONG[kind]
        return _shorten(place, error["input"], error["ctx"][limit], unit)
    is_broken = kind == "string_unicode"
    told = f"Send `{place}` as valid Unicode, without half of a surrogate pair."
    return told if is_broken else _other_value(error, form, place)


def _other_value(error: Any, form: Form, place: str) -> str:
    location, kind, value = error["loc"], error["type"], error.get("input")
    schema = form.schema(location)
    verb = f"Add `{place}`," if kind == "missing" else f"Set `{place}` to"
    if "enum" in schema:
        return _choice(verb, value, schema, place)
    if schema.get("format") == "date-time":
        return _time(verb, value, place)
    if kind == "list_type" and (told := _as_list(value, schema, place)):
        return told
    if source := _source(location, schema, form):
        return _from_list(verb, value, source, place, form.route)
    if wanted.is_private(schema):
        return f"Remove `{place}`, and the server creates the key. /llms.txt shows how to make one."
    arrived = ... if kind in _RIGHT_TYPE else value
    return _for_example(verb, schema, place, _meant(error, schema), arrived)


def _meant(error: Any, schema: Schema) -> Any:
    """Return the example that is nearest to what was sent. None for the example of the schema."""
    kind, value = error["type"], error.get("input")
    if schema.get("type") == "boolean":
        is_no = isinstance(value, str) and value.strip().lower() in NO
        return not (is_no or (isinstance(value, int | Decimal) and not value))
    if kind == "greater_than_equal" and schema.get("examples"):
        return None
    return error["ctx"][_BOUNDS[kind]] if kind in _BOUNDS else None


def time_after(now: datetime, text: object = None) -> str:
    """Return a time that is still to come: that of `text` with `Z`, or tomorrow's."""
    tomorrow = clock.to_text(now + timedelta(days=1))
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else now
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return clock.to_text(zoned) if zoned > now else tomorrow
    except (ValueError, OverflowError):
        return tomorrow


def _source(location: Sequence[int | str], schema: Schema, form: Form) -> wanted.Source | None:
    """Return where to find the id that a field takes. A new agent's own id is in no list."""
    if location == ("agent_id",) and form.place == "{}":
        return None
    is_list = schema.get("type") == "array"
    found = wanted.source_of(schema.get("items", {}) if is_list else schema, form.route)
    return found._replace(article="a list of ") if found and is_list else found


def _for_example(
    verb: str, schema: Schema, place: str, value: Any = None, arrived: Any = ...
) -> str:
    instead = "" if arrived is ... or place[0] in "?{" else _instead(arrived)
    sample = wanted.shown(wanted.example(schema) if value is None else value, place)
    return f"{verb} {wanted.described(schema)}{instead}, for example `{sample}`."


def _instead(value: Any) -> str:
    """Return what arrived, but never the value itself."""
    if value is None:
        return " instead of null"
    kinds = (f" instead of {name}" for kind, name in _ARRIVED if isinstance(value, kind))
    return next(kinds, " instead of this number")


def _trimmed(place: str, value: str) -> str:
    name = value.strip()
    if "`" in name or ids.has_key(name):
        return f"Remove the spaces around the value of `{place}`."
    return f"Set `{place}` to `{wanted.shown(name, place)}`."


def _shorten(place: str, value: Any, limit: int, unit: str) -> str:
    size = f"It has {len(value)}." if unit != "bytes" and isinstance(value, str | list) else ""
    rest = "Or send a URL to the content." if unit == "bytes" else ""
    return " ".join(filter(None, (f"Shorten `{place}` to {limit} {unit}.", size, rest)))


def _as_list(value: Any, schema: Schema, place: str) -> str | None:
    """Return the fix that makes a list of one id or word. None if the value is no valid one."""
    pattern = schema.get("items", {}).get("pattern")
    if not pattern or not isinstance(value, str) or ids.has_key(value):
        return None
    if not re.fullmatch(pattern, value):
        return None
    return f"Set `{place}` to a list, for example `{wanted.shown([value], place)}`."


def _choice(verb: str, value: Any, schema: Schema, place: str) -> str:
    """Return the fix with all values, the nearest one first."""
    choices = [str(each) for each in schema["enum"]]
    if told := _left_out(value, schema, choices, place):
        return told
    near = _nearest(value, choices) if isinstance(value, str) else None
    ordered = sorted(choices, key=lambda each: each != near)
    values = ", ".join(f"`{wanted.shown(each, place)}`" for each in ordered)
    guess = f"Did you mean `{near}`? " if near else ""
    return f"{guess}{verb} one of {values}."


def _left_out(value: Any, schema: Schema, choices: Sequence[str], place: str) -> str | None:
    """Return the fix for a filter of a list that should be left out. None for another value."""
    if not isinstance(value, str) or schema.get("default", ...) is not None or place[0] != "?":
        return None
    word = value.strip().lower()
    if word in ALL:
        return f"Leave out `{place}` to list all."
    if word == "open" and {"pending", "accepted"} <= {*choices}:
        return (
            f"Leave out `{place}` to list all, or send `pending` for orders that wait for an "
            "answer, or `accepted` for orders that are being worked on."
        )
    return None


def _nearest(value: str, choices: Sequence[str]) -> str | None:
    word = value.strip().lower().replace("-", "_")
    usual = (each for each in VALUES.get(word, ()) if each in choices)
    near = difflib.get_close_matches(word[:MAX_NAME], choices, n=1, cutoff=NEAR)
    return next(usual, near[0] if near else None)


def _time(verb: str, value: Any, place: str) -> str:
    now = clock.now()
    sample = wanted.shown(time_after(now, value), place)
    return (
        f"{verb} a future RFC 3339 time with Z or an offset, for example `{sample}`. Or send "
        f"a duration from now on, such as `{wanted.shown('PT24H', place)}`. The server's time is "
        f"{clock.to_text(now)}."
    )


def _from_list(verb: str, value: Any, source: wanted.Source, place: str, route: str) -> str:
    """Return the fix for an id: where to find it, and which kind of id was sent instead."""
    told = ids.told_kind(value) if isinstance(value, str) else ""
    name = ids.as_search(value) if source.path == wanted.AGENTS.path else None
    path = f"{source.path}?q={name}" if name else source.path
    where = f" in the path `{route}`" if place[0] == "{" and route else ""
    of_other = " of another agent" if source.path == wanted.AGENTS.path and not name else ""
    verb = verb.replace("` to", f"`{where} to") if where else verb
    also = f" or GET {source.also}" if source.also else ""
    return f"{told}{verb} {source.article}`{source.field}`{of_other} from GET {path}{also}."
