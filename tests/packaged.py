"""Copy the project, and put what `sam build` made into the copy.

    python -m tests.packaged .aws-sam/stack .aws-sam/packaged

In the copy, `functions/` has the built functions, and `layers/agent_messaging` the built layer. The
trimmed packages of the layer come before those of the environment, in the tests and in every worker
process. So all tests run on the package. Only botocore's models of the services are complete in the
tests' own process, because moto needs all of them.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LAYER = Path("layers") / "agent_messaging"
CONFTEST = """

import sysconfig
from botocore.loaders import Loader
Loader.BUILTIN_DATA_PATH = sysconfig.get_path("purelib") + "/botocore/data"
"""


def lay_out(built: Path, target: Path) -> None:
    """Make the copy."""
    shutil.rmtree(target, ignore_errors=True)
    for name in tracked():
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy)
    with (target / "tests" / "conftest.py").open("a") as conftest:
        conftest.write(CONFTEST)
    shutil.rmtree(target / LAYER / "agent_messaging")
    shutil.copytree(built / "AgentMessagingLayer" / "python", target / LAYER, dirs_exist_ok=True)
    for function in built.glob("*Function"):
        folder = next(f for f in (target / "functions").iterdir() if same(f, function))
        shutil.copytree(function, folder, dirs_exist_ok=True)


def tracked() -> list[str]:
    """Return the files of the project, including new ones."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def same(folder: Path, function: Path) -> bool:
    """Return whether a function was built from the folder. Two functions may share one."""
    return (folder / "app.py").read_bytes() == (function / "app.py").read_bytes()


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]), Path(sys.argv[2]))
