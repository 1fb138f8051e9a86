"""The type of an example."""

from dataclasses import dataclass

from tools.openapi.example_data import JsonObject


@dataclass(frozen=True)
class Example:
    """One call: the body of its request and of its answer. None means no body."""

    answer: JsonObject | None
    request: JsonObject | None = None
    name: str = "example"


# By operation. Some operations have several examples.
Examples = dict[str, Example | tuple[Example, ...]]
