"""One instance of one function: run its handler for one event at a time.

    python -P worker.py <FunctionName> <fd>

All other settings are in the environment, as on Lambda: `_HANDLER`, `LAMBDA_TASK_ROOT`, memory.
`fd` carries JSON frames in both directions, each after its length in four bytes:

    out  {"ready": true} once the handler is imported, or {"error": ...} before it ends
    in   {"request_id", "timeout", "event"}
    out  {"result": ...} or {"error": {"type", "message"}}

The process ends when the other end of `fd` closes, even in the middle of a request. It does not
import this package, so the function can import only what it could import on Lambda.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import re
import socket
import struct
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

Handler = Callable[[Any, "Context"], Any]
REGION, ACCOUNT_ID = "us-east-1", "123456789012"


class Context:
    """The second argument of a handler, with the attributes that it has on Lambda."""

    def __init__(self, function_name: str, request_id: str, timeout: float) -> None:
        self.function_name = function_name
        self.function_version = "$LATEST"
        self.invoked_function_arn = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{function_name}"
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        self.aws_request_id = request_id
        self.log_group_name = f"/aws/lambda/{function_name}"
        self.log_stream_name = f"local/{os.getpid()}"
        self.identity = None
        self.client_context = None
        self._ends_at = time.monotonic() + timeout

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function's timeout."""
        return max(0, int((self._ends_at - time.monotonic()) * 1000))


def read_exactly(connection: socket.socket, size: int) -> bytes | None:
    """Read `size` bytes. Return None if the other end closed."""
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


def receive(connection: socket.socket, frames: queue.SimpleQueue[Any]) -> None:
    """Put frames into the queue until the other end closes. Then end the process, even if busy."""
    while (head := read_exactly(connection, 4)) is not None:
        body = read_exactly(connection, struct.unpack("!I", head)[0])
        if body is None:
            break
        frames.put(json.loads(body))
    os._exit(0)


def send(connection: socket.socket, frame: dict[str, Any]) -> None:
    """Send one frame."""
    body = json.dumps(frame).encode()
    connection.sendall(struct.pack("!I", len(body)) + body)


def error_frame(error: BaseException) -> dict[str, Any]:
    """Return the frame of an error. Print its traceback on stderr."""
    text = "".join(traceback.format_exception(error))
    text = re.sub(r"(am_(?:live|local)_)\w+", r"\1[redacted]", text)
    print(text, end="", file=sys.stderr, flush=True)
    return {"error": {"type": type(error).__name__, "message": str(error)}}


def import_handler(name: str) -> Handler:
    """Import the handler `module.function`."""
    module, _, function = name.rpartition(".")
    handler: Handler = getattr(importlib.import_module(module.replace("/", ".")), function)
    return handler


def answer(handler: Handler, function_name: str, frame: dict[str, Any]) -> dict[str, Any]:
    """Run the handler for a frame and return the answer's frame."""
    context = Context(function_name, frame["request_id"], frame["timeout"])
    # SystemExit is also a failure of the function. Lambda reports it and starts a new instance.
    try:
        result = {"result": handler(frame["event"], context)}
        json.dumps(result)
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return error_frame(error)
    return result


def main(function_name: str, descriptor: int) -> None:
    """Serve until the other end of the descriptor closes."""
    connection = socket.socket(fileno=descriptor)
    try:
        handler = import_handler(os.environ["_HANDLER"])
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
        send(connection, error_frame(error))
        sys.exit(1)
    frames: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=receive, args=(connection, frames), daemon=True).start()
    send(connection, {"ready": True})
    while True:
        frame = frames.get()
        send(connection, answer(handler, function_name, frame))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
