"""Check the result of a work order with the JSON Schema that its client gave.

A schema can be hostile: sixteen kilobytes can describe a check that takes a year. No limit on its
text prevents that, and the validator is native code that nothing in this process can stop. So each
check runs in a process of its own (`result_schema_process`), which is killed `SECONDS` after its
start. An order without a schema starts no process.

What is not checked in time counts as a mismatch, so no order is completed without its check.
"""

import contextlib
import importlib.util
import json
import select
import subprocess  # nosec B404 - it runs this installation alone
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agent_messaging.errors import Fault, InvalidError, ResultMismatchError
from agent_messaging.observability.log import logger
from agent_messaging.storage import units
from agent_messaging.storage.tally import TALLY

FIELD = "#/result_schema"
RESULT = "#/result_data"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
LIBRARY = "jsonschema_rs"
PROGRAM = Path(__file__).with_name("result_schema_process.py")

# How long a check may take. The caller of `complete` waits for this, and for the rest of the call.
SECONDS = 0.5
# How long the process may take to start. On Lambda it takes 0.2 seconds, on a busy machine more.
START_SECONDS = 5


def require_usable(schema: str) -> None:
    """Check that a new order's schema is a valid one. `schema` is JSON text.

    Raises:
        InvalidError: it is not valid, refers to another document, or takes too long to read.
    """
    dialect = json.loads(schema).get("$schema", DIALECT)
    if not isinstance(dialect, str) or dialect.rstrip("#") != DIALECT:
        raise InvalidError.at(
            f"{FIELD}/$schema",
            "is another version of JSON Schema",
            fix=f'Set `$schema` to `"{DIALECT}"`, or remove it.',
        )
    report = _report(schema)
    if report is None:
        raise InvalidError.at(
            FIELD,
            f"takes longer than {SECONDS} seconds to read",
            fix="Make the schema smaller: fewer and shorter patterns, and smaller repetitions.",
        )
    if "refers_to" in report:
        raise InvalidError.at(
            FIELD,
            f"refers to `{report['refers_to']}`, which is another document",
            fix="Put that schema under `$defs`, and refer to it with `#/$defs/<name>`.",
        )
    if "invalid" in report:
        raise InvalidError.at(
            FIELD + report["pointer"],
            f"is not valid: {report['invalid']}",
            fix=f"Send a schema that {DIALECT} describes. A pattern needs a closing bracket for "
            "each opening one, and at most a few hundred repetitions.",
        )


def require_match(schema: str, result: str | None) -> None:
    """Check a result. Both are JSON text. Without a result, the schema is compared with null.

    Raises:
        ResultMismatchError: the result does not match, the check takes too long, or the schema is
            not valid.
    """
    report = _report(schema, result or "null")
    if report is not None and report.get("is_valid"):
        return
    if report is not None and "faults" not in report:
        raise ResultMismatchError(
            "The order's `result_schema` is not valid, so no result can be compared with it.",
            fix="End the order with the call `fail`, and say so in `reason`.",
            faults=(Fault(RESULT, "cannot be compared with a schema that is not valid"),),
        )
    if report is None:
        raise ResultMismatchError(
            f"`result_data` was compared with the order's `result_schema` for {SECONDS} seconds "
            "without an outcome.",
            fix="Send a smaller `result_data`. If that does not help, the client's schema cannot "
            "be checked: end the order with the call `fail`, and say so in `reason`.",
            faults=(Fault(RESULT, "was not checked in time"),),
        )
    faults = tuple(Fault(RESULT + pointer, detail) for pointer, detail in report["faults"])
    raise ResultMismatchError(
        "`result_data` does not match the order's `result_schema`: "
        + "; ".join(f"{each.pointer} {each.detail}" for each in faults[:1]),
        faults=faults,
    )


def _report(schema: str, result: str | None = None) -> Mapping[str, Any] | None:
    """Return what the process found out in time, or None if that is nothing."""
    library = importlib.util.find_spec(LIBRARY)
    if library is None or library.origin is None:
        raise ModuleNotFoundError(LIBRARY)
    TALLY.add(units.SCHEMA_CHECK)
    # Isolated, and without the packages of the environment: only the library is added.
    command = [sys.executable, "-I", "-S", str(PROGRAM), str(Path(library.origin).parents[1])]
    lines = _whole_lines(_printed(command, json.dumps([schema, result]).encode()))
    if not lines:
        logger.warning("a schema was not checked")
        return None
    report: dict[str, Any] = json.loads(lines[-1])
    return report


def _printed(command: Sequence[str], given: bytes) -> bytes:
    """Return what a process prints in time after its first line, and end the process."""
    with subprocess.Popen(  # noqa: S603 # nosec B603 - the arguments are paths of this installation
        command,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            return _answered(process, given)
        finally:
            process.kill()


def _answered(process: "subprocess.Popen[bytes]", given: bytes) -> bytes:
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise TypeError("the process has no pipes")
    with contextlib.suppress(BrokenPipeError), stdin:
        stdin.write(given)
    process.stdin = None  # it is closed
    is_started = select.select([stdout], [], [], START_SECONDS)[0]
    if not is_started or not stdout.readline():
        return b""
    try:
        return process.communicate(timeout=SECONDS)[0]
    except subprocess.TimeoutExpired as expired:
        return expired.output or b""


def _whole_lines(printed: bytes) -> Sequence[bytes]:
    """Return the lines that end, because a process that is killed can leave half of one."""
    return printed.split(b"\n")[:-1]
