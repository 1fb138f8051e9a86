"""Turn the scope of an ASGI server into a handshake."""

from __future__ import annotations

from urllib.parse import parse_qsl

from local.asgi import Scope
from local.sockets.events import Handshake


def handshake_of(scope: Scope) -> Handshake:
    """Return the handshake, with the headers that API Gateway adds.

    A WebSocket API passes names of headers on as the client wrote them. ASGI gives them in lower
    case, so they get the case that most clients write.
    """
    host, port = scope["server"][:2]
    client = scope["client"][0] if scope["client"] else host
    headers = [
        (name.decode("latin-1").title(), value.decode("utf-8", "replace"))
        for name, value in scope["headers"]
    ]
    headers += [
        ("X-Forwarded-For", client),
        ("X-Forwarded-Port", str(port)),
        ("X-Forwarded-Proto", "http"),
    ]
    query = scope["query_string"].decode("ascii", "backslashreplace")
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    return Handshake(tuple(headers), tuple(pairs), client)
