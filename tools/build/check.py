"""Check what `sam build` made. Run this with the functions' Python.

    python3.13 -m tools.build.check arm64 .aws-sam/build

- Each function contains only `app.py` and its bytecode.
- The layers are for the right machine. The first contains its bytecode, so a cold start compiles
  nothing.
- If this machine has the architecture of the build: each handler can be imported from its folder
  and the layer alone.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

BUILT = Path(sys.argv[2])
LAYER = BUILT / "AgentMessagingLayer" / "python"
VALIDATOR = BUILT / "ResultSchemaLayer" / "python" / "jsonschema_rs" / "jsonschema_rs.abi3.so"
OWN_FILES = {"app.py", "__pycache__/app.cpython-313.pyc"}
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
# In the header of an ELF file: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
ELF_MACHINES = {"arm64": 183, "x86_64": 62}
ELF_MACHINE_AT = slice(18, 20)
IMPORT = "import sys; sys.path[:0] = sys.argv[1:]; import app; print(callable(app.handler))"


def functions() -> list[Path]:
    """Return the folders of the functions."""
    return sorted(path for path in BUILT.iterdir() if path.name.endswith("Function"))


def problems(architecture: str) -> list[str]:
    """Return the problems of a build."""
    found = []
    machine = MACHINES[architecture]
    found += [
        f"{library.relative_to(LAYER)} is not for {machine}"
        for library in LAYER.rglob("*.so")
        if machine not in library.name
    ]
    found += [
        f"{source.relative_to(LAYER)} has no bytecode"
        for source in LAYER.glob("agent_messaging/**/*.py")
        if not list(source.parent.glob(f"__pycache__/{source.stem}.cpython-313.pyc"))
    ]
    if elf_machine(VALIDATOR) != ELF_MACHINES[architecture]:
        found.append(f"{VALIDATOR.name} is not for {machine}")
    if machine == platform.machine():
        found += [problem for folder in functions() if (problem := import_problem(folder))]
    found += [
        f"{folder.name} must contain app.py and its bytecode, and nothing else"
        for folder in functions()
        if {str(path.relative_to(folder)) for path in folder.rglob("*.*")} != OWN_FILES
    ]
    return found


def elf_machine(library: Path) -> int:
    """Return the number of the machine that a library is for."""
    return int.from_bytes(library.read_bytes()[ELF_MACHINE_AT], "little")


def import_problem(folder: Path) -> str:
    """Return why a function's handler cannot be imported, or an empty string."""
    environment = {
        **environment_as_built(),
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "REGISTRATION_MODE": "key",
        "PRESENCE_LEASE_SECONDS": "2",  # twice the heartbeat of 1 s
        "AWS_DEFAULT_REGION": "us-east-1",
        "PATH": os.environ["PATH"],
    }
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", IMPORT, str(folder), str(LAYER)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    return "" if done.stdout == "True\n" else f"{folder.name}: {done.stderr.strip()[-300:]}"


def environment_as_built() -> dict[str, str]:
    """Return the variables of all functions in the built template. Each is empty or 1."""
    template = (BUILT / "template.yaml").read_text()
    blocks = template.split("Variables:")[1:]
    lines = (line.strip().partition(":") for block in blocks for line in block.splitlines())
    return {
        name: "" if value.strip() in ("''", '""') else "1"
        for name, _, value in lines
        if name.isupper()
    }


def main() -> int:
    """Print the problems and a summary. Return 1 if there are problems."""
    architecture = sys.argv[1]
    if not functions():
        print(f"{BUILT} has no functions")
        return 1
    wrong = problems(architecture)
    for problem in wrong:
        print(problem, file=sys.stderr)
    imported = (
        "imported"
        if MACHINES[architecture] == platform.machine()
        else "not imported on this machine"
    )
    print(json.dumps({"functions": len(functions()), "handlers": imported, "wrong": len(wrong)}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
