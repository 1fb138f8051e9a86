"""Dollars follow from counts and prices, for every route and every function of the template."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from agent_messaging.storage import units
from benchmarks import assumed, budgets, dollars, figures, prices
from benchmarks.dollars import background, bills, idle, routes, tables
from benchmarks.dollars.bills import Counts, Need
from benchmarks.figures import rounded

ROOT = Path(__file__).resolve().parents[2]
PAGE = tables.PAGE.read_text("utf-8")
KEPT = figures.read()
COUNTS = Counts.of(KEPT)
ONE = Need(
    memory=1024,
    instructions=0,
    round_trips=2,
    writes=3,
    reads=4,
    answered=1000,
    logged=500,
    counted=1,
    relayed=1,
)


def test_every_route_of_the_template_has_a_price_and_nothing_else_has():
    named = {routes.name_of(route) for route in bills.TEMPLATE.routes}
    assert routes.CALLS.keys() == named
    assert {row.route for row in routes.rows(COUNTS)} == named


def test_every_function_that_no_route_calls_has_a_price():
    called = {route.function for route in bills.TEMPLATE.routes}
    assert bills.TEMPLATE.functions.keys() - called == {
        each.function for each in background.INVOCATIONS
    }
    assert set(idle.SCHEDULED) == {each.function for each in bills.TEMPLATE.schedules}


def test_what_no_route_calls_has_a_budget():
    """But for what is older than the budgets of this table."""
    rows = {each.operation for each in background.INVOCATIONS}
    assert {each for each in rows if each.startswith(("relay", "socket", "webhook"))} <= set(
        budgets.UNITS
    )


def test_the_page_shows_the_dollars_of_the_counts():
    named = re.findall(r"<!-- dollars: (\w+) -->", PAGE)
    assert sorted(named) == sorted(tables.tables(KEPT))
    assert tables.placed(PAGE, KEPT) == PAGE, "python -m benchmarks.dollars --write"


def test_the_dollars_of_results_json_are_those_of_its_counts():
    kept = [each for each in KEPT if each.group == "dollars"]
    found = [
        replace(each, value=rounded(each.value), group="dollars") for each in dollars.measure(KEPT)
    ]
    assert found == kept, "python -m benchmarks --keep-counts dollars"


def test_a_bill_is_the_sum_of_units_seconds_bytes_and_requests():
    found = bills.request(COUNTS, ONE, bills.BUSY, is_open=True)
    # 10 ms of a GB, 1,000 bytes sent, and 500 bytes logged besides Lambda's lines.
    assert found.tables == pytest.approx(3 * 0.625 + 4 * 0.125)
    assert found.function == pytest.approx(0.2 + 0.010 * 13.3334)
    assert found.traffic == pytest.approx(0.09)
    assert found.logs == pytest.approx(0.5 * (500 + bills.PLATFORM_LINES) / 1000)
    assert found.gateway == 1
    assert found.authorizer == 0
    assert found.total == pytest.approx(sum(found))


def test_a_second_is_the_cpu_at_the_share_of_a_core_and_the_waiting_rounded_up():
    a_core = Need(memory=assumed.MEGABYTES_OF_A_CORE, instructions=3.0e9)
    half = replace(a_core, memory=assumed.MEGABYTES_OF_A_CORE // 2, round_trips=1)
    assert a_core.seconds == 1
    assert half.seconds == pytest.approx(2.007, abs=0.001)


def test_a_call_alone_asks_for_its_key_and_is_counted_in_a_batch_of_its_own():
    alone, busy = (bills.request(COUNTS, ONE, usage) for usage in (bills.ALONE, bills.BUSY))
    assert alone.authorizer == pytest.approx(5 * busy.authorizer)
    assert alone.statistics > 50 * busy.statistics
    assert alone.relay > busy.relay > 0
    assert alone[:6] == busy[:6]


def test_a_large_answer_is_more_than_one_request_of_the_gateway():
    large = replace(ONE, answered=513 * 1024)
    assert bills.request(COUNTS, large, bills.BUSY).gateway == 2


def test_the_meter_charges_at_least_what_a_call_costs():
    """Also for a call alone, but for its statistics and its event, which others read."""
    unit = prices.PER_MILLION_WRITE_UNITS
    for row in routes.rows(COUNTS):
        need = row.need
        tenths = need.writes * units.WRITE_UNIT + need.reads * units.READ_UNIT
        tenths += need.round_trips * units.CALL + units.of_request(int(need.answered))
        assert tenths / units.UNIT * unit >= row.busy.total - _afterwards(row.busy), row.route


def _afterwards(bill: bills.Bill) -> float:
    return bill.statistics + bill.relay


def test_an_invocation_is_billed_for_what_it_waits_for():
    assert replace(ONE, waiting=0.3).seconds == pytest.approx(ONE.seconds + 0.3)


@pytest.mark.parametrize("name", prices.price_list())
def test_a_price_has_its_page(name):
    price = prices.price_list()[name]
    assert price >= 0
    assert price.what
    assert re.fullmatch(r"https://aws\.amazon\.com/[\w/-]+/", price.source)


def test_the_list_has_a_day_and_a_region_and_is_the_only_one():
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", prices.DATE)
    assert f"{prices.REGION}, {prices.DATE}" in PAGE
    own = Path(prices.__file__)
    files = [path for path in (ROOT / "benchmarks").rglob("*.py") if path != own]
    telling = {prices.PER_MILLION_WRITE_UNITS, prices.PER_GB_SECOND, prices.PER_GB_OF_TRAFFIC}
    for path in files:
        numbers = re.findall(r"\b\d+\.\d+\b", path.read_text("utf-8"))
        assert not telling & {float(number) for number in numbers}, path


def test_what_is_free_for_an_account_is_free_in_its_first_stack_only():
    item = idle.Item("alarms", 12, 0.1, free=10)
    assert item.dollars(is_first=True) == pytest.approx(0.2)
    assert item.dollars(is_first=False) == pytest.approx(1.2)


def test_an_idle_month_has_each_alarm_dashboard_and_secret_without_a_condition():
    numbers = {item.what: item.number for item in idle.items(COUNTS)}
    template = (ROOT / "template.yaml").read_text("utf-8")
    for what, kind in (("alarms", "Alarm"), ("dashboards", "Dashboard"), ("secrets", "Secret")):
        found = re.findall(rf"Type: AWS::\w+::{kind}\n(?! +Condition:)", template)
        assert numbers[what] == len(found) > 0


def test_a_schedule_costs_by_how_often_it_runs():
    minute, hour = (idle.scheduled(COUNTS, "StatsSchedule", every) for every in (60, 3600))
    assert minute == pytest.approx(60 * hour)


def test_fewer_heartbeats_cost_less_and_ask_for_a_key_at_most_once_each():
    assert idle.agent(COUNTS, 30) > idle.agent(COUNTS, 60) > idle.agent(COUNTS, 300)
    assert idle.agent(COUNTS, 300) == pytest.approx(idle.agent(COUNTS, 60) / 5)


def test_what_the_page_says_in_short_is_what_the_tables_say():
    short = PAGE[PAGE.index("## In short") : PAGE.index("## A million calls")]
    first, further = (
        sum(item.dollars(is_first=is_first) for item in idle.items(COUNTS))
        for is_first in (True, False)
    )
    calls = {row.route: row.busy.total for row in routes.rows(COUNTS)}
    hundred = {every: 100 * idle.agent(COUNTS, every) for every in (30, 300)}
    assert round(first) == 1
    assert "about a dollar a month" in short
    for said, is_so in (
        ("about eight dollars", round(further) == 8),
        ("short messages cost about five", round(calls["POST /messaging/send"]) == 5),
        ("heartbeats about three", round(calls["POST /messaging/heartbeat"]) == 3),
        ("every 30 s cost about $25", abs(hundred[30] - 25) < 2.5),
        ("Every 300 s, they cost about $3", round(hundred[300]) == 3),
    ):
        assert said in short
        assert is_so, said
