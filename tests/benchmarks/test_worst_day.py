"""What somebody can make the operator pay in a day is bounded by limits of the template."""

import math
import re
from pathlib import Path

import pytest

from agent_messaging.meter.model import PENALTIES
from benchmarks import worst
from benchmarks.scale import busy_minute, worst_day
from benchmarks.scale.items import PARAMETERS
from local.in_process.requests import name_of
from local.template import load

ROOT = Path(__file__).resolve().parents[2]
MOST_OF_ONE_KEY = 25
MOST_OF_NOBODY = 5


def template_routes() -> set[str]:
    return {name_of(route) for route in load().routes}


def test_every_route_is_measured_and_nothing_else_is():
    measured = worst.kept().keys()
    assert measured | set(worst.PAGES) == template_routes(), "python -m benchmarks.worst --write"
    assert not measured & set(worst.PAGES)
    assert list(measured) == list(worst.WORST), "python -m benchmarks.worst --write"


def test_what_is_prepared_for_a_route_is_for_one_that_is_there():
    assert worst.OWN.keys() | worst.ALONE < worst.kept().keys()


def test_one_key_costs_at_most_so_much_a_day_everything_included():
    day = worst_day.agents(1, worst_day.dearest_request())
    assert worst_day.DAY_MINUTES * worst_day.QUOTA * worst_day.UNIT_DOLLARS < day <= MOST_OF_ONE_KEY


def test_a_key_that_trips_again_and_again_costs_less_than_one_that_never_does():
    """The extra of a trip, against what its penalty keeps from being spent."""
    extra = worst_day.trip(worst_day.dearest_request()).total
    minute = worst_day.QUOTA * worst_day.UNIT_DOLLARS
    assert extra < PENALTIES[-1].total_seconds() / 60 * minute
    assert math.isclose(worst_day.trip(0).refused, 600_000 * worst_day.quick_request())


def test_five_keys_of_an_agent_are_one_meter_and_five_agents_are_five():
    dearest = worst_day.dearest_request()
    one, five = worst_day.agents(1, dearest), worst_day.agents(5, dearest)
    assert 3 * one < five < 5 * one


def test_nobody_costs_at_most_so_much_a_day():
    day = worst_day.nobody()
    assert set(worst.PAGES) <= set(worst_day.API["RouteSettings"])
    assert sum(day.values()) <= MOST_OF_NOBODY
    assert 0 < day["registration with a wrong key"] < MOST_OF_NOBODY / 2


@pytest.mark.parametrize("route", worst.PAGES)
def test_a_page_is_weighed_as_it_is_sent(route: str):
    assert worst_day.page_bytes(route) > 20 or route.startswith("OPTIONS")  # which has no body
    assert 0 < worst_day.rate(route) < worst_day.rate("any other route")


def test_the_busiest_honest_minute_fits_with_a_tenth_to_spare():
    assert sum(part.times for part in busy_minute.PARTS[:2]) == busy_minute.SENT
    assert 0.5 * worst_day.QUOTA < busy_minute.total() < 0.9 * worst_day.QUOTA


def test_every_operation_for_what_is_short_costs_less_than_a_flush():
    """So a single call of an agent that was idle never pays for being counted."""
    for part in busy_minute.PARTS:
        assert part.units < 50


def test_the_costs_page_says_what_the_worst_day_is():
    page = " ".join((ROOT / "docs/costs.md").read_text("utf-8").split())
    dollars = worst_day.agents(1, worst_day.dearest_request())
    assert f"at most ${math.ceil(dollars)} a day" in page
    assert math.ceil(dollars) <= MOST_OF_ONE_KEY
    quota = f"{PARAMETERS['UnitsPerMinute']['Default']:,}"
    assert re.search(rf"{quota} units a minute", page)
