"""Read and write the texts of frames. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.sockets.connections import Connection
from local.sockets.events import Moment


def selected(text: str, member: str) -> object:
    """Return what a frame says about its route. None if it is not a JSON object."""
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return frame.get(member) if isinstance(frame, dict) else None


def body_of(result: Any) -> str | None:
    """Return the frame that a function answers. Raises ValueError."""
    if not isinstance(result, Mapping) or "statusCode" not in result:
        raise ValueError("its answer has no statusCode")
    body = result.get("body")
    if body is not None and not isinstance(body, str):
        raise ValueError("its body is not a string")
    return body or None


def problem(message: str, connection: Connection, moment: Moment) -> str:
    """Return the frame by which API Gateway says that a frame failed."""
    return json.dumps(
        {"message": message, "connectionId": connection.id, "requestId": moment.request_id}
    )
