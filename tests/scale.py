"""How much a test does: all of it with `make test-long`, and a part with every commit.

A race or a fault does a tenth, and a property is tried on a third of its examples.

Beside it, the figures: what a test has measured is printed in a table at the end of the run.
"""

import os
from collections.abc import Callable

import pytest

IS_FULL = os.environ.get("TEST_SIZE") == "full"

Figure = Callable[[str, object], None]


def scaled(full: int) -> int:
    """The size of this run: `full` in a long one, a tenth (at least 1) in any other."""
    return full if IS_FULL else max(1, full // 10)


def examples(full: int) -> int:
    """How many examples a property is tried on: `full` in a long run, a third in any other."""
    return full if IS_FULL else max(1, full // 3)


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Keeps a measured figure under a name, for the table at the end: `figure("lost", 0)`."""

    def keep(name: str, value: object) -> None:
        request.node.user_properties.append(("figure", f"{name}: {value}"))

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if getattr(report, "when", "") == "call"
    ]
    lines = [
        f"{report.nodeid.rpartition('::')[2]}: {value}"
        for report in reports
        for name, value in report.user_properties
        if name == "figure"
    ]
    if lines:
        terminalreporter.section(f"figures ({'full size' if IS_FULL else 'a tenth'})")
        for line in lines:
            terminalreporter.write_line(line)
