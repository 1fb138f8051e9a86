"""Figures: what a benchmark finds, held against what it is to be.

A figure is a *count*, which comes out the same wherever it is measured (calls, units, bytes,
instructions), or a *ratio* of two things that were measured side by side in one run. A time
and the memory of a process belong to the *machine*, and are held against nothing that was measured
on another.
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
    """One number with its unit, and the most that it may be; no target where it only informs."""

    name: str
    value: float
    unit: str
    target: float | None = None
    kind: Kind = "count"
    group: str = ""  # what was measured together

    @property
    def met(self) -> bool | None:
        """Whether it is within its target; None if it has none."""
        return None if self.target is None else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        """As it stands in results.json."""
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
        """The inverse of `as_json`."""
        return cls(**{name: value for name, value in found.items() if name != "met"})


def rounded(value: float) -> float:
    """Four digits that mean something; whole numbers stay whole."""
    if value == int(value) or not math.isfinite(value):
        return value
    return float(f"{value:.4g}")


def write(figures: Iterable[Figure], path: Path = RESULTS) -> None:
    """Keep them for `make bench-check`."""
    found = {"figures": [figure.as_json() for figure in figures]}
    path.write_text(json.dumps(found, indent=1) + "\n")


def read(path: Path = RESULTS) -> list[Figure]:
    """What `write` kept."""
    return [Figure.from_json(found) for found in json.loads(path.read_text())["figures"]]


def table(figures: Iterable[Figure]) -> str:
    """A line per figure: name, value and unit, target, and whether it is met."""
    lines = [("figure", "value", "unit", "target", "")]
    for figure in figures:
        target = "" if figure.target is None else f"≤ {figure.target:,g}"
        met = {None: "", True: "met", False: "NOT MET"}[figure.met]
        lines.append((figure.name, f"{rounded(figure.value):,g}", figure.unit, target, met))
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    sides = ("<", ">", "<", "<", "<")
    rows = (
        "  ".join(
            f"{text:{side}{width}}" for text, side, width in zip(line, sides, widths, strict=True)
        )
        for line in lines
    )
    return "\n".join(row.rstrip() for row in rows)
