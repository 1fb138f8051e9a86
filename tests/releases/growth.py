"""Whether /openapi.json only grew since a release: what a client of then does, it can still do.

A request may not become narrower: each route, parameter, field and value of then is still taken,
and nothing new is required. An answer may not become wider: each field of then is still there, with
a type that it had then. New values of an open enumeration are fine, and so are new fields.

A route may go when its `x-sunset`, which a release before has announced, is over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tools.openapi.schemas import KNOWN_VALUES

Document = Mapping[str, Any]
Schema = Mapping[str, Any]

PART = re.compile(r"\{\w+\}")
# A bound of a request: a new one may not be lower, or not be higher.
AT_MOST = ("maximum", "maxLength", "maxItems")
AT_LEAST = ("minimum", "minLength", "minItems")
KIND = "type"


def narrowed(old: Document, new: Document, now: datetime) -> list[str]:
    """Everything that a client of the old document would miss, each by its place."""
    return [*_Comparison(old, new).of_operations(now)]


class _Comparison:
    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new

    def of_operations(self, now: datetime) -> Iterator[str]:
        found = dict(_operations(self.new))
        for key, old in _operations(self.old):
            if key not in found:
                if now < datetime.fromisoformat(old.get("x-sunset", "9999-01-01T00:00:00+00:00")):
                    yield f"{key} is gone"
                continue
            new = found[key]
            if new["operationId"] != old["operationId"]:
                yield f"{key} has another operationId"
            if new.get("security") != old.get("security"):
                yield f"{key} has other security"
            yield from self._of_parameters(key, old, new)
            yield from self._of_body(key, old, new)
            yield from self._of_answers(key, old, new)

    def _of_parameters(self, key: str, old: Document, new: Document) -> Iterator[str]:
        before, after = _parameters(old), _parameters(new)
        for place, parameter in before.items():
            if place not in after:
                yield f"{key} {place} is gone"
            else:
                yield from self._taken(
                    f"{key} {place}", parameter["schema"], after[place]["schema"]
                )
        for place, parameter in after.items():
            if parameter["required"] and not before.get(place, {}).get("required"):
                yield f"{key} {place} is required now"

    def _of_body(self, key: str, old: Document, new: Document) -> Iterator[str]:
        before, after = old.get("requestBody"), new.get("requestBody")
        if after and after["required"] and not (before and before["required"]):
            yield f"{key} a body is required now"
        for media_type, content in (before or {"content": {}})["content"].items():
            if media_type not in (after or {"content": {}})["content"]:
                yield f"{key} takes no {media_type}"
                continue
            taken = (after or {})["content"][media_type]["schema"]
            yield from self._taken(f"{key} body", content["schema"], taken)

    def _of_answers(self, key: str, old: Document, new: Document) -> Iterator[str]:
        for status, answer in old["responses"].items():
            before = _resolved(self.old, answer)
            after = _resolved(self.new, new["responses"].get(status, {}))
            for media_type, content in before.get("content", {}).items():
                place = f"{key} {status} {media_type}"
                if media_type in after.get("content", {}):
                    given = after["content"][media_type]["schema"]
                    yield from self._given(place, content["schema"], given)
                elif status < "300":
                    yield f"{place} is gone"

    def _taken(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        """What an old request had, and a new one may not have."""
        kept = _alternatives(self.new, new)
        for before in _alternatives(self.old, old):
            fitting = [each for each in kept if _has_type(each, before)]
            if not fitting:
                yield f"{place} takes no {before.get(KIND)}"
            found = [[*self._narrower(place, before, each)] for each in fitting]
            yield from min(found, key=len, default=[])

    def _narrower(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        values = {*old.get("enum", [])} or {None}
        if "enum" in new and not values <= {*new["enum"]}:
            yield f"{place} takes fewer values"
        for bounds, sign in ((AT_MOST, 1), (AT_LEAST, -1)):
            for bound in bounds:
                if bound in new and sign * new[bound] < sign * old.get(bound, sign * 10**9):
                    yield f"{place} has a narrower {bound}"
        if new.get("pattern", old.get("pattern")) != old.get("pattern"):
            yield f"{place} has another pattern"
        for name in {*new.get("required", [])} - {*old.get("required", [])}:
            yield f"{place}/{name} is required now"
        for name, field in old.get("properties", {}).items():
            if name in new.get("properties", {}):
                yield from self._taken(f"{place}/{name}", field, new["properties"][name])
            elif new.get("additionalProperties") is False:
                yield f"{place}/{name} is gone"
        if "items" in old and "items" in new:
            yield from self._taken(f"{place}/items", old["items"], new["items"])

    def _given(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        """What an old answer promised, and a new one does not."""
        promised = _alternatives(self.old, old)
        for after in _alternatives(self.new, new):
            fitting = [each for each in promised if _has_type(each, after)]
            if not fitting:
                yield f"{place} may be {after.get(KIND)} now"
            found = [[*self._weaker(place, each, after)] for each in fitting]
            yield from min(found, key=len, default=[])

    def _weaker(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        values = {*_values(old)}
        if not values <= {*_values(new)}:
            yield f"{place} has lost values"
        if KNOWN_VALUES in old and KNOWN_VALUES not in new:
            yield f"{place} is closed now"
        for name in old.get("required", []):
            if name not in new.get("required", []):
                yield f"{place}/{name} may be absent now"
        for name, field in old.get("properties", {}).items():
            if name not in new.get("properties", {}):
                yield f"{place}/{name} is gone"
            else:
                yield from self._given(f"{place}/{name}", field, new["properties"][name])
        if "items" in old and "items" in new:
            yield from self._given(f"{place}/items", old["items"], new["items"])


def _operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Each operation under its method and path. The names of a path's parts are not sent."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {PART.sub('{}', path)}", operation


def _parameters(operation: Document) -> dict[str, Document]:
    """Each parameter under its place and name; a part of the path under its number."""
    found = operation.get("parameters", [])
    parts = [each for each in found if each["in"] == "path"]
    others = {f"{each['in']} {each['name']}": each for each in found if each["in"] != "path"}
    return {**{f"path {number}": each for number, each in enumerate(parts)}, **others}


def _resolved(document: Document, node: Schema) -> Schema:
    """A node with what it refers to, and with the members beside the reference."""
    for part in node.get("allOf", []):
        node = _merged(_resolved(document, part), {k: v for k, v in node.items() if k != "allOf"})
    if "$ref" not in node:
        return node
    target = document
    for name in node["$ref"].removeprefix("#/").split("/"):
        target = target[name]
    return _merged(_resolved(document, target), {k: v for k, v in node.items() if k != "$ref"})


def _merged(first: Schema, second: Schema) -> Schema:
    properties = {**first.get("properties", {})}
    for name, field in second.get("properties", {}).items():
        properties[name] = {**properties.get(name, {}), **field}
    return {**first, **second, **({"properties": properties} if properties else {})}


def _alternatives(document: Document, schema: Schema) -> list[Schema]:
    """Each schema that a value may fit, without references and lists of types."""
    schema = _resolved(document, schema)
    choices: Iterable[Schema] = schema.get("anyOf") or schema.get("oneOf") or ()
    if choices:
        return [each for choice in choices for each in _alternatives(document, choice)]
    kinds = schema.get(KIND)
    if isinstance(kinds, list):
        return [{**schema, KIND: kind} for kind in kinds]
    return [schema]


def _has_type(wide: Schema, narrow: Schema) -> bool:
    """Whether the one takes values of the other's type."""
    kinds = {wide.get(KIND), "integer" if wide.get(KIND) == "number" else None}
    return KIND not in wide or narrow.get(KIND) in kinds


def _values(schema: Schema) -> list[Any]:
    return [*schema.get(KNOWN_VALUES, schema.get("enum", []))]
