"""template.yaml as it is written, its tags in their long form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local.cloudformation import parse

FILE = Path(__file__).resolve().parents[3] / "template.yaml"
DOCUMENT = parse(FILE.read_text(encoding="utf-8"), FILE.name)
PARAMETERS: dict[str, dict[str, Any]] = DOCUMENT["Parameters"]
RESOURCES: dict[str, dict[str, Any]] = DOCUMENT["Resources"]


def of_type(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of a type, by logical id."""
    return {name: each for name, each in RESOURCES.items() if each["Type"] == kind}


def properties_of(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of the resources of a type, by logical id."""
    return {name: each["Properties"] for name, each in of_type(kind).items()}


def listed(value: Any) -> list[Any]:
    """The value as a list, as IAM reads it."""
    return value if isinstance(value, list) else [value]


FUNCTIONS = properties_of("AWS::Serverless::Function")
