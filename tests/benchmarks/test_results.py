"""What was measured last, where it is shown, and when it counts as worse."""

from dataclasses import replace

import pytest

from benchmarks import costs_page, figures
from benchmarks.__main__ import (
    absent,
    check,
    disturbed,
    improvements,
    keep,
    regressions,
    with_the_others,
)
from benchmarks.dollars import tables
from benchmarks.figures import Figure

SEND = Figure("send: write units", 5, "WCU", 5, group="operations")
CPU = Figure("send: CPU", 2.0, "×", 6, kind="ratio", group="beside")


def test_the_costs_page_shows_what_was_measured():
    page = costs_page.COSTS.read_text("utf-8")
    assert costs_page.placed(page, figures.read()) == page


def test_a_figure_is_met_when_it_is_no_more_than_its_target():
    assert [replace(SEND, value=value).met for value in (4, 5, 5.1)] == [True, True, False]
    assert replace(SEND, target=None).met is None


def test_what_is_written_is_read_again(tmp_path):
    figures.write([SEND, replace(CPU, value=2.34567)], tmp_path / "r.json")
    assert figures.read(tmp_path / "r.json") == [SEND, replace(CPU, value=2.346)]


def test_a_count_that_grew_by_more_than_two_percent_is_a_regression():
    kept = replace(SEND, value=100, target=None)
    assert regressions([replace(kept, value=102)], [kept]) == []
    assert regressions([replace(kept, value=103)], [kept]) == [
        "send: write units: 103 (before: 100)"
    ]


def test_a_ratio_never_is():
    assert regressions([replace(CPU, value=20)], [CPU]) == []


def test_a_new_count_above_its_target_is_one():
    assert regressions([replace(SEND, value=6)], []) == [
        "send: write units: 6 exceeds its target of 5"
    ]


def test_a_count_that_is_no_longer_measured_is_one_too():
    assert absent([], [SEND, CPU], ["operations", "beside"]) == [
        "send: write units: is no longer measured"
    ]
    assert absent([], [SEND], ["package"]) == []


def test_a_count_that_got_better_is_told_and_no_regression():
    kept = replace(SEND, value=100, target=None)
    better = replace(kept, value=90)
    assert regressions([better], [kept]) == []
    assert improvements([better, CPU], [kept, replace(CPU, value=9)]) == [
        "send: write units: 90 (before: 100). Keep it: make bench"
    ]
    assert improvements([replace(kept, value=99)], [kept]) == []


@pytest.mark.parametrize(
    ("value", "is_told"), [(0.91, True), (0.95, False), (1.05, False), (1.1, True)]
)
def test_a_thing_that_differs_from_itself_tells_of_a_disturbed_machine(value, is_told):
    twice = replace(CPU, name="send by boto3 again: CPU to boto3", value=value)
    assert bool(disturbed([twice, CPU])) is is_told
    assert "send by boto3 again: CPU to boto3" in {figure.name for figure in figures.read()}


def test_the_table_says_what_is_not_met():
    text = figures.table([SEND, replace(CPU, value=7.0)])
    assert [line.split()[-1] for line in text.splitlines()[1:]] == ["met", "MET"]


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A file of results in place of the project's, and no document that is written."""
    monkeypatch.setattr(figures, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(figures.write, "__defaults__", (tmp_path / "results.json",))
    monkeypatch.setattr(figures.read, "__defaults__", (tmp_path / "results.json",))
    monkeypatch.setattr(costs_page, "main", lambda: None)
    monkeypatch.setattr(tables, "write", lambda: None)
    figures.write([SEND, CPU])
    return tmp_path / "results.json"


@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        ([SEND], 0, "1 counts are not worse"),
        ([replace(SEND, value=5.2)], 1, "send: write units: 5.2"),
        ([], 1, "is no longer measured"),
        ([SEND, replace(SEND, name="new")], 0, "new: is new. Keep it: make bench"),
        ([replace(SEND, value=4)], 0, "4 (before: 5). Keep it: make bench"),
    ],
)
def test_a_check_ends_with_1_when_something_is_worse(kept, capsys, found, code, said):
    assert check(found, ["operations"]) == code
    assert said in capsys.readouterr().out


def test_what_was_measured_on_a_disturbed_machine_is_not_kept(kept, capsys):
    before = kept.read_text()
    twice = replace(CPU, name="send by boto3 again: CPU to boto3", value=1.2)
    assert keep([SEND, twice]) == 1
    assert kept.read_text() == before
    assert "Nothing was written" in capsys.readouterr().out
    assert keep([SEND, replace(twice, value=1.01)]) == 0
    assert kept.read_text() != before


def test_counts_are_kept_without_the_figures_of_other_groups():
    """So results.json follows the code where the machine is too busy to measure times."""
    better = replace(SEND, value=4)
    assert with_the_others([better], [SEND, CPU]) == [better, CPU]


def test_a_comparison_with_other_programs_has_no_target():
    compared = [each for each in figures.read() if each.name.endswith(costs_page.COMPARED_WITH)]
    assert len(compared) > 3
    assert {each.target for each in compared} == {None}
    assert all(f"{each.name} (ours" in costs_page.table(figures.read()) for each in compared[:1])
