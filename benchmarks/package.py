"""What the package costs before the first request: bytes, instructions and memory.

    python -m benchmarks.package       after `make build` for this machine's architecture

Each function is imported as on Lambda: with only its built folder and the built layer, with the
functions' Python, and with a fixed hash seed. valgrind counts the instructions from the start of
the interpreter to the end of the import. Without valgrind, this compares CPU seconds with those of
an empty interpreter. The memory is the maximum of the process.
"""

import io
import os
import re
import shutil
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from benchmarks import figures
from benchmarks.compared import python
from benchmarks.figures import Figure
from local.template import load

BUILT = Path(__file__).resolve().parents[1] / ".aws-sam" / "stack"
LAYER = BUILT / "AgentMessagingLayer"
MILLION = 1_000_000
PARALLEL = 2
TARGETS = {
    "MessagingFunction: import instructions": 1_200.0,
    "MessagingFunction: memory at init": 50.0,
    "layer, zipped": 8.5,
}
# End without cleaning up, because Lambda keeps the process for requests.
IMPORT = """
import os, sys
sys.path[:0] = sys.argv[1:]
if sys.argv[1:]:
    import app
with open("/proc/self/status") as status:
    held = [line.split()[1] for line in status if line.startswith("VmHWM")]
print(held[0], *os.times()[:2])
sys.stdout.flush()
os._exit(0)
"""


def measure() -> Iterator[Figure]:
    """Yield the figures of the layer and of each function."""
    yield figure("layer, zipped", zipped(LAYER) / MILLION, "MB")
    yield figure("layer, unpacked", unpacked(LAYER) / MILLION, "MB")
    with ThreadPoolExecutor(PARALLEL) as pool:
        for found in pool.map(of_function, *zip(*sorted(functions().items()), strict=True)):
            yield from found


def of_function(name: str, environment: Mapping[str, str]) -> list[Figure]:
    """Return the figures of one function."""
    told = f"{name}: memory at init"
    return [
        figure(f"{name}: zipped", zipped(BUILT / name), "bytes"),
        imported(name, environment),
        # The kernel rounds it, so it is compared only with its target.
        replace(figure(told, run(name, environment).kibibytes / 1024, "MiB"), kind="machine"),
    ]


def figure(name: str, value: float, unit: str) -> Figure:
    """Return a count, with its target if it has one."""
    return Figure(name, value, unit, TARGETS.get(name))


def functions() -> dict[str, Mapping[str, str]]:
    """Return the built functions with their environment from the template."""
    built = {path.name for path in BUILT.glob("*Function")}
    if not built:
        sys.exit("Nothing is built here yet: make build")
    return {
        name: function.environment
        for name, function in load().functions.items()
        if name in built and function.handler == "app.handler"
    }


def imported(name: str, environment: Mapping[str, str]) -> Figure:
    """Return an import's million instructions, or its CPU time to an empty interpreter's."""
    if shutil.which("valgrind"):
        report = started(valgrind(), name, environment).stderr
        return figure(f"{name}: import instructions", counted(report) / MILLION, "M")
    rounds = [run(name, environment).seconds / run("", {}).seconds for _ in range(9)]
    ratio = statistics.median(rounds)
    return Figure(f"{name}: import CPU to a bare interpreter", ratio, "×", kind="ratio")


class Run:
    """One import in a process: its maximum memory in KiB, and its CPU time in seconds."""

    def __init__(self, printed: str) -> None:
        held, user, system = printed.split()
        self.kibibytes = int(held)
        self.seconds = float(user) + float(system)


def run(name: str, environment: Mapping[str, str]) -> Run:
    """Import a function. Without a name, start only the interpreter."""
    return Run(started([], name, environment).stdout)


def valgrind() -> list[str]:
    """Return the command that counts instructions, without simulating caches."""
    options = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    return ["valgrind", *options]


def counted(report: str) -> int:
    """Return the number in cachegrind's last line."""
    found = re.search(r"I\s+refs:\s+([\d,]+)", report)
    if found is None:
        raise ValueError(f"valgrind counted nothing: {report[-300:]}")
    return int(found[1].replace(",", ""))


def started(
    under: list[str], name: str, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Start the process that imports, with an environment as on Lambda."""
    path = [str(BUILT / name), str(LAYER / "python")] if name else []
    return subprocess.run(  # noqa: S603 - this interpreter
        [*under, python(), "-I", "-S", "-B", "-c", IMPORT, *path],
        capture_output=True,
        text=True,
        check=True,
        env={
            **environment,
            "PATH": os.environ["PATH"],
            "PYTHONHASHSEED": "0",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_SESSION_TOKEN": "t" * 900,
        },
    )


def unpacked(folder: Path) -> int:
    """Return the bytes of all files."""
    return sum(path.stat().st_size for path in files(folder))


def zipped(folder: Path) -> int:
    """Return the bytes of a zip like that of `sam deploy`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files(folder):
            archive.write(path, path.relative_to(folder))
    return len(buffer.getvalue())


def files(folder: Path) -> list[Path]:
    """Return all files below a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    print(figures.table(measure()))
