"""The check of a whole run's lines finds what it is for."""

import json
from datetime import UTC, datetime

import pytest

from agent_messaging.agents import keys
from tests.logs import Journal
from tests.unit.written import SECRET, Written


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture(scope="module")
def api_key() -> str:
    return keys.issue(datetime.now(UTC))[0]


@pytest.fixture
def journal(written: Written) -> Journal:
    """A journal of its own, of a logger of its own."""
    journal = Journal()
    journal.setFormatter(written.logger.registered_formatter)
    written.logger.addHandler(journal)
    return journal


def test_a_body_in_a_line_is_found(journal: Journal, written: Written):
    journal.sent({"to_agent_id": "boots-agent-id", "body": 'Meet me at\nthe old "mill" tonight'})
    written.logger.info("refused", to="boots-agent-id")
    assert journal.leaks() == []
    written.logger.info("refused", body='Meet me at\nthe old "mill" tonight')
    (leak,) = journal.leaks()
    assert leak.startswith("""'the old "mill" tonight' stands in {"level":"INFO",""")


def test_a_body_that_is_logged_as_it_came_is_found(journal: Journal, written: Written):
    body = json.dumps({"to_agent_id": "boots-agent-id", "body": 'नमस्ते, "Boots" of the mill'})
    journal.sent(body)
    written.logger.info("refused", event={"body": body})
    assert len(journal.leaks()) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"metadata": {"a": [{"b": SECRET}]}},
        json.dumps({"title": SECRET}),
        json.dumps({"title": SECRET}).encode(),
        f"not JSON, {SECRET}",
        {"summary": f"{SECRET}, and much more that is cut off"},
    ],
)
def test_a_text_is_remembered_wherever_it_was_sent(
    journal: Journal, written: Written, body: object
):
    journal.sent(body)
    written.logger.info("x", deep=[{"quoted": f"<not JSON, {SECRET}, and much more that is cut"}])
    assert len(journal.leaks()) == 1


def test_a_key_in_a_line_is_found_although_it_was_never_seen(journal: Journal, api_key: str):
    journal.lines.append(f"x {api_key}")
    assert journal.leaks() == [f"{api_key!r} stands in x {api_key}"]


def test_a_registration_key_that_was_sent_is_found(journal: Journal, written: Written):
    journal.sent(None, {"X-Registration-Key": "0mY8example4of5a6key", "Authorization": "Bearer "})
    written.logger.info("x", headers={"x-registration-key": "0mY8example4of5a6key"})
    assert journal.leaks() == []
    written.logger.info("x", tried="0mY8example4of5a6key")
    assert len(journal.leaks()) == 1


def test_what_a_server_printed_is_looked_at_but_for_its_greeting(journal: Journal, api_key: str):
    journal.sent({"message": "Ready for task handoff?"})
    greeting = f"  Nova   nova {api_key}\n    curl -d 'Ready for task handoff?' {api_key}\n"
    assert journal.leaks(greeting) == []
    assert len(journal.leaks(f"{greeting}KeyError: 'Ready for task handoff?'\n")) == 1
    assert len(journal.leaks(f"{greeting}POST /x?key={api_key}\n")) == 1


def test_lines_that_were_not_kept_are_missed(journal: Journal, written: Written):
    journal.answered("{}", is_logged=True)
    assert journal.leaks() == ["0 lines were kept where 1 were due"]
    written.logger.info("refused")
    assert journal.leaks() == []
