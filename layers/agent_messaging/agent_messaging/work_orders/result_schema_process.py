"""The process that reads a JSON Schema, and compares a value with it.

    python -I -S result_schema_process.py <folder of jsonschema_rs>

It reads `[schema, value or null]` from stdin, both as JSON text, and prints `null` when it has
started. Then it prints JSON objects, one a line. The last one counts:

    {}                                     the schema is valid. There is no value
    {"invalid": text, "pointer": pointer}  the schema is not valid
    {"refers_to": URI}                     the schema refers to another document
    {"is_valid": bool, "faults": [[pointer, text], ...]}

The first fault is printed as soon as it is known, because finding all of them can take too long. It
can be killed at any time. It imports nothing of this package, so it starts fast.
"""

import contextlib
import json
import resource
import sys
from collections.abc import Iterable
from itertools import islice
from typing import Any

MEBIBYTE = 1024 * 1024
MEMORY_BYTES = 256 * MEBIBYTE
CPU_SECONDS = 2  # if nobody kills it
FAULTS = 10
CHARACTERS = 200


def main() -> None:
    """Answer one request."""
    limit_itself()
    schema, value = json.loads(sys.stdin.buffer.read())
    sys.path.append(sys.argv[1])
    import jsonschema_rs  # noqa: PLC0415 - the path was just set

    tell(None)
    wanted: list[str] = []

    def refuse(uri: str) -> None:
        wanted.append(uri)
        raise ValueError("another document")

    try:
        validator = jsonschema_rs.Draft202012Validator(
            json.loads(schema), retriever=refuse, validate_formats=False, mask="the value"
        )
    except ValueError as error:
        tell({"refers_to": wanted[0][:CHARACTERS]} if wanted else invalid(error))
        return
    if wanted:
        tell({"refers_to": wanted[0][:CHARACTERS]})
    elif value is None:
        tell({})
    else:
        compare(validator, json.loads(value))


def limit_itself() -> None:
    """Limit the memory and the time of this process. macOS knows no limit of the memory."""
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
    )
    for kind, most in limits:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))


def compare(validator: Any, value: object) -> None:
    """Print whether the value is valid, the first fault, and then up to `FAULTS` of them."""
    if validator.is_valid(value):
        tell({"is_valid": True})
        return
    try:
        validator.validate(value)
    except ValueError as error:
        tell({"is_valid": False, "faults": [fault(error)]})
    errors = validator.iter_errors(value)
    tell({"is_valid": False, "faults": [*map(fault, islice(errors, FAULTS))]})


def invalid(error: Any) -> dict[str, str]:
    """Return what is wrong with a schema. Errors that are not about a place have none."""
    return {
        "invalid": str(getattr(error, "message", error)).partition("\n")[0][:CHARACTERS],
        "pointer": pointer(getattr(error, "instance_path", ())),
    }


def fault(error: Any) -> tuple[str, str]:
    """Return where the value does not match, and which part of the schema says so."""
    place = "#" + pointer(error.schema_path)
    return pointer(error.instance_path), f"{error.message[:CHARACTERS]} ({place} of the schema)"


def pointer(path: Iterable[object]) -> str:
    """Return a JSON Pointer (RFC 6901)."""
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "".join(f"/{part}" for part in parts)[:CHARACTERS]


def tell(report: object) -> None:
    """Print one report."""
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
