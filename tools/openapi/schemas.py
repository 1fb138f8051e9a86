"""Turn the types of routes into JSON Schemas for OpenAPI 3.1.

Requests are closed (`additionalProperties: false`, `enum`), because unknown fields and values are
refused. Answers are open, because they may get new fields and values. All their fields are
required, because none is ever left out.

An enumeration in an answer is a string with `x-known-values`. With `enum`, a generated client would
refuse a whole page for one new value. So a type that a request and an answer share has two schemas:
a component in requests, and a copy in each field of answers.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]  # of a request, of an answer

REFERENCE = "#/components/schemas/{model}"
KNOWN_VALUES = "x-known-values"

# What a copy of a component does not have.
UNSHARED = ("$ref", "title")

# Pydantic adds this to the name of a component that is another one in answers.
OF_REQUESTS = "-Input"

# Constraints that keep pydantic's own names if a validator comes before them.
_JSON_SCHEMA_NAMES = {"ge": "minimum", "le": "maximum"}


class SameNameError(Exception):
    """Two different models have the same name."""


class Generator(GenerateJsonSchema):
    """Pydantic's generator, with open and complete answers, and without a title for each field."""

    def enum_schema(self, schema: core_schema.EnumSchema) -> Schema:
        """Return the schema of an enumeration."""
        return self._of_values(super().enum_schema(schema))

    def literal_schema(self, schema: core_schema.LiteralSchema) -> Schema:
        """Return the schema of a literal type."""
        return self._of_values(super().literal_schema(schema))

    def _of_values(self, schema: Schema) -> Schema:
        return opened(schema) if self.mode == "serialization" else schema

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        """Return the schema of a model."""
        generated = super().model_schema(schema)
        if self.mode == "serialization" and generated.get("additionalProperties") is False:
            del generated["additionalProperties"]
        return generated

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001 - pydantic's own signature
    ) -> bool:
        """Return whether the field is required. In an answer it always is."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's own
        """Return False, because the title would only repeat the field's name."""
        return False


def of_types(types: Mapping[str, tuple[Mode, Any]]) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """Return the schema of each type under its key, and the components that they refer to.

    Raises:
        SameNameError: two models have the same name.
    """
    inputs: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        (key, mode, TypeAdapter(kind)) for key, (mode, kind) in types.items()
    ]
    found, definitions = TypeAdapter.json_schemas(
        inputs, ref_template=REFERENCE, schema_generator=Generator
    )
    components: dict[str, Schema] = definitions.get("$defs", {})
    values = {REFERENCE.format(model=k): v for k, v in components.items() if KNOWN_VALUES in v}
    components = {
        name.removesuffix(OF_REQUESTS): _with_values(schema, values)
        for name, schema in components.items()
        if KNOWN_VALUES not in schema
    }
    # Pydantic adds the modules to the names of such models: `app_one__Page`, `app_two__Page`.
    if shared := sorted(name for name in components if "__" in name):
        raise SameNameError(f"several models have the same name: {', '.join(shared)}")
    by_key = {key: tidy(_with_values(schema, values)) for (key, _), schema in found.items()}
    return by_key, tidy(components)


def opened(schema: Schema) -> Schema:
    """Return the schema of strings with its values as known ones, so that others are valid too."""
    if schema.get("type") != "string" or not schema.keys() & {"enum", "const"}:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("enum", "const")}
    return {**rest, KNOWN_VALUES: schema.get("enum") or [schema["const"]]}


def _with_values(node: Any, values: Mapping[str, Schema]) -> Any:
    """Return the schema with each reference to an open enumeration replaced by a copy of it."""
    if isinstance(node, list):
        return [_with_values(each, values) for each in node]
    if not isinstance(node, dict):
        return node
    known = values.get(node.get("$ref", ""))
    if known is not None:
        return {key: value for key, value in {**known, **node}.items() if key not in UNSHARED}
    return {
        name: value.removesuffix(OF_REQUESTS) if name == "$ref" else _with_values(value, values)
        for name, value in node.items()
    }


def of_part(kind: TypeAdapter[Any]) -> Schema:
    """Return the schema of a part of a path."""
    schema: Schema = tidy(kind.json_schema(schema_generator=Generator))
    return schema


def of_parameters(reference: Schema, components: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the properties of a query model as parameters. A query cannot contain null."""
    properties = components[component_name(reference)]["properties"]
    return {name: _without_null(schema) for name, schema in properties.items()}


def component_name(reference: Schema) -> str:
    """Return the name of the component that a reference points to."""
    return str(reference["$ref"]).rpartition("/")[2]


def _without_null(schema: Schema) -> Schema:
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**kinds[0], **rest}


def tidy(node: Any) -> Any:
    """Return the schema with JSON Schema's names for all constraints."""
    if isinstance(node, list):
        return [tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    names = _JSON_SCHEMA_NAMES if "type" in node else {}
    return {names.get(name, name): tidy(value) for name, value in node.items()}
