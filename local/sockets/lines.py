"""Print a line for each connect, each frame and each end of a connection.

No line contains a key, a ticket or the text of a frame. A client cannot forge a second line.
"""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qsl

from local.asgi import Scope, raw_path
from local.redaction import redacted
from local.sockets.connections import Connection
from local.sockets.service import OPEN_IDENTITY, Outcome

MAX_REASON = 240
SWITCHING = 101


def refused(scope: Scope, status: int, started: float, function: str, reason: str) -> None:
    """Print the line of a handshake that was refused."""
    _print("CONNECT", _target(scope), int(status), _since(started), function, "-", reason)


def connected(scope: Scope, connection: Connection, started: float) -> None:
    """Print the line of a complete handshake."""
    agent_id = (connection.authorizer or {}).get("agent_id", "-")
    _print("CONNECT", _target(scope), SWITCHING, _since(started), agent_id, connection.id)


def frame(connection: Connection, outcome: Outcome, started: float) -> None:
    """Print the line of a frame. Its route is a name of the template."""
    is_sent = "answered" if outcome.reply is not None else "taken"
    _print(
        "FRAME",
        outcome.route_key,
        "failed" if outcome.reason else is_sent,
        _since(started),
        outcome.function,
        connection.id,
        outcome.reason,
    )


def closed(connection: Connection, code: int, reason: str, failure: str) -> None:
    """Print the line of an end. `failure` says why $disconnect failed."""
    failed = f"$disconnect failed: {failure}" if failure else ""
    _print("CLOSE", code, connection.id, reason, failed)


def _target(scope: Scope) -> str:
    """Return the path and the query, in which only `agent_id` is shown."""
    query = scope["query_string"].decode("ascii", "backslashreplace")
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    shown = [f"{name}={value if name == OPEN_IDENTITY else '[redacted]'}" for name, value in pairs]
    return re.sub(r"\s", "?", raw_path(scope) + ("?" + "&".join(shown) if shown else ""))


def _since(started: float) -> str:
    return f"{(time.perf_counter() - started) * 1000:.0f}ms"


def _print(*words: object) -> None:
    told = [re.sub(r"[^\x20-\x7e]", "?", redacted(str(word)))[:MAX_REASON] for word in words]
    print(time.strftime("%H:%M:%S"), *filter(None, told), flush=True)
