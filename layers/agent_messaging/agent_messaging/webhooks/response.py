"""Read the head of an HTTP/1.1 response from bytes that arrive in parts. Pure.

Only what a webhook needs: the status, a few header fields and where the body ends.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

RESPONSE_BYTES = 64 * 1024
INTERIM = range(100, 200)  # such as `103 Early Hints`. Another head follows
WITHOUT_BODY = (204, 304)
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-9]\d\d)(?: [^\r\n]*)?", re.ASCII)
_END = b"\r\n\r\n"
_LAST_CHUNK = b"\r\n0\r\n\r\n"


class BadResponseError(Exception):
    """What arrived is no HTTP response."""


class TooLargeError(Exception):
    """The head of the response is larger than 64 KB."""


class Head(NamedTuple):
    """The head of a response. `size` is where the body begins. Field names are in lower case."""

    status: int
    fields: Mapping[str, str]
    size: int


def read_head(received: bytes | bytearray) -> Head | None:
    """Return the head of the final response, or None if it has not arrived yet.

    Raises:
        BadResponseError: the bytes are no HTTP response.
        TooLargeError: the head is too large.
    """
    start = 0
    while (end := received.find(_END, start)) >= 0:
        status_line, *lines = bytes(received[start:end]).split(b"\r\n")
        match = _STATUS_LINE.fullmatch(status_line)
        if match is None:
            raise BadResponseError
        start = end + len(_END)
        if int(match[1]) not in INTERIM:
            return Head(int(match[1]), dict(map(_field, lines)), start)
    if len(received) > RESPONSE_BYTES:
        raise TooLargeError
    return None


def is_complete(received: bytes | bytearray, head: Head) -> bool:
    """Return whether the whole body has arrived. Without a length, it ends with the connection."""
    if head.status in WITHOUT_BODY:
        return True
    length = head.fields.get("content-length", "")
    if length.isascii() and length.isdigit():
        return len(received) - head.size >= int(length[:9])
    if head.fields.get("transfer-encoding", "").lower() == "chunked":
        return received[head.size :].startswith(b"0\r\n") or received.endswith(_LAST_CHUNK)
    return False


def _field(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").partition(":")
    return name.strip().lower(), value.strip()
