"""Write the table "What was measured" of docs/costs.md: figures with a target, and comparisons.

python -m benchmarks.costs_page        brings docs/costs.md up to date
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks import budgets, figures
from benchmarks.figures import Figure

COSTS = Path(__file__).resolve().parents[1] / "docs" / "costs.md"
BEGIN, END = "<!-- bench -->", "<!-- end -->"
COMPARED_WITH = ("a dict-routed script", "FastAPI + SQLite")  # reported without a target
MANY = 100  # from here on, show no decimals
HEAD = ("| figure | measured | target |", "|---|---:|---:|")


def table(found: list[Figure]) -> str:
    """Return the table in Markdown."""
    return "\n".join((*HEAD, *_lines(found)))


def _lines(found: list[Figure]) -> Iterator[str]:
    by_name = {figure.name: figure for figure in found}
    for figure in found:
        if figure.group == "package" and figure.target is not None:
            yield _line(figure.name, figure.value, figure.target, figure.unit)
    for name, (writes, reads) in budgets.UNITS.items():
        measured = [by_name[f"{name}: {what} units"].value for what in ("write", "read")]
        told = f"{name}: write and read units"
        yield f"| {told} | {measured[0]:g} / {measured[1]:g} | ≤ {writes:g} / {reads:g} |"
    yield from _growth([figure for figure in found if figure.group == "growth"])
    for figure in found:
        ours, _, other = figure.name.partition(" to ")
        if figure.group in ("warm", "beside") and other in COMPARED_WITH and ours in by_name:
            told = f"{figure.name} (ours: {by_name[ours].value:,.0f} µs)"
            yield f"| {told} | {figure.value:,.1f} {figure.unit} | none |"
    yield from _waking(figure for figure in found if figure.group == "wake")


def _waking(times: Iterable[Figure]) -> Iterator[str]:
    """Yield the times from a send to its frame on the local server."""
    for figure in times:
        if figure.target is None:
            yield f"| {figure.name} | {figure.value:,.1f} {figure.unit} | none |"
        else:
            yield _line(figure.name, figure.value, figure.target, figure.unit)


def _growth(pages: list[Figure]) -> Iterator[str]:
    """Yield the worst ratio, and the most read units of a filtered page."""
    ratios = [figure.value for figure in pages if figure.target is not None]
    told = "a page of a list of 100,000 entries, to one of a few: the worst of"
    yield _line(f"{told} {len(ratios)}", max(ratios), 1, "×")
    taken = [figure.value for figure in pages if figure.unit == "read units"]
    yield f"| a filtered page of a list of any length: read units | {max(taken):g} | bounded |"


def _line(name: str, value: float, target: float, unit: str) -> str:
    shown = f"{value:,.1f}" if value < MANY else f"{value:,.0f}"
    missed = ", **missed**" if value > target else ""
    return f"| {name} | {shown} {unit}{missed} | ≤ {target:,g} |"


def placed(text: str, found: list[Figure]) -> str:
    """Return docs/costs.md with the table in its place."""
    block = f"{BEGIN}\n{table(found)}\n{END}"
    return re.sub(f"{BEGIN}.*?{END}", lambda _: block, text, flags=re.DOTALL)


def main() -> None:
    """Bring docs/costs.md up to date."""
    COSTS.write_text(placed(COSTS.read_text("utf-8"), figures.read()), "utf-8")


if __name__ == "__main__":
    main()
