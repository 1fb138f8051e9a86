"""Listen for an agent's next events: over a WebSocket, or with a request that waits for them.

The demo uses the WebSocket if the server has one. Both ways begin with what happens from now on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import urlencode

WOKEN_SECONDS = 20.0
"""How long an event may take."""

Answer = dict[str, Any]


class ListeningError(Exception):
    """The WebSocket failed. The message is one line."""


class Calls(Protocol):
    """What listening needs of the demo's API."""

    def call(
        self, method: str, path: str, query: dict[str, str], body: Answer | None = None
    ) -> Answer:
        """Call a route of the messages."""

    def socket_url(self) -> str | None:
        """Return the URL of the WebSocket, if the server has one."""


class Listener(Protocol):
    """Hears of the events of one agent."""

    name: str

    def events(self, seconds: float) -> Iterator[Answer]:
        """Yield the next events, for at most this time."""

    def acknowledge(self, position: str) -> None:
        """Acknowledge all events up to a position."""


class Waiting:
    """Asks for the next events with a request that waits."""

    name = "a request that waits"

    def __init__(self, api: Calls, agent_id: str) -> None:
        self._api = api
        self._agent = {"agent_id": agent_id}
        latest = api.call("GET", "feed", {**self._agent, "after": "latest"})
        self._after = str(latest["next_after"])

    def events(self, seconds: float) -> Iterator[Answer]:
        """Yield the next events, for at most this time."""
        ends_at = time.monotonic() + seconds
        while time.monotonic() < ends_at:
            page = self._api.call("GET", "feed/wait", {**self._agent, "after": self._after})
            self._after = str(page["next_after"])
            yield from page["events"]

    def acknowledge(self, position: str) -> None:
        """Acknowledge all events up to a position."""
        self._api.call("POST", "feed/ack", self._agent, {"position": position})


class Socket:
    """Gets events over a WebSocket."""

    name = "a WebSocket"

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._say({"action": "resume", "after": "latest"})
        # The first answer says that each event from now on is sent.
        if self._next(WOKEN_SECONDS).get("frame") != "hello":
            raise OSError("the server sent no `hello`")

    def events(self, seconds: float) -> Iterator[Answer]:
        """Yield the next events, for at most this time."""
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0:
            try:
                frame = self._next(left)
            except TimeoutError:
                return
            if frame["frame"] == "event":
                yield frame

    def acknowledge(self, position: str) -> None:
        """Acknowledge all events up to a position."""
        self._say({"action": "ack", "position": position})

    def _say(self, frame: Answer) -> None:
        self._connection.send(json.dumps(frame))

    def _next(self, seconds: float) -> Answer:
        frame: Answer = json.loads(self._connection.recv(timeout=seconds))
        return frame


@contextmanager
def listening(api: Calls, agent_id: str) -> Iterator[Listener]:
    """Listen as an agent while the block runs."""
    url = api.socket_url()
    if url is None:
        yield Waiting(api, agent_id)
        return
    # Only a server with a WebSocket needs them.
    from websockets.exceptions import WebSocketException  # noqa: PLC0415
    from websockets.sync.client import connect  # noqa: PLC0415

    target = f"{url}?{urlencode({'agent_id': agent_id})}"
    try:
        with connect(target, proxy=None, open_timeout=WOKEN_SECONDS) as connection:
            yield Socket(connection)
    except WebSocketException as error:
        raise ListeningError(f"the WebSocket {url} failed: {error}") from error
