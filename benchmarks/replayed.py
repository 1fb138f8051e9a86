"""The process whose instructions are counted: it invokes the functions with recorded events.

    python -m benchmarks.replayed <cases.json>     within `instructions`, under callgrind

A stub answers whatever the functions call. It calls `getloadavg` before and after each invocation
that counts.
"""

import gc
import json
import os
import socket
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.functions import Uncounted
from local.in_process.runtime import Context, load_app

WARM_UP = 1  # runs before those that count
COUNTED = 2  # the smaller figure counts: a busy machine can close a connection, which costs more
STUB = "AWS_ENDPOINT_URL"
CONNECTIONS = "AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"
PUBLIC_ADDRESS = "8.8.8.8"  # of every host name. Nothing is sent there
NO_ROUTE, OK = 404, 200

Tails = dict[str, list[str]]  # the end of each agent's feed: the parts of `Tail`, as texts


def replay(given: Path) -> None:
    """Invoke the functions, and mark the beginning and the end of what counts."""
    apps: dict[str, Any] = {}
    for case in json.loads(given.read_text("utf-8")):
        code = Path(case["code"])
        if code.name not in apps:
            os.environ.update({**case["environment"], CONNECTIONS: os.environ[STUB]})
            apps[code.name] = _prepared(load_app(f"app_{code.name}", code))
        app = apps[code.name]
        for _ in range(WARM_UP):
            _remember(app, case["tails"])
            _expect(case, app.handler(case["event"], Context(25_000)))
        gc.collect()
        gc.disable()  # a collection belongs to many invocations
        for _ in range(COUNTED):
            _remember(app, case["tails"])
            os.getloadavg()
            app.handler(case["event"], Context(25_000))
            os.getloadavg()
        gc.enable()


def _expect(case: dict[str, Any], answer: dict[str, Any]) -> None:
    wanted = NO_ROUTE if case["event"].get("routeKey") == "$default" else OK
    is_answered = answer.get("statusCode", OK) in range(wanted, wanted + 100)
    if not is_answered or answer.get("batchItemFailures"):
        raise RuntimeError(f"{case['name']}: {answer}")


def _prepared(app: Any) -> Any:
    """Let a function reach nothing but the stub, in order, and write no units of the meter."""
    if hasattr(app, "meter"):
        app.meter.table = Uncounted()
    if hasattr(app, "relay"):
        app.relay = replace(app.relay, threads=1)
    if hasattr(app, "hints"):
        app.hints = replace(app.hints, threads=1, pause=lambda _: None)
    if hasattr(app, "sender"):
        egress = app.sender.egress
        app.sender.egress = replace(
            egress, resolve=lambda _: [PUBLIC_ADDRESS], new_socket=ToTheStub, tls=WithoutTls
        )
    return app


class ToTheStub(socket.socket):
    """A socket that connects to the stub instead of a public address."""

    def connect(self, address: Any) -> None:
        """Connect to the stub."""
        stub = urlsplit(os.environ[STUB])
        super().connect((stub.hostname, stub.port))
        self._wanted = address

    def getpeername(self) -> Any:
        """Return the address that was asked for."""
        return self._wanted


class WithoutTls:
    """Stands in for an `ssl.SSLContext`."""

    def wrap_socket(self, plain: socket.socket, **_: Any) -> socket.socket:
        """Return the socket as it is."""
        return plain


def _remember(app: Any, tails: Tails) -> None:
    """Let a function know what it knew when its answers were recorded.

    It does not know which chunks of the sent log are full. The relay knows the ends of some feeds.
    """
    if hasattr(app, "sent_log"):
        app.sent_log._full.clear()
    if hasattr(app, "relay"):
        from agent_messaging.feed import position, tail  # noqa: PLC0415 - after the environment

        appender = app.relay.feed.appender
        appender.forget()
        for agent_id, (key, at, seen) in tails.items():
            appender._tails[agent_id] = tail.Tail(
                position.of_key(key), datetime.fromisoformat(at), tail.seen_from_text(seen)
            )


if __name__ == "__main__":
    replay(Path(sys.argv[1]))
