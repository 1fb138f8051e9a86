"""Replace the parameter Architecture in a built template by the architecture of the build.

    .venv-sam/bin/python -m tools.build.architecture x86_64 .aws-sam/build/template.yaml

The layer contains compiled packages, so it works on one architecture only. `sam deploy` takes the
parameter from samconfig.toml, from the command line, or from the stack as it is. None of these
depends on the build. So the built template has no such parameter, and the functions always get the
architecture of their layer.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml
from yaml import CSafeDumper, CSafeLoader

PARAMETER = "Architecture"


def settle(node: Any, architecture: str) -> Any:
    """Return a part of a template with each reference to the parameter replaced."""
    if node == {"Ref": PARAMETER}:
        return architecture
    if isinstance(node, dict):
        return {key: settle(value, architecture) for key, value in node.items()}
    if isinstance(node, list):
        return [settle(value, architecture) for value in node]
    if isinstance(node, str) and f"${{{PARAMETER}}}" in node:
        return node.replace(f"${{{PARAMETER}}}", architecture)
    return node


def settled(text: str, architecture: str) -> str:
    """Return a built template without the parameter. The text is YAML without short tags.

    Raises:
        ValueError: the parameter does not allow this architecture.
    """
    template = yaml.load(text, CSafeLoader)
    parameter = template["Parameters"].pop(PARAMETER, None)
    if parameter is None:
        return text
    if architecture not in parameter["AllowedValues"]:
        raise ValueError(f"{architecture} is not one of {', '.join(parameter['AllowedValues'])}")
    changed = settle(template, architecture)
    return str(yaml.dump(changed, Dumper=CSafeDumper, sort_keys=False, width=120))


def main() -> int:
    """Change the template file. Return 0."""
    architecture, file = sys.argv[1], Path(sys.argv[2])
    file.write_text(settled(file.read_text("utf-8"), architecture), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
