"""The log: the one logger of all functions, and what none of its lines ever says.

Lines have a constant message and structured keys; ids are among them, bodies and keys never are.
The formatter holds that for every line, whatever was handed to the logger:

    an API key                  becomes `am_live_[redacted]`, wherever in the line it stands
    a header that proves        `authorization` and `x-registration-key` keep their name and lose
      who calls                 their value
    an exception                becomes its type and its stack of file:line:function, and so does
                                what caused it; of AWS's also the error code and the operation
    any other object            becomes the name of its type

An exception's message is left out, for it may quote what a request carried: botocore quotes the
parameters that it finds wrong, pydantic the input, `int` and datetime what they cannot read.

What a handler of events lets pass (a schedule's or a stream's, to be tried again) is written by
Lambda's runtime, which knows nothing of this: type, message and source lines, of the outermost
exception alone. The API's handlers let nothing pass. The others must raise nothing that quotes an
item: models hide their input (`fields.Model`), conditions and cancelled transactions are raised
anew without what stood there, a record that cannot be understood is reported by its number.
"""

import copy
import logging
import re
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from agent_messaging.auth import KEY_PREFIX

# The innermost frames; a recursion without end has a thousand.
MAX_FRAMES = 40
MAX_CAUSES = 5

_KEY = re.compile(rf"{KEY_PREFIX}\w+")
# As JSON, as JSON in a string of JSON, or as Python writes a dict.
_HEADER = re.compile(
    r"""(\\*["'](?:authorization|x-registration-key)\\*["']\s*:\s*\\*["'])[^"'\\]+""",
    re.IGNORECASE,
)


_request: ContextVar[str | None] = ContextVar("request", default=None)


class Formatter(LambdaPowertoolsFormatter):
    """Powertools' line of JSON with the request it is `about`, less what no line may say."""

    def __init__(self) -> None:
        super().__init__(json_default=_plain)

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        try:
            line = super().format(_without_messages(record))
        except Exception as error:  # noqa: BLE001 - logging would print the record as it is
            line = super().format(_unwritten(record, error))
        return redacted(line)


def redacted(line: str) -> str:
    """The line without keys and without the values of headers that prove who calls."""
    return _HEADER.sub(r"\1[redacted]", _KEY.sub(f"{KEY_PREFIX}[redacted]", line))


def _without_messages(record: logging.LogRecord) -> logging.LogRecord:
    """A record like this one that holds types and stacks in place of exceptions."""
    record = copy.copy(record)
    record.__dict__.update(_request_served())
    error = record.exc_info[1] if record.exc_info else None
    record.exc_info = record.exc_text = None
    if error is not None:
        record.__dict__.update(_described(error))
    if isinstance(record.args, Mapping):
        record.args = {name: _named(value) for name, value in record.args.items()}
    elif record.args:
        record.args = tuple(map(_named, record.args))
    return record


def _unwritten(record: logging.LogRecord, error: Exception) -> logging.LogRecord:
    """What is said in place of a record that JSON cannot hold."""
    names = ("levelno", "levelname", "funcName", "lineno")
    kept = {name: getattr(record, name) for name in names}
    return logging.makeLogRecord(
        {**kept, "msg": "a line could not be written", **_request_served(), **_described(error)}
    )


def _request_served() -> dict[str, str]:
    """The key that says which request it is."""
    request_id = _request.get()
    return {} if request_id is None else {"request_id": request_id}


def _described(error: BaseException) -> dict[str, Any]:
    """The keys under which Powertools logs an exception: here without what it says."""
    chain = [_description(each) for each in islice(_causes(error), MAX_CAUSES)]
    return {"exception_name": type(error).__name__, "exception": chain}


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The exception, what caused it or was being handled, and so on."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        yield error
        seen.add(id(error))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _description(error: BaseException) -> dict[str, Any]:
    frames = [
        f"{frame.f_code.co_filename}:{line}:{frame.f_code.co_qualname}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    return {"type": kind, **_refused_by_aws(error), "stack": frames[-MAX_FRAMES:]}


def _refused_by_aws(error: BaseException) -> dict[str, str]:
    """Code and operation of botocore's ClientError, which is known by its attributes here."""
    response = getattr(error, "response", None)
    refusal = response.get("Error") if isinstance(response, Mapping) else None
    code = refusal.get("Code") if isinstance(refusal, Mapping) else None
    found = {"code": code, "operation": getattr(error, "operation_name", None)}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _named(value: Any) -> Any:
    return type(value).__name__ if isinstance(value, BaseException) else value


def _plain(value: Any) -> str:
    """What JSON does not know: times and amounts as text, of all else no more than its type."""
    return str(value) if isinstance(value, date | Decimal) else type(value).__name__


def make(service: str | None = None, stream: IO[str] | None = None) -> Logger:
    """A logger with this formatter; Powertools keeps Lambda's own handler from repeating it."""
    return Logger(service=service, stream=stream, logger_formatter=Formatter())


logger = make()


class request_context:  # noqa: N801 - read as a sentence: with log.about(...)
    """Every line that is written within says which request it is about.

    The id is API Gateway's: its access log has it, and so has the answer (`X-Request-Id`).
    """

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id

    def __enter__(self) -> None:
        """Begin to say it."""
        self._before = _request.set(self._request_id)

    def __exit__(self, *_: object) -> None:
        """Say what was said before."""
        _request.reset(self._before)
