"""Measures all there is to measure, prints one table, and keeps it in results.json.

    python -m benchmarks [--check] [GROUP ...]

Groups, in this order: operations, growth, package, scale, warm, beside, clients. Without any, all
are measured and results.json is written. With --check what can be counted is measured again and
held against results.json: a count that has grown by more than 2 percent is a regression, and ends
this with 1. Ratios vary with the machine and are not held against anything.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from benchmarks import figures, operations, readme
from benchmarks.figures import Figure

COUNTED = ("operations", "growth", "package", "scale")
GROUPS = (*COUNTED, "warm", "beside", "clients")
MODULES = {"scale": "benchmarks.scale.figures", "beside": "benchmarks.beside.run"}
ALLOWED = 1.02


def measured(groups: Iterable[str]) -> Iterator[Figure]:
    """The figures of some groups, with a line on stderr for each."""
    for group in groups:
        begun = time.monotonic()
        print(f"{group} ...", end=" ", file=sys.stderr, flush=True)
        module = importlib.import_module(MODULES.get(group, f"benchmarks.{group}"))
        for figure in module.measure():
            yield replace(figure, group=group)
        print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


def regressions(found: Iterable[Figure], kept: Iterable[Figure]) -> list[str]:
    """What is worse than it was, in a sentence each; a figure that is gone is one, too."""
    before = {figure.name: figure for figure in kept if figure.kind == "count"}
    now = {figure.name: figure for figure in found if figure.kind == "count"}
    sentences = []
    for name, figure in now.items():
        if figure.met is False and (name not in before or before[name].met is not False):
            sentences.append(f"{name}: {figure.value:g} is above its target, {figure.target:g}")
        elif name in before and figure.value > before[name].value * ALLOWED:
            sentences.append(f"{name}: {figure.value:g}, and was {before[name].value:g}")
    return sentences


def absent(found: Iterable[Figure], kept: Iterable[Figure], groups: Iterable[str]) -> list[str]:
    """Counts that were kept and are measured no more."""
    names = {figure.name for figure in found}
    return [
        f"{figure.name}: is measured no more"
        for figure in kept
        if figure.kind == "count" and figure.group in groups and figure.name not in names
    ]


def show(found: list[Figure]) -> None:
    """The table: a line per operation, then one for every other figure."""
    lines = [figure for figure in found if figure.group != "operations"]
    rows = [figure for figure in found if figure.group == "operations"]
    if rows:
        print(operations.matrix(rows), end="\n\n")
    if lines:
        print(figures.table(lines))


def main() -> int:
    """As the module says."""
    parser = argparse.ArgumentParser(
        "benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--check", action="store_true", help="compare with results.json")
    asked = parser.parse_args()
    if unknown := set(asked.groups) - set(GROUPS):
        parser.error(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    groups = asked.groups or (COUNTED if asked.check else GROUPS)
    found = list(measured(groups))
    show(found)
    if asked.check:
        kept = figures.read()
        wrong = regressions(found, kept) + absent(found, kept, groups)
        print(
            "\n".join(wrong) or f"{len(found)} figures are no worse than in {figures.RESULTS.name}"
        )
        return 1 if wrong else 0
    if not asked.groups:
        figures.write(found)
        readme.main()
        print(f"\nkept in {figures.RESULTS}, and what has a target in README")
    return 0


if __name__ == "__main__":
    sys.exit(main())
