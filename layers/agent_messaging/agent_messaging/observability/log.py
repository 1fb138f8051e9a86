"""The logger of all functions, which never writes message bodies or API keys.

A log line has a constant message and named values. Ids may be among them, bodies and API keys not.
The formatter ensures this for every line, whatever the logger gets:

    an API key                  becomes its prefix and `[redacted]`, anywhere in the line
    a header with a secret      `authorization` and `x-registration-key` keep their name and lose
                                their value
    an exception                becomes its type and its stack of file:line:function, and so do its
                                causes. An AWS error also has its code and operation
    any other object            becomes the name of its type

The message of an exception is left out, because it may quote the request. botocore quotes wrong
parameters, pydantic quotes the input, and `int` and datetime quote what they cannot read.

A handler of a schedule or a stream lets exceptions through, so that the event is retried. Lambda's
runtime writes these to the log without the rules above: the type, message and source lines of the
outermost exception. The API's handlers let no exception through. The others must raise none that
quotes an item. So models hide their input (`fields.Model`), failed conditions and cancelled
transactions are raised again without their items, and an unreadable record is reported by its
number.
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

from agent_messaging.ids import KEY_PREFIX, LOCAL_KEY_PREFIX

# The innermost frames. An endless recursion has a thousand.
MAX_FRAMES = 40
MAX_CAUSES = 5

_KEY = re.compile(rf"({KEY_PREFIX}|{LOCAL_KEY_PREFIX})\w+")
# As JSON, as JSON inside a JSON string, or as the repr of a dict.
_HEADER = re.compile(
    r"""(\\*["'](?:authorization|x-registration-key)\\*["']\s*:\s*\\*["'])[^"'\\]+""",
    re.IGNORECASE,
)


_request: ContextVar[str | None] = ContextVar("request", default=None)


class Formatter(LambdaPowertoolsFormatter):
    """Powertools' JSON lines with the request's id, and without what no line may contain."""

    def __init__(self) -> None:
        super().__init__(json_default=_plain)

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a record."""
        try:
            line = super().format(_without_messages(record))
        except Exception as error:  # noqa: BLE001 - logging would print the raw record
            line = super().format(_unwritten(record, error))
        return redacted(line)


def redacted(line: str) -> str:
    """Return the line without API keys and without the values of secret headers."""
    return _HEADER.sub(r"\1[redacted]", _KEY.sub(r"\1[redacted]", line))


def _without_messages(record: logging.LogRecord) -> logging.LogRecord:
    """Return a copy of the record with types and stacks in place of exceptions."""
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
    """Return the record to write in place of one that JSON cannot represent."""
    names = ("levelno", "levelname", "funcName", "lineno")
    kept = {name: getattr(record, name) for name in names}
    return logging.makeLogRecord(
        {**kept, "msg": "a line could not be written", **_request_served(), **_described(error)}
    )


def _request_served() -> dict[str, str]:
    """Return the key with the id of the current request, if there is one."""
    request_id = _request.get()
    return {} if request_id is None else {"request_id": request_id}


def _described(error: BaseException) -> dict[str, Any]:
    """Return Powertools' keys for an exception, without its message."""
    chain = [_description(each) for each in islice(_causes(error), MAX_CAUSES)]
    return {"exception_name": type(error).__name__, "exception": chain}


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the exception and its chain of causes."""
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
    """Return the code and operation of a botocore ClientError, recognized by its attributes."""
    response = getattr(error, "response", None)
    refusal = response.get("Error") if isinstance(response, Mapping) else None
    code = refusal.get("Code") if isinstance(refusal, Mapping) else None
    found = {"code": code, "operation": getattr(error, "operation_name", None)}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _named(value: Any) -> Any:
    return type(value).__name__ if isinstance(value, BaseException) else value


def _plain(value: Any) -> str:
    """Return times and amounts as text, and of any other object only its type."""
    return str(value) if isinstance(value, date | Decimal) else type(value).__name__


def make(service: str | None = None, stream: IO[str] | None = None) -> Logger:
    """Return a logger with this formatter. Powertools silences Lambda's own handler."""
    return Logger(service=service, stream=stream, logger_formatter=Formatter())


logger = make()


class request_context:  # noqa: N801 - read as a sentence: with log.request_context(...)
    """Add the request's id to every line that is written inside.

    The id comes from API Gateway. Its access log and the answer (`X-Request-Id`) have it too.
    """

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id

    def __enter__(self) -> None:
        """Start to add the id."""
        self._before = _request.set(self._request_id)

    def __exit__(self, *_: object) -> None:
        """Restore the id from before."""
        _request.reset(self._before)
