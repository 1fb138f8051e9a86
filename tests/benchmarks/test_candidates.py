"""What docs/costs.md says of many candidates follows from the budget of their list."""

import re
from pathlib import Path

import pytest

from benchmarks import budgets, prices
from benchmarks.scale.limits import PARTITION_READ_UNITS

PAGE = (Path(__file__).parents[2] / "docs" / "costs.md").read_text("utf-8")
TABLE = PAGE.partition("## Work orders for many candidates")[2].partition("\n## ")[0]
ROWS = [
    [float(cell.replace(",", "")) for cell in row]
    for row in re.findall(r"^\| ([\d,]+) \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \|$", TABLE, re.M)
]


def test_the_table_has_three_sizes():
    assert [row[0] for row in ROWS] == [10, 1_000, 100_000]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_follows_from_the_budget_of_a_page(row: list[float]):
    candidates, units, dollars, seconds = row
    _, page = budgets.UNITS["candidate's page of 20"]
    assert units == candidates * page
    assert dollars == pytest.approx(units * prices.PER_MILLION_READ_UNITS / 1e6, rel=0.05)
    assert seconds == pytest.approx(units / PARTITION_READ_UNITS, rel=0.25)


def test_the_text_has_the_units_of_a_claim():
    writes, _ = budgets.UNITS["claim"]
    assert f"costs its {writes} write units" in TABLE
