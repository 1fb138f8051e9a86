"""Tables and numbers as docs/scale.md and docs/costs.md show them."""

from collections.abc import Iterable, Sequence

TWO_DIGITS = 10
NEXT_TO_NOTHING = 0.1


def table(head: str, rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """A table in Markdown; `head` names its columns between bars, the first `left` are texts."""
    names = head.split("|")
    rule = ["---"] * left + ["---:"] * (len(names) - left)
    lines = [f"| {' | '.join(names)} |", f"|{'|'.join(rule)}|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def number(value: float) -> str:
    """Whole from ten on; below, with a digit behind the point."""
    if value < NEXT_TO_NOTHING:
        return f"< {NEXT_TO_NOTHING}"
    return f"{value:,.0f}" if value >= TWO_DIGITS else f"{value:.1f}"
