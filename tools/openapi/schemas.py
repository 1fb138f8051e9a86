"""Turn the types of routes into JSON Schemas for OpenAPI 3.1.

Requests are closed (`additionalProperties: false`), because unknown fields are refused. Answers are
open, because they may get new fields. All their fields are required, because none is ever left out.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]  # of a request, of an answer

REFERENCE = "#/components/schemas/{model}"

# Constraints that keep pydantic's own names if a validator comes before them.
_JSON_SCHEMA_NAMES = {"ge": "minimum", "le": "maximum"}


class SameNameError(Exception):
    """Two different models have the same name."""


class Generator(GenerateJsonSchema):
    """Pydantic's generator, with open and complete answers, and without a title for each field."""

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
    # Pydantic adds the modules to the names of such models: `app_one__Page`, `app_two__Page`.
    if shared := sorted(name for name in components if "__" in name):
        raise SameNameError(f"several models have the same name: {', '.join(shared)}")
    return {key: tidy(schema) for (key, _), schema in found.items()}, tidy(components)


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
