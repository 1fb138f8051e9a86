"""The groups of figures, and how they are measured.

A count is the same however busy the machine is: two groups of counts run at a time, in a process
each. The dollars follow from them. The others run alone, after them.
"""

import importlib
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import replace
from multiprocessing import get_context
from types import ModuleType

from benchmarks import figures
from benchmarks.figures import Figure

COUNTED = ("operations", "sizes", "growth", "worst", "package", "scale", "dollars")
# Not among the counts: an operation sometimes needs 2.8 M instructions more, see instructions.py.
TIMED = ("warm", "beside", "clients", "local", "sweeps", "wake")
GROUPS = ("operations", "sizes", "instructions", *COUNTED[2:], *TIMED)
# These groups do not depend on how busy the machine is, so --keep-counts may write them alone.
COUNTABLE = ("instructions", *COUNTED)
MODULES = {
    "scale": "benchmarks.scale.figures",
    "beside": "benchmarks.comparisons.run",
    "local": "benchmarks.local_inbox",
}
AT_ONCE = 2
LONGEST_FIRST = ("instructions", "package", "worst", "growth", "operations", "sizes", "scale")
FOLLOWING = "dollars"  # it measures nothing: its figures follow from the counts of the others


def measured(groups: Iterable[str]) -> Iterator[Figure]:
    """Measure groups and yield their figures in order. Print a line for each group on stderr."""
    wanted = list(groups)
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
        counting = {group: pool.submit(timed, group) for group in LONGEST_FIRST if group in wanted}
        wait(counting.values())
        known: list[Figure] = []
        for group in wanted:
            given = (known,) if group == FOLLOWING else ()
            found, seconds = counting[group].result() if group in counting else timed(group, *given)
            print(f"{group}: {seconds:.0f} s", file=sys.stderr, flush=True)
            known += found
            yield from found


def timed(group: str, *known: Iterable[Figure]) -> tuple[list[Figure], float]:
    """Measure a group. Return its figures and the seconds that it took.

    The dollars follow from the counts that are `known`, and from those of results.json for groups
    that were not measured.
    """
    begun = time.monotonic()
    given = [[*figures.read(), *each] for each in known]
    found = [replace(figure, group=group) for figure in module_of(group).measure(*given)]
    return found, time.monotonic() - begun


def module_of(group: str) -> ModuleType:
    """Return the module that measures a group."""
    return importlib.import_module(MODULES.get(group, f"benchmarks.{group}"))
