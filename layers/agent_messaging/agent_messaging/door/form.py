"""One part of a refused request: its fields, what was sent, and how its places are written."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter

from agent_messaging import ids
from agent_messaging.door.wanted import Schema

MAX_NAME = 100
MAX_PLACE = 64  # characters of a name in a fix
NEAR = 0.6  # how alike two words are, from 0 to 1, if one is taken for the other


class Form(NamedTuple):
    """One part of a request: its fields, what was sent, and how to write a place in it.

    `place` is a format of a name. `identity` is the query parameter of the caller. `of_body` are
    the fields of the body, if this is the query. `route` is the path of the route.
    """

    fields: Mapping[str, Schema]
    sent: Mapping[str, Any]
    place: str = "{}"
    identity: str | None = None
    of_body: Mapping[str, Schema] = {}
    route: str = ""

    def at(self, *steps: int | str) -> str:
        """Return the place of a field, or of an item of one."""
        pointer = "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in steps)
        return self.place.format(visible(pointer))

    def schema(self, location: Sequence[int | str]) -> Schema:
        """Return what the field or the item at a location takes. Empty if nothing says it."""
        schema = self.fields.get(str(location[0]), {}) if location else {}
        for step in location[1:]:
            below = schema.get("items") if isinstance(step, int) else None
            schema = below or schema.get("properties", {}).get(step, {})
        return schema


def fields_of(schema: Schema) -> dict[str, Schema]:
    """Return each field of a model's JSON schema without references, and without null."""
    definitions = schema.get("$defs", {})

    def plain(part: Schema) -> Schema:
        if "$ref" in part:
            rest = {name: each for name, each in part.items() if name != "$ref"}
            return plain({**definitions[part["$ref"].rpartition("/")[2]], **rest})
        choices = [each for each in part.get("anyOf", ()) if each.get("type") != "null"]
        if len(choices) == 1:
            rest = {name: each for name, each in part.items() if name != "anyOf"}
            return plain({**choices[0], **rest})
        return {**part, "items": plain(part["items"])} if "items" in part else part

    return {name: plain(part) for name, part in schema.get("properties", {}).items()}


def visible(text: str, most: int = MAX_PLACE) -> str:
    r"""Return a short text without an API key, and each invisible character and backtick as `\u`.

    The text itself has at most `most` characters, and with its escapes at most MAX_NAME.
    """
    from agent_messaging.content import characters  # noqa: PLC0415 - most requests need none

    text = ids.without_key(text)
    short = text if len(text) <= most else text[: most - 3] + "..."
    hidden = re.compile(f"[`{characters.INVISIBLE}{characters.BIDIRECTIONAL}{characters.TAGS}]")
    escaped = (
        each if each.isprintable() and not hidden.match(each) else _escaped(each) for each in short
    )
    return "".join(escaped)[:MAX_NAME]


def _escaped(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - see json


def of_body(
    model: type[BaseModel], sent: Mapping[str, Any], identity: str | None, route: str
) -> Form:
    """Return the form of a body."""
    return Form(fields_of(model.model_json_schema()), sent, identity=identity, route=route)


def of_query(
    model: type[BaseModel] | None,
    sent: Mapping[str, str],
    identity: str | None,
    body: type[BaseModel] | None,
) -> Form:
    """Return the form of a query. The identity parameter is one of its fields."""
    own: dict[str, Schema] = {identity: {"type": "string"}} if identity else {}
    known = fields_of(model.model_json_schema()) if model else {}
    of_body = fields_of(body.model_json_schema()) if body else {}
    return Form({**own, **known}, sent, "?{}", identity, of_body)


def of_part(name: str, text: str, adapter: TypeAdapter[Any], route: str) -> Form:
    """Return the form of a part of the path."""
    known = fields_of({"properties": {name: adapter.json_schema()}})
    return Form(known, {name: text}, "{{{}}}", route=route)
