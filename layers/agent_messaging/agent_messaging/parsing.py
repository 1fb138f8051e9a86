"""From the parts of a request to models, and from what pydantic found wrong to our own words."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, TypeAdapter, ValidationError

from agent_messaging.errors import Fault, InvalidError

MAX_FAULTS = 20


def query_parameters(event: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """The query parameters of a payload-2.0 event, and the names that came more than once.

    Read from `rawQueryString`: elsewhere the gateway joins repeated parameters with commas.
    """
    pairs = parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True)
    names = [name for name, _ in pairs]
    return dict(pairs), [name for name in dict.fromkeys(names) if names.count(name) > 1]


def refuse_repeated(names: list[str]) -> None:
    """Refuse parameters that came more than once.

    Raises:
        InvalidError: there are some.
    """
    if names:
        faults = tuple(Fault(f"?{name}", "is given more than once") for name in names)
        raise InvalidError("A query parameter is repeated.", faults=faults)


def path_parts(types: Mapping[str, TypeAdapter[Any]], parts: Mapping[str, str]) -> dict[str, Any]:
    """The parts of the path, checked.

    Raises:
        InvalidError: one breaks its pattern.
    """
    parsed = {}
    for name, text in parts.items():
        try:
            parsed[name] = types[name].validate_python(text)
        except ValidationError as error:
            faults = tuple(Fault(f"{{{name}}}", _sentence(e)) for e in _first(error))
            raise InvalidError("A part of the path is not well formed.", faults=faults) from None
    return parsed


def query_model(model: type[BaseModel] | None, parameters: Mapping[str, str]) -> dict[str, Any]:
    """The query as the route's model, under the name `query`; nothing for a route without one.

    Raises:
        InvalidError: a parameter is unknown, missing or wrong.
    """
    if model is None:
        if parameters:
            faults = tuple(Fault(f"?{name}", "is not known here") for name in parameters)
            raise InvalidError("A query parameter is unknown.", faults=faults)
        return {}
    try:
        return {"query": model.model_validate(parameters)}
    except ValidationError as error:
        faults = tuple(Fault(f"?{e['loc'][0]}", _sentence(e)) for e in _first(error))
        raise InvalidError("A query parameter is not valid.", faults=faults) from None


def body_model(model: type[BaseModel], value: Mapping[str, Any]) -> BaseModel:
    """The body as the route's model.

    Raises:
        InvalidError: a field is unknown, missing or wrong.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        faults = tuple(Fault(_pointer(e["loc"]), _sentence(e)) for e in _first(error))
        named = ", ".join(dict.fromkeys(fault.pointer.removeprefix("#/") for fault in faults))
        raise InvalidError(f"The body is not valid: {named}.", faults=faults) from None


def _first(error: ValidationError) -> Iterator[Any]:
    """As many of the errors as help: a body may be wrong in a thousand places."""
    return islice(error.errors(include_url=False, include_context=False), MAX_FAULTS)


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON Pointer (RFC 6901) as a URI fragment."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in location)
    return "#" + "".join(f"/{step}" for step in steps)


def _sentence(error: Any) -> str:
    """Pydantic's message in our words where its own would puzzle a caller."""
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "extra_forbidden":
        return "is not known here"
    return str(error["msg"]).removeprefix("Value error, ")
