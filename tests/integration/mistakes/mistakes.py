"""Mistakes in requests, generated from the OpenAPI document: seven kinds, in all three parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.integration.mistakes.literal import Request

Document = Mapping[str, Any]

# What is sent in place of a text that has a form, and of one of some words: a name, and nothing.
A_NAME, NO_WORD = "Boots!", "sideways"


@dataclass(frozen=True)
class Mistake:
    """A wrong request: what is wrong with the right one, and where."""

    route: str
    kind: str
    place: str
    request: Request

    def __str__(self) -> str:
        return f"{self.route}: {self.kind} {self.place}"


def of_operation(document: Document, route: str, right: Request) -> Iterator[Mistake]:
    """Yield the mistakes in a request of a route that is right otherwise."""
    method, path = route.split()
    operation = document["paths"][path][method.lower()]
    found = [
        *_in_path(document, operation, path, right),
        *_in_query(document, operation, right),
        *_in_body(document, operation, right),
    ]
    for kind, place, request in found:
        yield Mistake(route, kind, place, request)


def _in_path(document: Document, operation: Any, path: str, right: Request) -> Iterator[Any]:
    for each in operation.get("parameters", ()):
        if each["in"] == "path":
            steps = zip(path.split("/"), right.path.split("/"), strict=True)
            wrong = (A_NAME if step == f"{{{each['name']}}}" else sent for step, sent in steps)
            yield "wrong type", f"{{{each['name']}}}", replace(right, path="/".join(wrong))


def _in_query(document: Document, operation: Any, right: Request) -> Iterator[Any]:
    parameters = [each for each in operation.get("parameters", ()) if each["in"] == "query"]
    yield "unknown", "?verbose", _asked(right, verbose="1")
    for each in parameters:
        name, schema = each["name"], plain(document, each["schema"])
        if each["required"]:
            left = {other: value for other, value in right.query.items() if other != name}
            yield "missing", f"?{name}", replace(right, query=left)
            yield (
                "unknown",
                f"?{name[:-1]}",
                replace(right, query={**left, name[:-1]: right.query[name]}),
            )
        if "enum" in schema:
            yield "wrong enumeration", f"?{name}", _asked(right, **{name: NO_WORD})
        elif schema.get("type") == "integer":
            yield "wrong type", f"?{name}", _asked(right, **{name: "many"})
        elif "pattern" in schema:
            yield "wrong type", f"?{name}", _asked(right, **{name: A_NAME})


def _in_body(document: Document, operation: Any, right: Request) -> Iterator[Any]:
    if "requestBody" not in operation:
        return
    (content,) = operation["requestBody"]["content"].values()
    schema = plain(document, content["schema"])
    yield "unknown", "wrong_field", _told(right, wrong_field=1)
    for name, value in (right.body or {}).items():
        left = {other: each for other, each in right.body.items() if other != name}
        yield "unknown", name[:-1], replace(right, body={**left, name[:-1]: value})
        if name in schema.get("required", ()):
            yield "missing", name, replace(right, body=left)
    if {"deadline_at", "deadline_in_seconds"} <= schema["properties"].keys():
        both = _told(right, deadline_at="PT1H", deadline_in_seconds=3600)
        yield "both of a pair", "deadline_in_seconds", both
    for name, part in schema["properties"].items():
        field = plain(document, part)
        yield "null", name, _told(right, **{name: None})
        if "maximum" in field:
            yield "beyond a bound", name, _told(right, **{name: field["maximum"] + 1})
        wrong = "text" if field.get("type") == "object" else {"wrong": True}
        yield "wrong type", name, _told(right, **{name: wrong})
        if "enum" in field:
            yield "wrong enumeration", name, _told(right, **{name: NO_WORD})
        if field.get("type") == "array":
            yield "wrong type", f"{name}/0", _told(right, **{name: [wrong]})


def plain(document: Document, schema: Any) -> Any:
    """Return a schema without references, and without null."""
    if "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        return plain(document, {**target, **{k: v for k, v in schema.items() if k != "$ref"}})
    choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return plain(document, choices[0]) if choices else schema


def _asked(right: Request, **query: str) -> Request:
    return replace(right, query={**right.query, **query})


def _told(right: Request, **body: Any) -> Request:
    return replace(right, body={**(right.body or {}), **body})
