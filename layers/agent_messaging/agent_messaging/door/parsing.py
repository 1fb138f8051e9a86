"""Parse the parts of a request into models, and describe what is wrong in plain sentences."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, TypeAdapter, ValidationError

from agent_messaging import fields
from agent_messaging.errors import Fault, InvalidError

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
    fields.ONE_LINE_PATTERN: "has a line break or a control character",
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
        fix = f"Rename the query parameter `{other}` to `{identity}`."
    return InvalidError.at(f"?{identity}", "is missing", fix=fix)


def refuse_repeated(names: list[str]) -> None:
    """Refuse repeated parameters.

    Raises:
        InvalidError: `names` is not empty.
    """
    if names:
        faults = _of_parameters(names, "is repeated")
        raise InvalidError(
            "A query parameter is repeated.",
            fix="Send each query parameter only once.",
            faults=faults,
        )


def path_parts(types: Mapping[str, TypeAdapter[Any]], parts: Mapping[str, str]) -> dict[str, Any]:
    """Return the checked parts of the path.

    Raises:
        InvalidError: a part does not match its pattern.
    """
    parsed = {}
    for name, text in parts.items():
        try:
            parsed[name] = types[name].validate_python(text)
        except ValidationError as error:
            faults = tuple(Fault(f"{{{name}}}", _sentence(e)) for e in _first(error))
            raise InvalidError("A part of the path is not valid.", faults=faults) from None
    return parsed


def query_model(model: type[BaseModel] | None, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the query as the route's model, under the name `query`. Empty without a model.

    Raises:
        InvalidError: a parameter is unknown, missing or wrong.
    """
    if model is None:
        if parameters:
            faults = _of_parameters(parameters, "is unknown")
            raise InvalidError("A query parameter is unknown.", faults=faults)
        return {}
    try:
        return {"query": model.model_validate(parameters)}
    except ValidationError as error:
        faults = tuple(Fault(_short(f"?{e['loc'][0]}"), _sentence(e)) for e in _first(error))
        raise InvalidError("A query parameter is not valid.", faults=faults) from None


def body_model(model: type[BaseModel], value: Mapping[str, Any]) -> BaseModel:
    """Return the body as the route's model.

    Raises:
        InvalidError: a field is unknown, missing or wrong.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = tuple(Fault(pointer(e["loc"]), _sentence(e)) for e in _first(error))
        names = list(dict.fromkeys(fault.pointer.removeprefix("#/") for fault in faults))
        named = ", ".join(names[:MAX_NAMED]) + (", ..." if len(names) > MAX_NAMED else "")
        fix = next(filter(None, map(_fix, _first(error))), None)
        raise InvalidError(f"The body is not valid: {named}.", fix=fix, faults=faults) from None


def _of_parameters(names: Iterable[str], detail: str) -> tuple[Fault, ...]:
    """Return one fault for each parameter, up to MAX_FAULTS."""
    return tuple(Fault(_short(f"?{name}"), detail) for name in islice(names, MAX_FAULTS))


def _short(name: str) -> str:
    """Return a name that the caller chose, shortened to MAX_NAME characters."""
    return name if len(name) <= MAX_NAME else name[: MAX_NAME - 3] + "..."


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


def _fix(error: Any) -> str | None:
    """Return the fix from one of our own validators, if there is one."""
    fix: str | None = error.get("ctx", {}).get("fix")
    return fix
