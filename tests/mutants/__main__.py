"""Plant one bug after another in a copy of the code, and check that a test finds it.

    python -m tests.mutants             plant all bugs; exit 1 if one is not found
    python -m tests.mutants WORD ...    plant only bugs with one of the words in name or file
    python -m tests.mutants --list      only list the bugs

Use this before a release, because each bug costs a run of its tests. These tests must first pass on
the copy without bugs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.mutant import LAYER, Mutant
from tests.mutants.planted import (
    agents,
    bids,
    calls,
    counts,
    feed,
    histories,
    idempotency,
    leases,
    leaving,
    messages,
    orders,
    parts,
    pools,
    receipts,
    releases,
    rounds,
    texts,
    webhooks,
)

ROOT = Path(__file__).resolve().parents[2]
SUBJECTS = (
    *(orders, leases, rounds, pools, bids, parts, leaving, histories),
    *(messages, agents, idempotency),
    *(feed, receipts, webhooks),
    *(calls, texts, counts, releases),
)
MUTANTS = tuple(mutant for subject in SUBJECTS for mutant in subject.MUTANTS)
FAILED = 1  # pytest's exit code when tests have run, and failed
PASSED = 0
SECONDS = 900  # for the tests of one bug


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


def outcome(root: Path, tests: Iterable[str], seconds: int | None) -> tuple[int, str]:
    """Run these tests for at most so long, and return pytest's exit code and what it wrote."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=seconds, check=False
    )
    return done.returncode, done.stdout


def is_found(root: Path, mutant: Mutant) -> bool:
    """Plant the bug and return whether a test fails."""
    path = root / LAYER / mutant.file
    sound = path.read_text(encoding="utf-8")
    if sound.count(mutant.old) != 1:
        raise PlantingError(f"{mutant.file} has {mutant.old!r} {sound.count(mutant.old)} times")
    path.write_text(sound.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        code, _ = outcome(root, mutant.tests, SECONDS)
        return code == FAILED
    finally:
        path.write_text(sound, encoding="utf-8")


def chosen(words: list[str]) -> list[Mutant]:
    """Return the mutants with one of the words in name or file. Without words, return all."""
    return [m for m in MUTANTS if not words or any(w in m.name or w in m.file for w in words)]


def hunt(roots: list[Path], mutants: list[Mutant]) -> list[Mutant]:
    """Plant all mutants, one at a time in each copy, and return those that no test found."""
    tests = sorted({test for mutant in mutants for test in mutant.tests})
    print(f"{len(tests)} tests without bugs", flush=True)
    code, written = outcome(roots[0], tests, seconds=None)
    if code != PASSED:
        sys.exit(f"a test fails without a bug:\n{written}")
    free: SimpleQueue[Path] = SimpleQueue()
    for root in roots:
        free.put(root)

    def plant(mutant: Mutant) -> tuple[bool, float]:
        root, since = free.get(), time.monotonic()
        try:
            return is_found(root, mutant), time.monotonic() - since
        finally:
            free.put(root)

    with ThreadPoolExecutor(len(roots)) as pool:
        return list(_missed(mutants, pool.map(plant, mutants)))


def _missed(mutants: list[Mutant], planted: Iterable[tuple[bool, float]]) -> Iterator[Mutant]:
    """Print the results as they come, and yield the mutants that no test found."""
    for number, (mutant, (found, seconds)) in enumerate(
        zip(mutants, planted, strict=True), start=1
    ):
        word = "found " if found else "MISSED"
        print(f"[{number:3}/{len(mutants)}] {word} {seconds:4.0f} s  {mutant.name}", flush=True)
        if not found:
            yield mutant


def main() -> int:
    """Return 0 if every bug was found."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description=__doc__.partition("\n")[0]
    )
    parser.add_argument(
        "words", nargs="*", help="plant only bugs with one of these words in name or file"
    )
    parser.add_argument("--list", action="store_true", help="only list the bugs")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="how many bugs to plant at once"
    )
    options = parser.parse_args()
    mutants = chosen(options.words)
    if options.list:
        print("\n".join(mutant.name for mutant in mutants))
        return 0
    since = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        roots = [Path(folder) / str(number) for number in range(max(1, options.jobs))]
        for root in roots:
            copy_of_the_product(root)
        missed = hunt(roots, mutants)
    minutes = (time.monotonic() - since) / 60
    print(f"{len(mutants) - len(missed)} of {len(mutants)} bugs found in {minutes:.0f} minutes")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
