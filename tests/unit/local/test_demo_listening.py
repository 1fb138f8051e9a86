"""How the demo listens: over a WebSocket, or with requests that wait."""

import json
from typing import Any

import pytest

from local.demo_listening import Socket, Waiting, listening

BOOTS = "boots-agent-id"


class Api:
    """Answers requests that wait with these pages, one after another."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self.pages = list(pages)
        self.asked: list[tuple[str, dict[str, str], Any]] = []

    def socket_url(self) -> None:
        """There is no WebSocket."""

    def call(
        self, method: str, path: str, query: dict[str, str], body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Answer a call."""
        self.asked.append((f"{method} {path}", query, body))
        events = self.pages.pop(0) if path == "feed/wait" else []
        return {"events": events, "next_after": f"1.{len(self.asked)}.k3jq"}


class Connection:
    """Sends these frames, and then nothing."""

    def __init__(self, *frames: dict[str, Any]) -> None:
        self.frames = list(frames)
        self.sent: list[dict[str, Any]] = []

    def send(self, text: str) -> None:
        """Take a frame."""
        self.sent.append(json.loads(text))

    def recv(self, timeout: float) -> str:
        """Return the next frame."""
        if not self.frames:
            raise TimeoutError(timeout)
        return json.dumps(self.frames.pop(0))


def test_without_a_websocket_it_waits_after_the_latest_event():
    api = Api([], [{"event_id": "evt_1"}])
    with listening(api, BOOTS) as listener:
        event = next(listener.events(10))
        listener.acknowledge("1.7.k3jq")

    assert isinstance(listener, Waiting)
    assert event == {"event_id": "evt_1"}
    who = {"agent_id": BOOTS}
    assert api.asked == [
        ("GET feed", {**who, "after": "latest"}, None),
        ("GET feed/wait", {**who, "after": "1.1.k3jq"}, None),
        ("GET feed/wait", {**who, "after": "1.2.k3jq"}, None),
        ("POST feed/ack", who, {"position": "1.7.k3jq"}),
    ]


def test_a_socket_resumes_first_and_passes_over_other_frames():
    event = {"frame": "event", "event_id": "evt_1"}
    connection = Connection({"frame": "hello"}, {"frame": "typing"}, event)
    socket = Socket(connection)

    assert list(socket.events(10)) == [event]
    socket.acknowledge("1.7.k3jq")
    assert connection.sent == [
        {"action": "resume", "after": "latest"},
        {"action": "ack", "position": "1.7.k3jq"},
    ]


def test_a_server_that_does_not_say_hello_is_no_server():
    with pytest.raises(OSError, match="hello"):
        Socket(Connection({"frame": "problem"}))
