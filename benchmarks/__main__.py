"""Measures all there is to measure, prints one table, and keeps it in results.json.

    python -m benchmarks [--check] [GROUP ...]

Groups, in this order: operations, sizes, growth, worst, package, scale, warm, beside, clients.
Without any, all are measured and results.json is written. With --check the first six are counted
again and held against results.json: a count that has grown by more than 2 percent is a regression,
and ends this with 1. Ratios vary with the machine and are not held against anything.
"""

import argparse
import sys
from collections.abc import Iterable
from itertools import groupby

from benchmarks import costs_page, figures, operations, sizes
from benchmarks.figures import Figure
from benchmarks.groups import COUNTED, GROUPS, measured, module_of

ALLOWED = 1.02
LEGEND = """
WCU, RCU  write and read units of DynamoDB     ×  divided by what stands behind "to"
M         millions                             botocore tweaks: benchmarks/botocore_tweaks/tweaks.py
(!)       above its target                     floor: one PutItem, signed and sent by plain boto3"""
TWICE = "boto3 again"  # measured a second time as if it were another client
TWICE_ALLOWED = 0.08


def regressions(found: Iterable[Figure], kept: Iterable[Figure]) -> list[str]:
    """What is worse than it was, in a sentence each."""
    before = {figure.name: figure for figure in kept if figure.kind == "count"}
    now = {figure.name: figure for figure in found if figure.kind == "count"}
    sentences = []
    for name, figure in now.items():
        if figure.met is False and (name not in before or before[name].met is not False):
            sentences.append(f"{name}: {figure.value:g} is above its target, {figure.target:g}")
        elif name in before and figure.value > before[name].value * ALLOWED:
            sentences.append(f"{name}: {figure.value:g}, and was {before[name].value:g}")
    return sentences


def improvements(found: Iterable[Figure], kept: Iterable[Figure]) -> list[str]:
    """What is better than it was, in a sentence each: it may get worse again unnoticed."""
    before = {figure.name: figure.value for figure in kept if figure.kind == "count"}
    return [
        f"{figure.name}: {figure.value:g}, and was {before[figure.name]:g}; make bench keeps it"
        for figure in found
        if figure.kind == "count" and figure.value * ALLOWED < before.get(figure.name, 0)
    ]


def disturbed(found: Iterable[Figure]) -> list[str]:
    """What shows that others were at work on the machine: a thing that differs from itself."""
    return [
        f"{figure.name}: {figure.value:.3g}, and it is the same twice"
        for figure in found
        if TWICE in figure.name and figure.kind == "ratio" and abs(figure.value - 1) > TWICE_ALLOWED
    ]


def absent(found: Iterable[Figure], kept: Iterable[Figure], groups: Iterable[str]) -> list[str]:
    """Counts that were kept and are measured no more."""
    names = {figure.name for figure in found}
    return [
        f"{figure.name}: is measured no more"
        for figure in kept
        if figure.kind == "count" and figure.group in groups and figure.name not in names
    ]


def show(found: list[Figure]) -> None:
    """The table: a line per operation, one for every other figure; at last what is missed."""
    for group, members in groupby(found, key=lambda figure: figure.group):
        print(f"\n--- {group}: {(module_of(group).__doc__ or '').splitlines()[0]}\n")
        rows = list(members)
        print(operations.matrix(rows) if group == "operations" else figures.table(rows))
    print(LEGEND)
    held = [figure for figure in found if figure.met is not None]
    missed = [figure.name for figure in held if not figure.met]
    told = f"\n{len(held)} targets: {len(held) - len(missed)} met, {len(missed)} not met"
    if held:
        print(told, *missed, sep="\n  ")


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
        return check(found, groups)
    if asked.groups:
        print("\nNothing is kept of a part; make bench measures all, and keeps it.")
        return 0
    return keep(found)


def check(found: list[Figure], groups: Iterable[str]) -> int:
    """Say what is worse than what was kept: 1 if something is."""
    kept = figures.read()
    names = {figure.name for figure in kept if figure.kind == "count"}
    counts = [figure.name for figure in found if figure.kind == "count"]
    wrong = regressions(found, kept) + absent(found, kept, groups)
    new = [f"{name}: is new; make bench keeps it" for name in counts if name not in names]
    for sentence in (*improvements(found, kept), *new, *wrong):
        print(sentence)
    if not wrong:
        print(f"{len(counts) - len(new)} counts are no worse than in {figures.RESULTS.name}")
    return 1 if wrong else 0


def keep(found: list[Figure]) -> int:
    """Write what was measured, unless the machine was disturbed: then 1."""
    if wrong := disturbed(found):
        print("\nNot kept, for others were at work here; measure again:", *wrong, sep="\n")
        return 1
    figures.write(found)
    costs_page.main()
    sizes.main()
    print(f"\nkept in {figures.RESULTS}, and shown in docs/costs.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
