"""EventBridge patterns, as in the FilterCriteria of a stream mapping. Pure.

A pattern has fields. Each field has a nested pattern, or a list of alternatives. One of these must
match: a value, `{"exists": bool}`, `{"prefix": text}` or `{"anything-but": values}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KNOWN = frozenset({"exists", "prefix", "anything-but"})


def unknown_operators(pattern: Any) -> set[str]:
    """Return the operators of a pattern that are not supported."""
    if isinstance(pattern, Mapping):
        return set().union(*(unknown_operators(each) for each in pattern.values()))
    operators = (each for each in pattern if isinstance(each, Mapping))
    return {name for each in operators for name in each} - KNOWN


def matches(pattern: Mapping[str, Any], event: Any) -> bool:
    """Return whether the event matches the pattern."""
    fields = event if isinstance(event, Mapping) else {}
    return all(_field_matches(each, fields, name) for name, each in pattern.items())


def _field_matches(pattern: Any, fields: Mapping[str, Any], name: str) -> bool:
    if isinstance(pattern, Mapping):
        return matches(pattern, fields.get(name))
    return any(_alternative_matches(each, fields, name) for each in pattern)


def _alternative_matches(alternative: Any, fields: Mapping[str, Any], name: str) -> bool:
    if not isinstance(alternative, Mapping):
        return name in fields and bool(fields[name] == alternative)
    [(operator, argument)] = alternative.items()
    if operator == "exists":
        return (name in fields) is bool(argument)
    if name not in fields:
        return False
    if operator == "prefix":
        return str(fields[name]).startswith(argument)
    refused = argument if isinstance(argument, list) else [argument]
    return fields[name] not in refused
