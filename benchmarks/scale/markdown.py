"""Tables and numbers in the format of docs/scale.md and docs/costs.md."""

from collections.abc import Iterable, Sequence

TWO_DIGITS = 10
NEXT_TO_NOTHING = 0.1


def table(head: str, rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """Return a table in Markdown. `head` has the columns, and the first `left` are texts."""
    names = head.split("|")
    rule = ["---"] * left + ["---:"] * (len(names) - left)
    lines = [f"| {' | '.join(names)} |", f"|{'|'.join(rule)}|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def number(value: float) -> str:
    """Return a whole number from ten on, and one decimal below."""
    if value < NEXT_TO_NOTHING:
        return f"< {NEXT_TO_NOTHING}"
    return f"{value:,.0f}" if value >= TWO_DIGITS else f"{value:.1f}"
