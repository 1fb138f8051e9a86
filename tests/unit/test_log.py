"""What no line says, whatever is logged."""

import ast
import json
import logging
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent_messaging.agents import keys
from agent_messaging.observability import log
from tests.unit.written import SECRET, Written

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    *ROOT.glob("layers/agent_messaging/agent_messaging/**/*.py"),
    *ROOT.glob("functions/*/*.py"),
]


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture(scope="module")
def api_key() -> str:
    return keys.issue(datetime.now(UTC))[0]


def test_an_ordinary_line_is_powertools_own(written: Written):
    written.logger.info("refused", code="invalid", status=422, request_id="r-1")
    line = written.line
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}[+-]\d{4}", line.pop("timestamp"))
    assert line.pop("location").startswith("test_an_ordinary_line_is_powertools_own:")
    assert line.pop("service").startswith("test-log-")
    assert line == {
        "level": "INFO",
        "message": "refused",
        "code": "invalid",
        "status": 422,
        "request_id": "r-1",
    }


# --- keys


def test_a_key_is_redacted_wherever_it_stands(written: Written, api_key: str):
    say = written.logger.info
    say(f"Bearer {api_key}!")
    say("%s", api_key)
    say({"nested": [api_key, {api_key: api_key}]})
    say(json.dumps({"nested": json.dumps([api_key])}))
    say("x", key=api_key, url=f"https://x.y/?key={api_key}&z=1", part=api_key[:20])
    say("x", **{api_key: 1})
    written.logger.append_keys(appended=api_key)
    say("x")
    assert api_key not in written.text
    assert re.findall(r"am_live_(?!\[redacted\])", written.text) == []
    assert '"message":"Bearer am_live_[redacted]!"' in written.text
    assert '"url":"https://x.y/?key=am_live_[redacted]&z=1"' in written.text


def test_a_header_that_proves_who_calls_keeps_its_name_alone(written: Written):
    headers = {"Authorization": "Bearer abc.def", "x-registration-key": "0mY8", "host": "x.y"}
    written.logger.info("x", headers=headers)
    written.logger.info(json.dumps({"headers": headers}))
    written.logger.info(f"{headers}")
    written.logger.info("x", event=json.dumps({"headers": headers}))
    assert "abc.def" not in written.text
    assert "0mY8" not in written.text
    assert written.text.count("x.y") == 4
    assert '"Authorization":"[redacted]","x-registration-key":"[redacted]"' in written.text


# --- other values


def test_objects_are_their_type_but_for_times_and_amounts(written: Written):
    class Body:
        def __str__(self) -> str:
            return SECRET

        __repr__ = __str__

    moment = datetime(2026, 11, 22, tzinfo=UTC)
    written.logger.info("x", body=Body(), bodies=[Body()], at=moment, amount=Decimal("1.50"))
    line = written.line
    assert (line["body"], line["bodies"]) == ("Body", ["Body"])
    assert (line["at"], line["amount"]) == ("2026-11-22 00:00:00+00:00", "1.50")


def test_what_cannot_be_written_leaves_a_line_that_says_so(
    written: Written, capsys: pytest.CaptureFixture[str]
):
    """logging itself would print the record to stderr, with all that is in it."""
    circle: dict[str, Any] = {"body": SECRET}
    circle["self"] = circle
    written.logger.info("x", value={("a", SECRET): 1})
    written.logger.info("x", value=circle)
    lines = written.lines
    assert [line["message"] for line in lines] == ["a line could not be written"] * 2
    assert [line["exception_name"] for line in lines] == ["TypeError", "ValueError"]
    assert "eyes" not in written.text
    assert capsys.readouterr().err == ""


def test_every_line_within_says_which_request_it_is_about(written: Written):
    circle: dict[str, Any] = {}
    circle["self"] = circle
    with log.request_context("one"):
        written.logger.info("x")
        with log.request_context("two"):
            written.logger.info("x", value=circle)
        written.logger.info("x")
    written.logger.info("x")
    assert [line.get("request_id") for line in written.lines] == ["one", "two", "one", None]


def test_a_message_that_its_values_do_not_fit_is_not_written():
    record = {"levelname": "WARNING", "msg": f"{SECRET}: %d", "args": (f"{SECRET}",)}
    line = log.Formatter().format(logging.makeLogRecord(record))
    assert "eyes" not in line
    assert json.loads(line)["message"] == "a line could not be written"
    assert json.loads(line)["level"] == "WARNING"


# --- how the code uses it


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_code_has_one_logger_and_constant_messages(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name != "log.py":
        names = {
            alias.name
            for node in ast.walk(tree)
            if hasattr(node, "names") and isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        # connection.py sets botocore's level, and logs nothing.
        allowed = {"logging"} if path.name == "connection.py" else set()
        assert not names & {"Logger", "logging", "print_exc", "warnings"} - allowed
    for node in ast.walk(tree):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if called.startswith("logger."):
            (message,) = node.args
            assert isinstance(message, ast.Constant), ast.unparse(node)
