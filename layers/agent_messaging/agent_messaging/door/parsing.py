"""Parse the parts of a request into models, and describe what is wrong in plain sentences.

`door.fixes` says what to do about it. It is imported only for a request that is refused.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, TypeAdapter, ValidationError

from agent_messaging import fields
from agent_messaging.errors import Fault, InvalidError

if TYPE_CHECKING:
    from agent_messaging.door.form import Form

# Limits, so that an answer is never much longer than the request.
MAX_FAULTS = 20
MAX_NAMED = 5
MAX_NAME = 100

SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is unknown",
    "string_type": "is not a string",
    "string_unicode": "is not valid Unicode",
    "string_too_long": "has more than {max_length} characters",
    "string_too_short": "has fewer than {min_length} characters",
    "int_type": "is not a whole number",
    "int_parsing": "is not a whole number",
    "bool_type": "is not true or false",
    "list_type": "is not a list",
    "too_long": "has more than {max_length} items",
    "too_short": "has fewer than {min_length} items",
    "greater_than_equal": "is below {ge}",
    "less_than_equal": "is above {le}",
    "literal_error": "is not {expected}",
    "enum": "is not {expected}",
    "decimal_max_places": "has more than {decimal_places} decimal places",
    "decimal_max_digits": "has more than {max_digits} digits",
    "decimal_whole_digits": "has more than {whole_digits} digits before the point",
    "timezone_aware": "has no UTC offset such as Z",
}
PATTERNS = {
    fields.AGENT_ID_PATTERN: "is not an agent id: use 1 to 64 lower-case letters, digits, `.`, `_` "
    "and `-`, and begin and end with a letter or digit",
    fields.CAPABILITY_PATTERN: "is not a capability: use 1 to 64 lower-case letters, digits, `.`, "
    "`_` and `-`, and begin and end with a letter or digit",
    fields.MESSAGE_ID_PATTERN: "is not a message id: `msg_` and 26 letters and digits",
    fields.WORK_ORDER_ID_PATTERN: "is not a work order id: `wo_` and 26 letters and digits",
    fields.KEY_HASH_PATTERN: "is not a SHA-256: 64 digits and lower-case letters a to f",
    fields.KEY_ID_PATTERN: "is not a key id: `key_` and 26 letters and digits",
    fields.THREAD_ID_PATTERN: "is not a thread id: `thr_` and 42 letters and digits",
    fields.NOT_BLANK_PATTERN: "is blank",
    fields.ONE_LINE_PATTERN: "has a line break",
    fields.URL_PATTERN: "is not a URL that begins with http:// or https://",
}


def query_parameters(event: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Return the query parameters of a payload-2.0 event, and the names of repeated ones.

    They come from `rawQueryString`, because elsewhere the gateway joins repeated parameters with
    commas.
    """
    pairs = parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True)
    counts = Counter(name for name, _ in pairs)
    return dict(pairs), [name for name, count in counts.items() if count > 1]


