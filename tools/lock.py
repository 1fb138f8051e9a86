"""Compile each dependency group of pyproject.toml to a lock in tools/locks, with all hashes.

    python3 tools/lock.py               compile all locks
    python3 tools/lock.py --check       print the locks that are out of date; exit 1 if any is
    UPGRADE=<package> ...               also take the newest version of a package that no group pins

The last line of a lock is a digest of its group and of the lock, so `--check` needs no index.
Locked versions stay locked. The largest group is compiled first, and constrains the groups in it.
So a package has the same version in all of them.
"""

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OLDEST_PYTHON = "3.11"
LARGEST = "measure"
CONTAINED = ("layer", "schema_layer", "run", "test")
DIGEST = "# sha256 of the group and of this lock: "


def groups(root: Path) -> dict[str, list[Any]]:
    """Return the dependency groups of a project."""
    found: dict[str, list[Any]] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))[
        "dependency-groups"
    ]
    return found


def requirements(declared: dict[str, list[Any]], group: str) -> list[str]:
    """Return the requirements of a group and of the groups in it."""
    asked: list[str] = []
    for entry in declared[group]:
        if isinstance(entry, dict):
            asked += requirements(declared, entry["include-group"])
        else:
            asked.append(entry)
    return asked


def lock_of(root: Path, group: str) -> Path:
    """Return the path of a group's lock."""
    return root / "tools" / "locks" / f"{group}.txt"


def digest(asked: list[str], lock: str) -> str:
    """Return the digest of a group's requirements and of its lock without the digest."""
    text = json.dumps([OLDEST_PYTHON, sorted(asked), lock])
    return hashlib.sha256(text.encode()).hexdigest()


def stale(root: Path) -> list[str]:
    """Return the groups whose lock is missing or out of date."""
    declared = groups(root)
    return [
        group for group in declared if not is_current(root, group, requirements(declared, group))
    ]


def is_current(root: Path, group: str, asked: list[str]) -> bool:
    """Return whether a lock was compiled from these requirements and has not changed since."""
    path = lock_of(root, group)
    text, _, kept = path.read_text("utf-8").rpartition(DIGEST) if path.exists() else ("", "", "")
    return kept.strip() == digest(asked, text)


def compile_group(root: Path, group: str, *options: str) -> None:
    """Compile a lock for all platforms, and all Pythons from the oldest supported one on."""
    path = lock_of(root, group)
    command = [sys.executable, "tools/uv.py", "pip", "compile", "--quiet", "--no-config"]
    command += ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--group", group, *options]
    command += ["--custom-compile-command", "make lock", "--output-file"]
    subprocess.run([*command, str(path.relative_to(root))], cwd=root, check=True)
    text = path.read_text("utf-8")
    asked = requirements(groups(root), group)
    path.write_text(f"{text}{DIGEST}{digest(asked, text)}\n", "utf-8")


def compile_all(root: Path) -> None:
    """Compile all locks."""
    upgrade = os.environ.get("UPGRADE")
    options = ["--upgrade-package", upgrade] if upgrade else []
    others = [group for group in groups(root) if group not in (LARGEST, *CONTAINED)]
    compile_group(root, LARGEST, *options)
    for group in CONTAINED:
        constraint = str(lock_of(root, LARGEST).relative_to(root))
        compile_group(root, group, "--constraint", constraint, *options)
    for group in others:
        compile_group(root, group, *options)


def main() -> int:
    """Compile all locks, or check them. Return the exit code."""
    if sys.argv[1:] == ["--check"]:
        found = stale(ROOT)
        for group in found:
            print(f"tools/locks/{group}.txt is out of date: run make lock", file=sys.stderr)
        return 1 if found else 0
    compile_all(ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
