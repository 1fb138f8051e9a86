"""What docs/costs.md says of many candidates follows from the budget of their list."""

import math
import re
from pathlib import Path

import pytest

from agent_messaging.sockets.model import PING_EVERY
from agent_messaging.storage import units
from agent_messaging.work_orders.hints import THREADS
from benchmarks import budgets, prices
from benchmarks.dollars import background
from benchmarks.scale.limits import PARTITION_READ_UNITS

PAGE = (Path(__file__).parents[2] / "docs" / "costs.md").read_text("utf-8")
TABLE = PAGE.partition("## Work orders for many candidates")[2].partition("\n## ")[0]
ROWS = [
    [float(cell.replace(",", "")) for cell in row]
    for row in re.findall(r"^\| ([\d,]+) \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \|$", TABLE, re.M)
]

HINTS = [
    [float(cell.replace(",", "")) for cell in row]
    for row in re.findall(
        r"^\| ([\d,]+) \| ([\d,]+) \| (\d+) \| (\d+) \| (\d+) \| ([\d.]+) \|$", TABLE, re.M
    )
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


@pytest.mark.parametrize("row", HINTS)
def test_the_hints_of_an_order_cost_what_the_budgets_say(row: list[float]):
    candidates, connected, told, reads, frames, dollars = row
    assert connected <= candidates
    assert told == frames == min(connected, units.CANDIDATES)
    _, nobody = budgets.UNITS["tell candidates, nobody listens"]
    assert reads == nobody + 2 * told
    most = budgets.UNITS["tell 16 connected candidates"][1]
    assert reads <= most
    calls = 3 + told
    tenths = reads * units.READ_UNIT + calls * units.CALL + frames * units.PUSHED_FRAME
    assert tenths <= units.HINTS
    cost = tenths / units.UNIT * prices.PER_MILLION_WRITE_UNITS / 1e6
    assert dollars == pytest.approx(cost, rel=0.05)


def test_the_text_has_the_numbers_of_the_code():
    assert len(HINTS) == len(ROWS)
    assert f"at most {units.CANDIDATES} candidates" in TABLE.replace("At", "at")
    assert f"pays {math.ceil(units.HINTS / units.UNIT)} units for the hints" in TABLE
    assert math.ceil(units.CANDIDATES / THREADS) == background.POSTS_IN_TURN
    renewed = 2 * PING_EVERY.total_seconds()
    assert f"gets {100_000 / renewed:.0f}\nwrites a second" in TABLE


def test_the_text_has_the_units_of_a_claim():
    writes, _ = budgets.UNITS["claim"]
    assert f"costs its {writes} write units" in TABLE
