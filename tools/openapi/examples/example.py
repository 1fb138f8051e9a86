"""What an example is."""

from dataclasses import dataclass

from tools.openapi.example_data import JsonObject


@dataclass(frozen=True)
class Example:
    """One call: its body and the body of its answer, each None where there is none."""

    answer: JsonObject | None
    request: JsonObject | None = None
    name: str = "example"


# By operation; several where a call has several ways to go.
Examples = dict[str, Example | tuple[Example, ...]]
