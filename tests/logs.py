"""Nothing that was sent stands in any log: held against every line of a run, after its last test.

A plugin of pytest. It keeps each line that the functions log in this process, and reads what the
servers print that tests start (SERVER_LOG); beside that it keeps the texts that tests send, and the
keys that they send and are given. One more test, the last of every run, compares the two; where
several processes share the tests, each compares its own at its end, and the run fails with it. Ids
may stand in a log, and so may the words of the API itself.
"""

import contextlib
import json
import logging
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from agent_messaging.feed.model import EventType
from agent_messaging.observability.log import logger
from agent_messaging.webhooks.schemas import EventFilter

# Shorter texts stand in a line by chance. Of longer ones the beginning of the longest line tells,
# for what quotes a text may cut it.
SHORTEST, SAMPLE = 12, 32
NO_TEXT = re.compile(
    r".*_ids?|.*_at|depends_on|bids_by|estimated_completion|action|capabilities|to_capability"
    r"|contact_policy|role|state|status|type"
)
# Of the API's own words those that are long enough; a fuzzer sends them anywhere.
NAMES = {"chat_message", "contact_request", "notification", "work_order_id"}
WORDS = {*NAMES, *EventType, *EventFilter}
KEY = re.compile(r"am_(?:live|local)_[0-9A-Za-z]{8,}")
CREDENTIALS = ("authorization", "x-registration-key")
# How a local server greets its user: keys to use, and lines to paste.
GREETING = re.compile(r"  (Registration|Nova|Boots) |    curl ")


class Journal(logging.Handler):
    """The lines that were logged, and what must not stand in them."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.secrets: set[str] = set()
        self.expected = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def sent(self, body: Any, headers: Mapping[str, str] | None = None) -> None:
        """Remember what a request carries; `body` is JSON as a value, as text or as bytes."""
        for name, value in (headers or {}).items():
            if name.lower() in CREDENTIALS:
                self._remember(value.rpartition(" ")[2])
        if isinstance(body, bytes):
            body = body.decode(errors="replace")
        if isinstance(body, str):
            with contextlib.suppress(ValueError, RecursionError):  # Then it is a text all the same.
                body = json.loads(body)
        for text in texts(body):
            self._remember(max(text.splitlines(), key=len, default="").strip()[:SAMPLE])

    def answered(self, text: str, *, is_logged: bool = False) -> None:
        """Remember the keys in an answer; `is_logged` if a line is to be written about it."""
        self.secrets.update(KEY.findall(text))
        self.expected += is_logged

    def leaks(self, printed: str = "") -> list[str]:
        """What is wrong with the lines, and with what servers printed, one sentence each."""
        lines = [*self.lines, *(line for line in printed.splitlines() if not GREETING.match(line))]
        # As they stand there, and as they are meant: without the escapes of JSON.
        everything = "\n".join(text for line in lines for text in decoded(line))
        found = sorted({*KEY.findall(everything), *(s for s in self.secrets if s in everything)})
        leaks = [f"{secret!r} stands in {_first(lines, secret)}" for secret in found]
        if len(self.lines) < self.expected:
            leaks.append(f"{len(self.lines)} lines were kept where {self.expected} were due")
        return leaks

    def _remember(self, secret: str) -> None:
        if len(secret) >= SHORTEST:
            self.secrets.add(secret)


def texts(value: Any, name: str = "") -> Iterator[str]:
    """The texts in a JSON value, however deep, that are meant for their recipient alone."""
    pending = [(value, name)]
    while pending:
        value, name = pending.pop()
        if isinstance(value, dict):
            pending += [(part, inner) for inner, part in value.items()]
        elif isinstance(value, list):
            pending += [(part, name) for part in value]
        elif isinstance(value, str) and not NO_TEXT.fullmatch(name) and value not in WORDS:
            yield value


def decoded(line: str) -> Iterator[str]:
    """The strings and names in a line of JSON, those of JSON in a string too."""
    values: list[Any] = [line]
    while values:
        value = values.pop()
        if isinstance(value, str):
            yield value
            if value.lstrip().startswith(("{", "[")):
                with contextlib.suppress(ValueError, RecursionError):
                    values.append(json.loads(value))
        elif isinstance(value, dict):
            values += [*value, *value.values()]
        elif isinstance(value, list):
            values += value


def _first(lines: list[str], secret: str) -> str:
    escaped = json.dumps(secret, ensure_ascii=False)[1:-1]
    return next((line for line in lines if secret in line or escaped in line), "a line")


JOURNAL = Journal()
_server_log = tempfile.NamedTemporaryFile(prefix="server-log-")  # noqa: SIM115 - for the whole run


def leaks_of_this_process() -> list[str]:
    """What its journal, and what the servers printed, say that they should not."""
    printed = Path(os.environ["SERVER_LOG"]).read_text(encoding="utf-8", errors="replace")
    return JOURNAL.leaks(printed)


class LastTest(pytest.Item):
    """Fails when anything that was sent stands in a line."""

    def runtest(self) -> None:
        if not JOURNAL.secrets:
            pytest.skip("nothing was sent")
        if leaks := leaks_of_this_process():
            pytest.fail("\n".join(leaks), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        return Path(__file__), None, self.name


class Workers:
    """Among several processes: each says at its end what it found, and the first one listens."""

    def __init__(self) -> None:
        self.leaks: list[str] = []
        self.held_against = 0

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        output = getattr(node, "workeroutput", {})
        self.leaks += output.get("leaks", ["a process ended before it had looked at its lines"])
        self.held_against += output.get("lines", 0)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["leaks"], output["lines"] = leaks_of_this_process(), len(JOURNAL.lines)
        elif self.leaks:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.held_against:
            found = f"{self.held_against} lines of the log were held against what was sent"
            terminalreporter.write_line(f"{found}: {len(self.leaks)} leaks", bold=True)
        for leak in self.leaks:
            terminalreporter.write_line(leak, red=True)


def is_shared(config: pytest.Config) -> bool:
    """Whether several processes share the tests."""
    return hasattr(config, "workerinput") or bool(getattr(config.option, "numprocesses", None))


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        # The servers of one process alone print here, or another's key would be taken for theirs.
        os.environ["SERVER_LOG"] = _server_log.name
    os.environ.setdefault("SERVER_LOG", _server_log.name)
    JOURNAL.setFormatter(logger.registered_formatter)
    logger.addHandler(JOURNAL)
    if is_shared(config):
        config.pluginmanager.register(Workers())


def pytest_unconfigure() -> None:
    _server_log.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(session: pytest.Session, items: list[pytest.Item]) -> None:
    if items and not is_shared(session.config):
        items.append(LastTest.from_parent(session, name="nothing_that_was_sent_stands_in_a_log"))
