"""The template with SAM's transform done, and what its conditions leave of it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from functools import cache
from typing import Any

from local.cloudformation import REGION, parse, scope_of
from local.rules import check, holds
from local.template import TEMPLATE
from tests.e2e.server import ROOT

PYTHON = ROOT / ".venv-sam" / "bin" / "python"
NOTHING = {"Ref": "AWS::NoValue"}


@cache
def translated(*parameters: str) -> dict[str, Any]:
    """What CloudFormation makes of the template with these parameters, each as `Name=value`."""
    written = parse(TEMPLATE.read_text("utf-8"), TEMPLATE.name)
    values = scope_of(written, dict(each.split("=", 1) for each in parameters)).values
    check(written, values)
    done = subprocess.run(
        [str(PYTHON), str(ROOT / "tests/checks/translate.py"), *parameters],
        env={**os.environ, "AWS_DEFAULT_REGION": REGION},
        check=True,
        capture_output=True,
        text=True,
    )
    document = json.loads(done.stdout)
    held = {name: holds(each, values) for name, each in document["Conditions"].items()}
    return {part: _left(document[part], held) for part in ("Resources", "Outputs")}


def _left(node: Any, held: Mapping[str, bool]) -> Any:
    if isinstance(node, list):
        return [_left(each, held) for each in node if each != NOTHING]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Fn::If"}:
        condition, then, otherwise = node["Fn::If"]
        return _left(then if held[condition] else otherwise, held)
    left = {
        name: _left(each, held)
        for name, each in node.items()
        if not (isinstance(each, dict) and not held.get(each.get("Condition"), True))
    }
    return {name: each for name, each in left.items() if each != NOTHING}
