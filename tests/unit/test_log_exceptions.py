"""An exception is logged as its type and its stack: what it says may be what somebody sent."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError, ParamValidationError
from pydantic import TypeAdapter

from agent_messaging.observability import log
from tests.unit.written import SECRET, Written


@pytest.fixture
def written() -> Written:
    return Written()


def raised(call: Callable[[], Any]) -> BaseException:
    try:
        call()
    except BaseException as error:  # noqa: BLE001
        return error
    raise AssertionError("nothing was raised")


def throw(error: BaseException) -> None:
    raise error


def chained() -> None:
    try:
        throw(ValueError(SECRET))
    except ValueError as error:
        raise RuntimeError(SECRET) from error


def noted() -> None:
    error = RuntimeError("x")
    error.add_note(SECRET)
    raise error


PROVOKED: dict[str, Callable[[], Any]] = {
    "message": lambda: throw(RuntimeError(SECRET)),
    "key": lambda: {}[SECRET],
    "time": lambda: datetime.fromisoformat(SECRET),
    "number": lambda: int(SECRET),
    "pydantic": lambda: TypeAdapter(int).validate_python(SECRET),
    "boto3": lambda: TypeSerializer().serialize(type("Odd", (), {"__str__": lambda _: SECRET})()),
    "botocore": lambda: throw(ParamValidationError(report=f"value: {SECRET}")),
    "cause": chained,
    "note": noted,
    "exit": lambda: throw(SystemExit(SECRET)),
}


@pytest.mark.parametrize("provoke", PROVOKED.values(), ids=PROVOKED)
def test_an_exception_is_its_type_and_its_stack(written: Written, provoke: Callable[[], Any]):
    error = raised(provoke)
    assert SECRET in str(error) or SECRET in repr((error.__cause__, getattr(error, "__notes__", 0)))
    written.logger.exception("failed", exc_info=error, request_id="r-1")
    line = written.line
    assert (line["level"], line["message"], line["request_id"]) == ("ERROR", "failed", "r-1")
    assert line["exception_name"] == type(error).__name__
    assert line["exception"][0]["type"] == f"{type(error).__module__}.{type(error).__qualname__}"
    assert re.fullmatch(rf"{re.escape(__file__)}:\d+:raised", line["exception"][0]["stack"][0])
    assert set(line["exception"][0]) == {"type", "stack"}
    assert "eyes" not in written.text
    assert "raise" not in re.sub(r":raised\b", "", written.text)


@pytest.mark.parametrize("provoke", PROVOKED.values(), ids=PROVOKED)
def test_an_exception_that_is_a_value_is_its_type(written: Written, provoke: Callable[[], Any]):
    error = raised(provoke)
    written.logger.error(error)
    written.logger.error("x", error=error, errors=[{"deep": error}])
    written.logger.error("%s or %s", error, {"a": 1})
    written.logger.error("%(error)s", {"error": error})
    written.logger.append_keys(appended=error)
    written.logger.error("x")
    assert "eyes" not in written.text
    assert written.text.count("\n") == 5
    assert written.text.count(type(error).__name__) == 6


def test_what_caused_an_exception_is_told_the_same_way(written: Written):
    written.logger.exception("failed", exc_info=raised(chained))
    outer, cause = written.line["exception"]
    assert (outer["type"], cause["type"]) == ("builtins.RuntimeError", "builtins.ValueError")
    assert [frame.rsplit(":", 1)[1] for frame in cause["stack"]] == ["chained", "throw"]


def test_what_was_being_handled_is_told_unless_it_was_put_aside(written: Written):
    def handling(*, suppress: bool) -> None:
        try:
            throw(KeyError(SECRET))
        except KeyError:
            if suppress:
                raise RuntimeError(SECRET) from None
            raise RuntimeError(SECRET)  # noqa: B904

    for suppress in (False, True):
        written.logger.exception("failed", exc_info=raised(lambda s=suppress: handling(suppress=s)))
    told, put_aside = (line["exception"] for line in written.lines)
    assert (len(told), len(put_aside)) == (2, 1)


def test_of_aws_refusals_the_code_and_the_operation_are_told(written: Written):
    answer = {
        "Error": {"Code": "ValidationException", "Message": SECRET},
        "Item": {"body": {"S": SECRET}},
    }
    error = raised(lambda: throw(ClientError(answer, "PutItem")))
    written.logger.exception("failed", exc_info=error)
    (told,) = written.line["exception"]
    assert (told["code"], told["operation"]) == ("ValidationException", "PutItem")
    assert "eyes" not in written.text


@pytest.mark.parametrize(
    "response", [None, "text", {}, {"Error": None}, {"Error": {}}, {"Error": {"Code": [SECRET]}}]
)
def test_what_only_looks_like_a_refusal_of_aws_is_an_exception(written: Written, response: object):
    error = RuntimeError("x")
    error.response, error.operation_name = response, {"deep": SECRET}
    written.logger.exception("failed", exc_info=error)
    assert written.line["exception"] == [{"type": "builtins.RuntimeError", "stack": []}]


def test_a_stack_and_a_chain_have_an_end(written: Written):
    def descend() -> None:
        descend()

    error = raised(descend)
    first, second = RuntimeError("first"), RuntimeError("second")
    first.__cause__, second.__cause__ = second, first
    written.logger.exception("failed", exc_info=error)
    written.logger.exception("failed", exc_info=first)
    deep, circle = (line["exception"] for line in written.lines)
    assert len(deep[0]["stack"]) == log.MAX_FRAMES
    assert len(circle) == 2


def test_an_exception_where_there_is_none_is_an_ordinary_line(written: Written):
    written.logger.exception("failed")
    assert "exception" not in written.line
