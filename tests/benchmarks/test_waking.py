"""The costs of the ways to be woken: which is cheap, and what the page says about it."""

import re
from pathlib import Path

import pytest

from benchmarks import figures, prices
from benchmarks.dollars import idle, waking
from benchmarks.dollars.bills import Counts

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
COUNTS = Counts.of(figures.read())
WAYS = {way.name: way for way in waking.ways(COUNTS)}


def test_an_hour_of_waiting_is_cheapest_for_a_webhook_then_for_a_socket():
    ordered = sorted(WAYS.values(), key=lambda way: way.idle_hour)
    assert [way.name for way in ordered] == ["webhook", "socket", "heartbeat", "wait"]


def test_a_connection_costs_its_minutes_and_its_pings():
    minutes = 60 * prices.PER_MILLION_CONNECTION_MINUTES / 1e6
    pings = 60 / waking.PING_MINUTES * 2 * prices.PER_MILLION_SOCKET_MESSAGES / 1e6
    assert minutes + pings < WAYS["socket"].idle_hour < 2 * (minutes + pings)


def test_a_request_that_waits_costs_the_memory_that_it_occupies():
    memory = 3600 * waking.wait_gigabytes() * prices.PER_GB_SECOND
    assert memory < WAYS["wait"].idle_hour < 1.5 * memory


def test_heartbeats_cost_what_the_other_table_says():
    months = waking.months(COUNTS)
    assert months[10_000]["heartbeat"] == pytest.approx(10_000 * idle.agent(COUNTS, 30))
    assert months[1_000_000]["socket"] == pytest.approx(10_000 * months[100]["socket"])


def test_readme_rounds_an_hour_of_each_way():
    shown = re.findall(r"^\| \*\*(\w+)\*\*.*?\| \$([\d.]+) \|", README, re.MULTILINE)
    names = {"poll": "heartbeat"}
    assert len(shown) == len(WAYS)
    for name, dollars in shown:
        hour = WAYS[names.get(name, name)].idle_hour
        assert float(dollars) == pytest.approx(hour, rel=0.2, abs=1e-9), name
