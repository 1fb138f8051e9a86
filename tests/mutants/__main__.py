"""Plant one bug after another in a copy of the code, and check that a test finds it.

    python -m tests.mutants             plant all bugs; exit 1 if one is not found
    python -m tests.mutants WORD ...    plant only bugs with one of the words in name or file
    python -m tests.mutants --list      only list the bugs

Use this before a release, because each bug costs a run of its tests. These tests must first pass on
the copy without bugs.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests.mutants.planted import LAYER, PLANTED, Mutant
from tests.mutants.rounds import ROUNDS
from tests.mutants.waking import WAKING

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = (*PLANTED, *ROUNDS, *WAKING)
FAILED = 1  # pytest's exit code when tests have run, and failed
PASSED = 0
SECONDS = 900


class PlantingError(Exception):
    """The file does not contain the mutant's text exactly once, because the code has changed."""


def copy_of_the_product(to: Path) -> None:
    """Copy all files of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def outcome(root: Path, tests: Iterable[str]) -> int:
    """Run these tests and return pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=root, capture_output=True, timeout=SECONDS, check=False)
    return done.returncode


def is_found(root: Path, mutant: Mutant) -> bool:
    """Plant the bug and return whether a test fails."""
    path = root / LAYER / mutant.file
    sound = path.read_text(encoding="utf-8")
    if sound.count(mutant.old) != 1:
        raise PlantingError(f"{mutant.file} has {mutant.old!r} {sound.count(mutant.old)} times")
    path.write_text(sound.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        return outcome(root, mutant.tests) == FAILED
    finally:
        path.write_text(sound, encoding="utf-8")


def chosen(words: list[str]) -> list[Mutant]:
    """Return the mutants with one of the words in name or file. Without words, return all."""
    return [m for m in MUTANTS if not words or any(w in m.name or w in m.file for w in words)]


def hunt(root: Path, mutants: list[Mutant]) -> list[Mutant]:
    """Plant all mutants and print the results. Return those that no test found."""
    suites = sorted({mutant.tests for mutant in mutants})
    for number, tests in enumerate(suites, start=1):
        print(f"[{number:2}/{len(suites)}] without bugs: {' '.join(tests)}", flush=True)
        if outcome(root, tests) != PASSED:
            sys.exit(f"these tests fail without a bug: {' '.join(tests)}")
    missed = []
    for number, mutant in enumerate(mutants, start=1):
        since = time.monotonic()
        found = is_found(root, mutant)
        seconds = time.monotonic() - since
        word = "found " if found else "MISSED"
        print(f"[{number:2}/{len(mutants)}] {word} {seconds:4.0f} s  {mutant.name}", flush=True)
        if not found:
            missed.append(mutant)
    return missed


def main() -> int:
    """Return 0 if every bug was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "words", nargs="*", help="plant only bugs with one of these words in name or file"
    )
    parser.add_argument("--list", action="store_true", help="only list the bugs")
    options = parser.parse_args()
    mutants = chosen(options.words)
    if options.list:
        print("\n".join(mutant.name for mutant in mutants))
        return 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy_of_the_product(Path(folder))
        missed = hunt(Path(folder), mutants)
    print(f"{len(mutants) - len(missed)} of {len(mutants)} bugs found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
