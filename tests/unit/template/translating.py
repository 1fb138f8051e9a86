"""template.yaml as CloudFormation gets it, with the transform of SAM done."""

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


def translated(*arguments: str) -> dict[str, dict[str, Any]]:
    """The resources after SAM's transform."""
    done = subprocess.run(
        [TRANSLATOR, "tests/checks/translate.py", *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=FILE.parent,
        env={**os.environ, "AWS_DEFAULT_REGION": REGION},
    )
    return dict(json.loads(done.stdout)["Resources"])
