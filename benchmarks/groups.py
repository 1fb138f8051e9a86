"""The groups of figures, and how they are measured.

A count is the same however busy the machine is: two groups of counts run at a time, in a process
each. The others run alone, after them.
"""

import importlib
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import replace
from multiprocessing import get_context
from types import ModuleType

from benchmarks.figures import Figure

COUNTED = ("operations", "sizes", "growth", "worst", "package", "scale")
GROUPS = (*COUNTED, "warm", "beside", "clients")
MODULES = {"scale": "benchmarks.scale.figures", "beside": "benchmarks.comparisons.run"}
AT_ONCE = 2
LONGEST_FIRST = ("package", "worst", "growth", "operations", "sizes", "scale")


def measured(groups: Iterable[str]) -> Iterator[Figure]:
    """Measure groups and yield their figures in order. Print a line for each group on stderr."""
    wanted = list(groups)
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
        counting = {group: pool.submit(timed, group) for group in LONGEST_FIRST if group in wanted}
        wait(counting.values())
        for group in wanted:
            found, seconds = counting[group].result() if group in counting else timed(group)
            print(f"{group}: {seconds:.0f} s", file=sys.stderr, flush=True)
            yield from found


def timed(group: str) -> tuple[list[Figure], float]:
    """Measure a group. Return its figures and the seconds that it took."""
    begun = time.monotonic()
    found = [replace(figure, group=group) for figure in module_of(group).measure()]
    return found, time.monotonic() - begun


def module_of(group: str) -> ModuleType:
    """Return the module that measures a group."""
    return importlib.import_module(MODULES.get(group, f"benchmarks.{group}"))
