"""No role grants what nothing uses: held against every right that a whole run has taken.

A plugin of pytest. The recorder of the integration tests fails a call that goes beyond its role
(recorder.py); this is the other way round. Where several processes share the tests, each hands in
what its tests have taken, and the one that shares them out compares.
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from tests.integration.roles import granted

HANDED_IN = "rights that were taken"
LINES = pytest.StashKey[list[str]]()

_taken: defaultdict[str, set[str]] = defaultdict(set)


def unused(granted: Mapping[str, Iterable[str]], taken: Mapping[str, Iterable[str]]) -> list[str]:
    """What is granted and was not taken, one line each."""
    return sorted(
        f"{function} is granted {right}, and no test has it use that"
        for function, rights in granted.items()
        for right in set(rights) - set(taken.get(function, ()))
    )


def is_whole(config: pytest.Config) -> bool:
    """Whether nothing was left out of the run."""
    chosen = config.option.keyword or config.option.markexpr or config.option.deselect
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A process of pytest-xdist has ended."""
    for function, rights in getattr(node, "workeroutput", {}).get(HANDED_IN, {}).items():
        _taken[function] |= set(rights)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand in, or compare."""
    recorder = sys.modules.get("tests.integration.recorder")
    for function, rights in recorder.RECORDER.used.items() if recorder else ():
        _taken[function] |= set(map(str, rights))
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[HANDED_IN] = {name: sorted(_taken[name]) for name in _taken}
    elif session.exitstatus == pytest.ExitCode.OK and is_whole(session.config):
        everything = {name: map(str, rights) for name, rights in granted().items()}
        session.config.stash[LINES] = unused(everything, _taken)
        if session.config.stash[LINES]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What is granted for nothing."""
    for line in terminalreporter.config.stash.get(LINES, []):
        terminalreporter.write_line(line, red=True)
