"""template.yaml as CloudFormation gets it, with the transform of SAM done."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from local.cloudformation import REGION
from tests.unit.template.written import FILE

# SAM's transform is beside the second engine.
TRANSLATOR = Path(sys.prefix).with_name(".venv-engine") / "bin" / "python"

Resources = dict[str, dict[str, Any]]


def translated(*arguments: str) -> list[Resources]:
    """The resources after SAM's transform, for each argument: what it holds for the template."""
    done = subprocess.run(
        [TRANSLATOR, "tests/checks/translate.py", "--each", *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=FILE.parent,
        env={**os.environ, "AWS_DEFAULT_REGION": REGION},
    )
    return [each["Resources"] for each in json.loads(done.stdout)]


def translated_once(folder: Path, *arguments: str) -> list[Resources]:
    """The same; who comes first leaves it in the folder, for all processes of a run."""
    file = folder / "translated.json"
    with (folder / "translated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_text(json.dumps(translated(*arguments)), "utf-8")
    found: list[Resources] = json.loads(file.read_text("utf-8"))
    return found
