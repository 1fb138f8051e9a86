"""Prints template.yaml with SAM's transform done, for checks that know no SAM.

    python tests/checks/translate.py [CorsOrigins=* ...]

What a parameter decides of a deletion is decided as in production.
"""

import json
import sys
from pathlib import Path
from typing import Any

from cfnlint.decode.cfn_yaml import load
from samtranslator.translator.transform import transform

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
# What sam package would have put in the place of a folder.
UPLOADED = "s3://bucket/key"


class NoManagedPolicies:
    """There are none in the template, so none is looked up."""

    def load(self) -> dict[str, str]:
        """Names and ARNs."""
        return {}


def translated(parameters: dict[str, str]) -> dict[str, Any]:
    """The template as plain CloudFormation, with these parameters beside its defaults."""
    template = json.loads(json.dumps(load(str(TEMPLATE))))
    template["Transform"].remove(LANGUAGE_EXTENSIONS)
    for resource in template["Resources"].values():
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = UPLOADED
        for name in ("DeletionPolicy", "UpdateReplacePolicy"):
            if isinstance(resource.get(name), dict):
                resource[name] = resource[name]["Fn::If"][1]
    return dict(transform(template, parameters, NoManagedPolicies()))


if __name__ == "__main__":
    given = dict(each.split("=", 1) for each in sys.argv[1:])
    json.dump(translated(given), sys.stdout, indent=1)
