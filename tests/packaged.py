"""The project as it is deployed: its tree once more, with what `sam build` made in it.

    python -m tests.packaged .aws-sam/stack .aws-sam/packaged

`functions/` holds the built functions there, and `layers/agent_messaging` the built layer: its
packages, trimmed, stand before those of the environment, for the tests and for every worker
process. So all tests run on what is shipped, but for botocore's models of services in the tests'
own process: moto needs all of them.
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
    """Make the tree anew."""
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
    """The files of the project, new ones among them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def same(folder: Path, function: Path) -> bool:
    """Whether a function was built from the folder: two functions may share one."""
    return (folder / "app.py").read_bytes() == (function / "app.py").read_bytes()


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]), Path(sys.argv[2]))
