"""Check the template's parameters as CloudFormation does: their AllowedValues and the Rules.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.cloudformation import TemplateError


def check(document: Mapping[str, Any], values: Mapping[str, str]) -> None:
    """Check all parameters and rules. Raises TemplateError for the first violation."""
    for name, parameter in (document.get("Parameters") or {}).items():
        allowed = [str(each) for each in parameter.get("AllowedValues", [values[name]])]
        if values[name] not in allowed:
            raise TemplateError(f"{name} is {values[name]}, but must be {_either(allowed)}")
    for rule in (document.get("Rules") or {}).values():
        if "RuleCondition" in rule and not holds(rule["RuleCondition"], values):
            continue
        for assertion in rule["Assertions"]:
            if not holds(assertion["Assert"], values):
                raise TemplateError(assertion["AssertDescription"])


def _either(allowed: list[str]) -> str:
    *others, last = allowed
    return f"{', '.join(others)} or {last}" if others else last


def holds(condition: Any, values: Mapping[str, str]) -> bool:
    """Return whether a condition is true. Supports only the functions that the template uses."""
    [(name, argument)] = condition.items()
    match name:
        case "Fn::Or":
            return any(holds(each, values) for each in argument)
        case "Fn::And":
            return all(holds(each, values) for each in argument)
        case "Fn::Not":
            return not holds(argument[0], values)
        case "Fn::Equals":
            return _text(argument[0], values) == _text(argument[1], values)
        case "Fn::Contains":
            return _text(argument[1], values) in [_text(each, values) for each in argument[0]]
    raise TemplateError(f"the local server does not support {name} in Rules")


def _text(node: Any, values: Mapping[str, str]) -> str:
    """Return a value, or the value of the parameter that a Ref names."""
    return values[node["Ref"]] if isinstance(node, dict) else str(node)
