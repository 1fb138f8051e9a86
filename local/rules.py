"""Check the template's parameters as CloudFormation does: their AllowedValues and the Rules.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.cloudformation import TemplateError, holds


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
