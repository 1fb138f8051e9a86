"""A container of `sam local invoke` as a process: one function of the build, on Python 3.13.

    python -I tests/stack/container.py <JSON>     a function of sam_local.py, with its hosts

Takes an event a line on stdin, and prints the answer as a line that begins with `ANSWER`. The
process has only the environment that SAM gives, the function's folder and its layer. A host of
`--add-host` that leads to `host-gateway` is this machine.
"""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

resolve = socket.getaddrinfo


class Context:
    """What Lambda tells a function beside the event."""

    aws_request_id = "00000000-0000-0000-0000-000000000000"
    function_name = memory_limit_in_mb = invoked_function_arn = "local"

    def get_remaining_time_in_millis(self) -> int:
        return 25_000


def main() -> None:
    """Serve until stdin ends."""
    given = json.loads(sys.argv[1])
    hosts = {name: {"host-gateway": "127.0.0.1"}.get(ip, ip) for name, ip in given["hosts"].items()}

    def resolved(host: str, *arguments: Any, **options: Any) -> Any:
        return resolve(hosts.get(host, host), *arguments, **options)

    socket.getaddrinfo = resolved
    os.environ.clear()
    os.environ.update(given["environment"])
    sys.path[:0] = [given["code"], *(str(Path(layer) / "python") for layer in given["layers"])]
    module, _, name = given["handler"].partition(".")
    handler = getattr(__import__(module), name)
    for line in sys.stdin:
        answer = json.dumps(handler(json.loads(line), Context()))
        sys.stdout.write(f"ANSWER {answer}\n")
        sys.stdout.flush()


main()