def headers(event: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers with lower-case names. `sam local` keeps the case of names."""
    return {name.lower(): str(value) for name, value in (event.get("headers") or {}).items()}


def missing_identity(identity: str, parameters: Mapping[str, str]) -> InvalidError:
    """Return the error for a request that does not name its caller."""
    other = next((name for name in ("agent_id", "from_agent_id") if name in parameters), None)
    fix = f"Add `{identity}=<your agent id>` to the query."
    if other is not None:
        fix = f"Rename `?{other}` to `?{identity}`."
    return InvalidError.at(f"?{identity}", "is missing", fix=fix)


def refuse_repeated(names: list[str]) -> None:
    """Refuse repeated parameters.

    Raises:
        InvalidError: `names` is not empty.
    """
    if names:
        from agent_messaging.door import fixes  # noqa: PLC0415 - most requests need none

        first = names[:MAX_FAULTS]
        told = [fixes.of_repeated(name) for name in first]
        faults = tuple(
            Fault(_short(f"?{name}"), "is repeated", fix)
            for name, fix in zip(first, told, strict=True)
        )
        fix = fixes.together(told)
        raise InvalidError("A query parameter is repeated.", fix=fix, faults=faults)


def filled(path: str, parts: Mapping[str, str]) -> str:
    """Return a route's path with these parts of it, such as `/messages/msg_1`."""
    for name, text in parts.items():
        path = path.replace(f"{{{name}}}", str(text))
    return path


def path_parts(
    types: Mapping[str, TypeAdapter[Any]], parts: Mapping[str, str], route: str = ""
) -> dict[str, Any]:
    """Return the checked parts of the path. `route` is the route's path.

    Raises:
        InvalidError: a part does not match its pattern.
    """
    parsed = {}
    for name, text in parts.items():
        try:
            parsed[name] = types[name].validate_python(text)
        except ValidationError as error:
            from agent_messaging.door import form  # noqa: PLC0415 - most requests need none

            found = [{**each, "loc": (name,)} for each in _first(error)]
            part = form.of_part(name, text, types[name], filled(route, parsed))
            raise _invalid("A part of the path is not valid.", found, part) from None
    return parsed


def query_model(
    model: type[BaseModel] | None,
    parameters: Mapping[str, str],
    identity: str | None = None,
    body: type[BaseModel] | None = None,
) -> dict[str, Any]:
    """Return the query as the route's model, under the name `query`. Empty without a model.

    The `fix` of a refusal also knows the `identity` parameter and the fields of the route's `body`.

    Raises:
        InvalidError: a parameter is unknown, missing or wrong.
    """
    if model is None and not parameters:
        return {}
    found: list[Any]
    try:
        if model is not None:
            return {"query": model.model_validate(parameters)}
        told = "A query parameter is unknown."
        names = islice(parameters, MAX_FAULTS)
        found = [{"type": "extra_forbidden", "loc": (name,)} for name in names]
    except ValidationError as error:
        told, found = "A query parameter is not valid.", list(_first(error))
    from agent_messaging.door import form  # noqa: PLC0415 - most requests need none

    raise _invalid(told, found, form.of_query(model, parameters, identity, body))


def body_model(
    model: type[BaseModel],
    value: Mapping[str, Any],
    identity: str | None = None,
    route: str = "",
) -> BaseModel:
    """Return the body as the route's model. `route` is the route's path.

    Raises:
        InvalidError: a field is unknown, missing or wrong.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        from agent_messaging.door import form  # noqa: PLC0415 - most requests need none

        found = list(_first(error))
        names = list(dict.fromkeys(pointer(each["loc"]).removeprefix("#/") for each in found))
        named = ", ".join(names[:MAX_NAMED]) + (", ..." if len(names) > MAX_NAMED else "")
        told = f"The body is not valid: {named}."
        raise _invalid(told, found, form.of_body(model, value, identity, route)) from None


def _invalid(detail: str, found: Sequence[Any], form: "Form") -> InvalidError:
    """Return the error for what pydantic found wrong in one part of a request."""
    from agent_messaging.door import fixes  # noqa: PLC0415 - most requests need none

    told = fixes.of_errors(found, form)
    is_unknown = any(each["type"] == "extra_forbidden" for each in found)
    faults = tuple(
        Fault(_place(each["loc"], form), _sentence(each), fix)
        for each, fix in zip(found, told, strict=True)
    )
    fix = fixes.together(told, form if is_unknown else None)
    return InvalidError(detail, fix=fix, faults=faults)


def _place(location: tuple[int | str, ...], form: "Form") -> str:
    """Return the pointer of a fault, see `Fault`."""
    if form.place == "{}":
        return pointer(location)
    return _short(form.place.format("".join(map(str, location[:1]))))


def _short(name: str) -> str:
    """Return a name that the caller chose, visible and shortened to MAX_NAME characters."""
    from agent_messaging.door import form  # noqa: PLC0415 - most requests need none

    return form.visible(name, MAX_NAME)


def _first(error: ValidationError) -> Iterator[Any]:
    """Return the first MAX_FAULTS errors. A body can have thousands."""
    return islice(error.errors(include_url=False), MAX_FAULTS)


def pointer(location: tuple[int | str, ...]) -> str:
    """Return a JSON Pointer (RFC 6901) as a URI fragment."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in location)
    return _short("#" + "".join(f"/{step}" for step in steps))


def _sentence(error: Any) -> str:
    """Return what pydantic found wrong, as the API describes it."""
    context = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch":
        return PATTERNS.get(context["pattern"], f"does not match {context['pattern']}")
    if error["type"] in SENTENCES:
        return SENTENCES[error["type"]].format(**context)
    return str(error["msg"]).removeprefix("Value error, ")
