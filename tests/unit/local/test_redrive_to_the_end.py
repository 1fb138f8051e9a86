"""A redrive comes to its end, whatever one dead letter is like, and reports what stays."""

import subprocess
import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.unit.local.dead_letters import (
    OF_A_SCHEDULE,
    OF_A_STREAM,
    TICK,
    Functions,
    Queue,
    Streams,
    account,
    left,
)
from tools.operating import redrive as command
from tools.operating.redrive import HIDDEN_SECONDS, Account, Outcome, redrive


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "Any")


class Slow(Functions):
    """Functions of which each call takes some time."""

    def __init__(self, queue: Queue, seconds: float, *answers: Any) -> None:
        super().__init__(*answers)
        self.queue = queue
        self.seconds = seconds

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.queue.seconds += self.seconds
        return super().invoke(**asked)


def test_dead_letters_that_take_long_are_all_processed():
    """Together longer than any is hidden for, and with those that stay among them."""
    queue = Queue(*[OF_A_SCHEDULE] * 25)
    functions = Slow(queue, 55, *[{"FunctionError": "Unhandled"}] * 5, {"result": {}})
    assert redrive(account(queue, functions)) == Outcome(processed=20, kept=5)
    assert len(left(queue)) == 5
    assert len(functions.events) == 25


def test_dead_letters_that_take_long_and_stay_are_tried_once_each():
    queue = Queue(*[OF_A_SCHEDULE] * 25)
    functions = Slow(queue, 55, {"FunctionError": "Unhandled"})
    assert redrive(account(queue, functions)) == Outcome(kept=25)
    assert len(left(queue)) == len(functions.events) == 25


def test_a_queue_that_never_ends_is_left_all_the_same():
    queue = Queue(OF_A_SCHEDULE, OF_A_SCHEDULE)
    functions = Slow(queue, HIDDEN_SECONDS, {"FunctionError": "Unhandled"})
    receive = queue.receive_message

    def forgetful(**asked: Any) -> dict[str, Any]:
        queue.seconds += HIDDEN_SECONDS
        return receive(**asked)

    queue.receive_message = forgetful  # type: ignore[method-assign]
    assert redrive(account(queue, functions)).processed == 0
    assert left(queue) == ["m0", "m1"]


class Unreadable(Streams):
    """A stream that cannot be read, now or at the second page."""

    def __init__(self, error: Exception, *, is_late: bool) -> None:
        super().__init__((11, "INSERT"))
        self.error = error
        self.is_late = is_late

    def get_shard_iterator(self, **asked: Any) -> dict[str, Any]:
        if not self.is_late:
            raise self.error
        return super().get_shard_iterator(**asked)

    def get_records(self, **asked: Any) -> dict[str, Any]:
        raise self.error


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refusal("ValidationException"), "cannot be read (ValidationException)"),
        (refusal("AccessDeniedException"), "cannot be read (AccessDeniedException)"),
        (EndpointConnectionError(endpoint_url="x"), "cannot be read (EndpointConnectionError)"),
        (Streams.exceptions.TrimmedDataAccessException(), "no longer in the stream"),
    ],
)
def test_a_dead_letter_whose_records_cannot_be_read_does_not_stop_the_others(
    error: Exception, said: str, capsys: pytest.CaptureFixture[str], *, is_late: bool
):
    queue, functions = Queue(OF_A_STREAM, OF_A_SCHEDULE), Functions({"result": {}})
    streams = Unreadable(error, is_late=is_late)
    assert redrive(account(queue, functions, streams)) == Outcome(processed=1, kept=1)
    assert left(queue) == ["m0"]
    assert said in capsys.readouterr().out


def test_a_dead_letter_none_of_whose_records_the_mapping_lets_through_stays():
    """The function would take the empty event, and the letter would be gone."""
    numbers = (11, 12, 13)
    queue, functions = Queue(OF_A_STREAM), Functions({"result": {}})
    streams = Streams(*((number, "REMOVE") for number in numbers))
    assert redrive(account(queue, functions, streams)) == Outcome(kept=1)
    assert left(queue) == ["m0"]
    assert functions.events == []


def test_a_dead_letter_that_the_queue_keeps_does_not_stop_the_others():
    queue, functions = Queue(OF_A_SCHEDULE, OF_A_SCHEDULE), Functions({"result": {}})
    answers = iter([refusal("InternalError"), None])
    delete = queue.delete_message

    def failing_once(**asked: Any) -> None:
        if error := next(answers):
            raise error
        delete(**asked)

    queue.delete_message = failing_once  # type: ignore[method-assign]
    assert redrive(account(queue, functions)) == Outcome(processed=1, kept=1)
    assert left(queue) == ["m0"]


def test_text_of_any_script_is_not_made_longer():
    dead_letter = {**OF_A_SCHEDULE, "requestPayload": {**TICK, "note": "\u0928" * 1000}}
    functions = Functions({"result": {}})
    redrive(account(Queue(dead_letter), functions))
    assert len(functions.payloads[0]) < 3200


def test_dead_letters_that_another_redrive_hides_are_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    queue = Queue(OF_A_SCHEDULE)
    queue.receive_message(MaxNumberOfMessages=1, VisibilityTimeout=HIDDEN_SECONDS)

    def connected(stack: str) -> Account:
        return account(queue, Functions({"result": {}}))

    monkeypatch.setattr(command, "connected", connected)
    assert command.main(["--stack", "any"]) == 1
    assert "Another redrive has 1 more" in capsys.readouterr().out


def test_without_a_region_it_says_so_in_one_line():
    """As it is typed, where nothing is set up."""
    completed = subprocess.run(
        [sys.executable, "-m", "tools.operating.redrive", "--stack", "none"],
        env={"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "HOME": "/"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert completed.returncode == 1
    assert completed.stderr.startswith("Cannot reach the stack: ")
