"""Measure everything, print one table, and write results.json.

    python -m benchmarks [--check | --keep-counts] [GROUP ...]

Groups, in this order: operations, sizes, instructions, growth, worst, package, scale, dollars,
warm, beside, clients, local, sweeps, wake. Without groups, all are measured and results.json is
written. With --check, the groups of counts are measured, which are those up to dollars, and
compared with it. A count that is more than 2 percent higher is a regression, and the exit code is
1. Ratios vary with the machine and are not compared. With --keep-counts, the groups of counts are
written, and the others stay as they were. It also writes the instructions, if they are named.

Counts do not depend on how busy the machine is, so two of these groups run at the same time, each
in its own process. The other groups follow, one at a time.
"""

import argparse
import sys
from collections.abc import Iterable
from itertools import groupby

from benchmarks import costs_page, figures, operations
from benchmarks.dollars import tables
from benchmarks.figures import Figure
from benchmarks.groups import COUNTABLE, COUNTED, GROUPS, measured, module_of

ALLOWED = 1.02
LEGEND = """
WCU, RCU  write and read units of DynamoDB     ×  a ratio to what follows "to"
M         millions                             botocore tweaks: benchmarks/botocore_tweaks/tweaks.py
(!)       above its target                     floor: one PutItem, signed and sent by plain boto3"""
TWICE = "boto3 again"  # measured again as if it were another client
TWICE_ALLOWED = 0.08


def regressions(found: Iterable[Figure], kept: Iterable[Figure]) -> list[str]:
    """Return a sentence for each figure that is worse than before."""
    before = {figure.name: figure for figure in kept if figure.kind == "count"}
    now = {figure.name: figure for figure in found if figure.kind == "count"}
    sentences = []
    for name, figure in now.items():
        if figure.met is False and (name not in before or before[name].met is not False):
            sentences.append(f"{name}: {figure.value:g} exceeds its target of {figure.target:g}")
        elif name in before and figure.value > before[name].value * ALLOWED:
            sentences.append(f"{name}: {figure.value:g} (before: {before[name].value:g})")
    return sentences


def improvements(found: Iterable[Figure], kept: Iterable[Figure]) -> list[str]:
    """Return a sentence for each figure that is better than before.

    Until results.json is written again, it could get worse again unnoticed.
    """
    before = {figure.name: figure.value for figure in kept if figure.kind == "count"}
    return [
        f"{figure.name}: {figure.value:g} (before: {before[figure.name]:g}). Keep it: make bench"
        for figure in found
        if figure.kind == "count" and figure.value * ALLOWED < before.get(figure.name, 0)
    ]


def disturbed(found: Iterable[Figure]) -> list[str]:
    """Return the figures that show a busy machine: the same code with different results."""
    return [
        f"{figure.name}: {figure.value:.3g}, although it is the same code"
        for figure in found
        if TWICE in figure.name and figure.kind == "ratio" and abs(figure.value - 1) > TWICE_ALLOWED
    ]


def absent(found: Iterable[Figure], kept: Iterable[Figure], groups: Iterable[str]) -> list[str]:
    """Return the counts of results.json that are no longer measured."""
    names = {figure.name for figure in found}
    return [
        f"{figure.name}: is no longer measured"
        for figure in kept
        if figure.kind == "count" and figure.group in groups and figure.name not in names
    ]


def show(found: list[Figure]) -> None:
    """Print a table for each group, the legend, and the targets that are not met."""
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
    """Measure the groups. Return the exit code."""
    parser = argparse.ArgumentParser(
        "benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument(
        "--check", action="store_true", help="only compare counts with results.json"
    )
    parser.add_argument(
        "--keep-counts", action="store_true", help="write only counts, even on a busy machine"
    )
    asked = parser.parse_args()
    if unknown := set(asked.groups) - set(GROUPS):
        parser.error(
            f"unknown group: {', '.join(sorted(unknown))}. The groups are {', '.join(GROUPS)}"
        )
    if asked.keep_counts and (times := set(asked.groups) - set(COUNTABLE)):
        parser.error(f"{', '.join(sorted(times))}: depends on how busy the machine is")
    groups = asked.groups or (COUNTED if asked.check or asked.keep_counts else GROUPS)
    found = list(measured(groups))
    show(found)
    if asked.check:
        return check(found, groups)
    if asked.keep_counts:
        return keep(with_the_others(found, figures.read()))
    if asked.groups:
        print("\nNothing was written, because not all groups were measured. Use make bench.")
        return 0
    return keep(found)


def check(found: list[Figure], groups: Iterable[str]) -> int:
    """Print the regressions. Return 1 if there are any."""
    kept = figures.read()
    names = {figure.name for figure in kept if figure.kind == "count"}
    counts = [figure.name for figure in found if figure.kind == "count"]
    wrong = regressions(found, kept) + absent(found, kept, groups)
    new = [f"{name}: is new. Keep it: make bench" for name in counts if name not in names]
    for sentence in (*improvements(found, kept), *new, *wrong):
        print(sentence)
    if not wrong:
        print(f"{len(counts) - len(new)} counts are not worse than in {figures.RESULTS.name}")
    return 1 if wrong else 0


def with_the_others(found: list[Figure], kept: list[Figure]) -> list[Figure]:
    """Return the figures, and those of results.json that belong to other groups."""
    measured = {figure.group for figure in found}
    others = [figure for figure in kept if figure.group not in measured]
    return sorted((*found, *others), key=lambda figure: GROUPS.index(figure.group))


def keep(found: list[Figure]) -> int:
    """Write the figures, unless the machine was busy. Then return 1."""
    if wrong := disturbed(found):
        print(
            "\nNothing was written, because the machine was busy. Measure again:", *wrong, sep="\n"
        )
        return 1
    figures.write(found)
    costs_page.main()
    tables.write()
    print(f"\nWrote {figures.RESULTS.name} and docs/costs.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
