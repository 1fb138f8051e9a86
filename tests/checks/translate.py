"""Prints template.yaml with SAM's transform done, for checks that know no SAM.

    python tests/checks/translate.py [Canary=true ...] [AgentMessagingLayer=s3://bucket/new ...]
    python tests/checks/translate.py --each '' 'Canary=true AgentMessagingLayer=s3://bucket/new'

An argument is the value of a parameter, or the place of a function's code or the layer. What a
parameter decides of a deletion is decided as in production. With `--each` it prints a list: the
template of each argument, which holds what would be arguments otherwise.
"""

import json
import sys
from pathlib import Path
from typing import Any

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
sys.path.insert(0, str(TEMPLATE.parent))

from samtranslator.translator.transform import transform  # noqa: E402

from local.cloudformation import parse  # noqa: E402

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
# What sam package would have put in the place of a folder.
UPLOADED = "s3://bucket/key"


class NoManagedPolicies:
    """There are none in the template, so none is looked up."""

    def load(self) -> dict[str, str]:
        """Names and ARNs."""
        return {}


def translated(given: dict[str, str]) -> dict[str, Any]:
    """The template as plain CloudFormation: parameters, and places of code, have these values."""
    template = json.loads(json.dumps(parse(TEMPLATE.read_text("utf-8"), TEMPLATE.name)))
    template["Transform"].remove(LANGUAGE_EXTENSIONS)
    for logical_id, resource in template["Resources"].items():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = given.get(logical_id, UPLOADED)
        for name in ("DeletionPolicy", "UpdateReplacePolicy"):
            if isinstance(resource.get(name), dict):
                resource[name] = resource[name]["Fn::If"][1]
    return dict(transform(template, given, NoManagedPolicies()))


def values(arguments: list[str]) -> dict[str, str]:
    """The arguments by name."""
    return dict(each.split("=", 1) for each in arguments)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--each"]:
        result: Any = [translated(values(each.split())) for each in sys.argv[2:]]
    else:
        result = translated(values(sys.argv[1:]))
    json.dump(result, sys.stdout, indent=1)
