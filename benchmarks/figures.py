"""Figures: the results of benchmarks, with their targets.

A *count* is the same wherever it is measured: calls, units, bytes, instructions. A *ratio* compares
two things that were measured in the same run. A *machine* figure, such as a time or the memory of a
process, is not compared with other machines.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

RESULTS = Path(__file__).parent / "results.json"

Kind = Literal["count", "ratio", "machine"]


@dataclass(frozen=True)
class Figure:
    """One number with its unit and its target, which is a maximum. None means no target."""

    name: str
    value: float
    unit: str
    target: float | None = None
    kind: Kind = "count"
    group: str = ""  # the group that was measured together

    @property
    def met(self) -> bool | None:
        """Whether the value meets its target. None without a target."""
        return None if self.target is None else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        """Return the figure as in results.json."""
        return {
            "name": self.name,
            "value": rounded(self.value),
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
            "kind": self.kind,
            "group": self.group,
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        """Return the figure from results.json."""
        return cls(**{name: value for name, value in found.items() if name != "met"})


def rounded(value: float) -> float:
    """Return the value with four significant digits. Whole numbers stay whole."""
    if value == int(value) or not math.isfinite(value):
        return value
    return float(f"{value:.4g}")


def write(figures: Iterable[Figure], path: Path = RESULTS) -> None:
    """Write the figures for `make bench-check`."""
    found = {"figures": [figure.as_json() for figure in figures]}
    path.write_text(json.dumps(found, indent=1) + "\n")


def read(path: Path = RESULTS) -> list[Figure]:
    """Read what `write` wrote."""
    return [Figure.from_json(found) for found in json.loads(path.read_text())["figures"]]


def table(figures: Iterable[Figure]) -> str:
    """Return a table of the figures: name, value, unit, target, and whether it is met."""
    lines = [("figure", "value", "unit", "target", "")]
    for figure in figures:
        target = "" if figure.target is None else f"≤ {figure.target:,g}"
        met = {None: "", True: "met", False: "NOT MET"}[figure.met]
        lines.append((figure.name, f"{rounded(figure.value):,g}", figure.unit, target, met))
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    alignments = ("<", ">", "<", "<", "<")
    rows = (
        "  ".join(
            f"{text:{alignment}{width}}"
            for text, alignment, width in zip(line, alignments, widths, strict=True)
        )
        for line in lines
    )
    return "\n".join(row.rstrip() for row in rows)
