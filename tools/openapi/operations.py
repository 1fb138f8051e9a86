"""Build one operation of the document from one declared route.

The id of an operation is its group and the name of its endpoint, such as `messaging_mark_read`. The
event file and the example of an operation have the same name. Its description is the endpoint's
docstring.
"""

import inspect
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter

from agent_messaging.door.route import Route, type_hints
from agent_messaging.fields import AgentId
from agent_messaging.idempotency import HEADER as IDEMPOTENCY_KEY
from agent_messaging.idempotency import REPLAYED
from tools.openapi import descriptions, gateway, problems, schemas
from tools.openapi.example_data import BOOTS, PARAMETERS
from tools.openapi.examples import EXAMPLES, derived
from tools.openapi.examples.example import Example
from tools.openapi.schemas import Mode, Schema

JSON = "application/json"

# The header that the guard of registration checks.
REGISTRATION_KEY = "X-Registration-Key"

TEXT_HEADER: Schema = {"schema": {"type": "string"}}

KEY_SCHEMA: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": r"^[\x20-\x7e]+$",
    "examples": ["8e03978e-40d5-43dd-bc93-6894a57f9324"],
}


@dataclass(frozen=True)
class Operation:
    """A route in its group."""

    group: str
    route: Route

    @property
    def id(self) -> str:
        """The operation's id. It is unique, because the endpoints of a group are in one module."""
        return f"{self.group}_{self.route.endpoint.__name__}"

    @property
    def description(self) -> str:
        """The docstring of its endpoint, on one line."""
        return " ".join((inspect.getdoc(self.route.endpoint) or "").split())

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples of the story, or else one that is made from the models."""
        return EXAMPLES.get(self.id) or (derived.example(self.route),)

    @property
    def types(self) -> dict[str, tuple[Mode, Any]]:
        """The types of its answer, query and body, under the keys that `Describer` uses."""
        answer = type_hints(self.route.endpoint).get("return")
        found: dict[str, tuple[Mode, Any]] = {}
        if answer is not type(None):
            found[f"{self.id} answer"] = ("serialization", answer)
        if self.route.query is not None:
            found[f"{self.id} query"] = ("validation", self.route.query)
        if self.route.body is not None:
            found[f"{self.id} body"] = ("validation", self.route.body)
        return found


class Describer:
    """Describes operations. Collects the error responses that they refer to."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        types = {key: kind for each in operations for key, kind in each.types.items()}
        self._schemas, self.components = schemas.of_types(types)
        self._queries = {
            key: schema for key, schema in self._schemas.items() if key.endswith(" query")
        }
        self.problems = problems.Problems()

    @property
    def shared(self) -> dict[str, Schema]:
        """The components without the query models, which have become parameters."""
        gone = {schemas.component_name(schema) for schema in self._queries.values()}
        return {name: schema for name, schema in self.components.items() if name not in gone}

    def describe(self, operation: Operation) -> dict[str, Any]:
        """Return the operation as an Operation Object of OpenAPI."""
        route = operation.route
        described: dict[str, Any] = {
            "tags": [operation.group],
            "operationId": operation.id,
            "summary": route.summary,
            "description": operation.description,
        }
        if parameters := self._parameters(operation):
            described["parameters"] = parameters
        if route.body is not None:
            described["requestBody"] = self._body(operation)
        refusals = self.problems.refer(problems.of_route(route), gateway.of_route(route))
        described["responses"] = {str(route.status): self._success(operation), **refusals}
        if route.identity is None:
            described["security"] = []
        if route.deprecated is not None:
            described |= {"deprecated": True, "x-sunset": route.deprecated.ends.isoformat()}
        return described

    def _parameters(self, operation: Operation) -> list[dict[str, Any]]:
        route = operation.route
        found = [
            _parameter(name, "path", schemas.of_part(kind), is_required=True)
            for name, kind in route.parts.items()
        ]
        if route.guard is not None:
            text = schemas.of_part(TypeAdapter(str))
            found.append(_parameter(REGISTRATION_KEY, "header", text, is_required=False))
        if route.takes_key:
            found.append(_parameter(IDEMPOTENCY_KEY, "header", KEY_SCHEMA, is_required=False))
        if route.identity is not None:
            found.append(_identity(route))
        if route.query is not None:
            reference = self._queries[f"{operation.id} query"]
            needed = self.components[schemas.component_name(reference)].get("required", [])
            found += [
                _parameter(name, "query", schema, is_required=name in needed)
                for name, schema in schemas.of_parameters(reference, self.components).items()
            ]
        return found

    def _body(self, operation: Operation) -> dict[str, Any]:
        schema = self._schemas[f"{operation.id} body"]
        size = operation.route.max_bytes // 1024
        # No body means `{}`, so the body is optional if no field is required.
        is_required = bool(self.components[schemas.component_name(schema)].get("required"))
        examples = {each.name: {"value": each.request} for each in operation.examples}
        return {
            "description": f"One JSON object of at most {size} KiB.",
            "required": is_required,
            "content": {JSON: {"schema": schema, "examples": examples}},
        }

    def _success(self, operation: Operation) -> dict[str, Any]:
        status = HTTPStatus(operation.route.status)
        names = ["X-Request-Id"] + [REPLAYED] * operation.route.takes_key
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
        headers |= dict.fromkeys(_announced(operation.route), TEXT_HEADER)
        if status is HTTPStatus.NO_CONTENT:
            return {"description": status.phrase, "headers": headers}
        examples = {each.name: {"value": each.answer} for each in operation.examples}
        schema = self._schemas[f"{operation.id} answer"]
        return {
            "description": status.phrase,
            "headers": headers,
            "content": {JSON: {"schema": schema, "examples": examples}},
        }


def _announced(route: Route) -> Iterable[str]:
    """Return the names of the headers that announce the end of a deprecated route."""
    return () if route.deprecated is None else route.deprecated.headers


def _parameter(name: str, place: str, schema: Schema, *, is_required: bool) -> dict[str, Any]:
    rest = {key: value for key, value in schema.items() if key != "description"}
    description = descriptions.PARAMETERS.get(name) or schema["description"]
    example = {"example": PARAMETERS.get(name, BOOTS["id"])} if is_required else {}
    return {
        "name": name,
        "in": place,
        "required": is_required,
        "description": description,
        **example,
        "schema": rest,
    }


def _identity(route: Route) -> dict[str, Any]:
    """Return the parameter that names the caller. See `auth.identify`."""
    schema = schemas.of_part(TypeAdapter(AgentId))
    described = descriptions.IDENTITY if route.identity_required else descriptions.OPTIONAL_IDENTITY
    return {
        "name": route.identity,
        "in": "query",
        "required": False,
        "description": described,
        "schema": schema,
    }
