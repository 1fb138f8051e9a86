"""From the types of routes to JSON Schemas as OpenAPI 3.1 holds them.

Requests are closed (`additionalProperties: false`): what is not known is refused. Answers are open,
for they may gain fields, and name every field as required, for none is ever left out.
"""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

Schema = dict[str, Any]
Mode = Literal["validation", "serialization"]  # of a request, of an answer

REFERENCE = "#/components/schemas/{model}"

# Constraints that pydantic leaves under its own names where a validator stands before them.
_JSON_SCHEMA_NAMES = {"ge": "minimum", "le": "maximum"}


class SameNameError(Exception):
    """Two different models have one name, and one would stand for both."""


class Generator(GenerateJsonSchema):
    """Pydantic's generator, with answers open and complete, and without a title on each field."""

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        """The schema of a model."""
        generated = super().model_schema(schema)
        if self.mode == "serialization" and generated.get("additionalProperties") is False:
            del generated["additionalProperties"]
        return generated

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,  # noqa: FBT001 - pydantic's own signature
    ) -> bool:
        """Whether the field must be there: in an answer it always is."""
        return self.mode == "serialization" or super().field_is_required(field, total)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's own
        """A title that repeats the field's name tells nothing."""
        return False


def of_types(types: Mapping[str, tuple[Mode, Any]]) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """The schema of each type under its key, and the components that they refer to.

    Raises:
        SameNameError: two models would share a component.
    """
    inputs: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        (key, mode, TypeAdapter(kind)) for key, (mode, kind) in types.items()
    ]
    found, definitions = TypeAdapter.json_schemas(
        inputs, ref_template=REFERENCE, schema_generator=Generator
    )
    components: dict[str, Schema] = definitions.get("$defs", {})
    # Pydantic tells models of one name apart by their modules: `app_one__Page`, `app_two__Page`.
    if shared := sorted(name for name in components if "__" in name):
        raise SameNameError(f"models of one name: {', '.join(shared)}")
    return {key: tidy(schema) for (key, _), schema in found.items()}, tidy(components)


def of_part(kind: TypeAdapter[Any]) -> Schema:
    """The schema of a part of a path."""
    schema: Schema = tidy(kind.json_schema(schema_generator=Generator))
    return schema


def of_parameters(reference: Schema, components: Mapping[str, Schema]) -> dict[str, Schema]:
    """The properties of a query model, as parameters: a query cannot carry null."""
    properties = components[component_name(reference)]["properties"]
    return {name: _without_null(schema) for name, schema in properties.items()}


def component_name(reference: Schema) -> str:
    """The name of the component that a reference leads to."""
    return str(reference["$ref"]).rpartition("/")[2]


def _without_null(schema: Schema) -> Schema:
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    return {**kinds[0], **rest}


def tidy(node: Any) -> Any:
    """The schema in JSON Schema's words throughout."""
    if isinstance(node, list):
        return [tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    names = _JSON_SCHEMA_NAMES if "type" in node else {}
    return {names.get(name, name): tidy(value) for name, value in node.items()}
