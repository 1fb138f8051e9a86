"""The program for a socket of docs/waking.md. Its server loses frames, fails and closes."""

import json
import threading
from collections.abc import Iterator
from queue import Queue
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from tests.local.test_readme_waking import PROGRAMS, WAYS, running

SECONDS = 20
RESUMED = {"action": "resume", "after": None}


def event(number: int) -> dict[str, Any]:
    return {
        "frame": "event",
        "event_id": f"evt_{number}",
        "position": f"1.{number}.a",
        "previous": f"1.{number - 1}.a",
        "type": "message.received",
        "data": number,
    }


def problem(status: int, code: str) -> dict[str, Any]:
    return {"frame": "problem", "status": status, "code": code, "fix": "Do another thing."}


class Client:
    """The connections of the program, one after another."""

    def __init__(self) -> None:
        self.connections: Queue[ServerConnection] = Queue()
        self.over = threading.Event()
        self.now: ServerConnection | None = None

    def serve(self, connection: ServerConnection) -> None:
        self.connections.put(connection)
        self.over.wait(SECONDS)

    def connect(self) -> None:
        self.now = self.connections.get(timeout=SECONDS)

    def send(self, frame: dict[str, Any]) -> None:
        assert self.now
        self.now.send(json.dumps(frame))

    def sent(self) -> dict[str, Any]:
        assert self.now
        found: dict[str, Any] = json.loads(self.now.recv(timeout=SECONDS))
        return found


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client()
    with serve(made.serve, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        made.port = server.socket.getsockname()[1]  # type: ignore[attr-defined]
        yield made
        made.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def lines(client: Client) -> Iterator["Queue[str]"]:
    code = PROGRAMS["waking.md"][WAYS.index("socket")].replace(
        "127.0.0.1:8080", f"127.0.0.1:{client.port}"
    )  # type: ignore[attr-defined]
    with running(code.replace("300", "2")) as found:
        client.connect()
        assert client.sent() == RESUMED
        client.send(event(1))
        assert client.sent() == {"action": "ack", "position": "1.1.a"}
        assert found.get(timeout=SECONDS) == "message.received 1"
        yield found


AGAIN = {"action": "resume", "after": "1.1.a"}


@pytest.mark.parametrize(
    "frame",
    [
        event(3),
        problem(409, "not_resumed"),
        problem(503, "out_of_time"),
        {"message": "Internal server error", "connectionId": "a", "requestId": "b"},
    ],
)
def test_what_is_missing_is_asked_for_and_not_acknowledged(
    client: Client, lines: "Queue[str]", frame: dict[str, Any]
) -> None:
    client.send(frame)
    assert client.sent() == AGAIN
    client.send(event(2))
    assert client.sent() == {"action": "ack", "position": "1.2.a"}
    assert lines.get(timeout=SECONDS) == "message.received 2"


def test_an_event_that_comes_twice_is_skipped_and_pings_do_not_wait_for_silence(
    client: Client, lines: "Queue[str]"
) -> None:
    assert client.now
    for _ in range(40):
        client.send(event(1))
        try:
            assert json.loads(client.now.recv(timeout=0.1)) == {"action": "ping"}
        except TimeoutError:
            continue
        break
    else:
        pytest.fail("no ping")
    assert lines.empty()


def test_after_gone_it_goes_on_with_what_is_kept(client: Client, lines: "Queue[str]") -> None:
    client.send({"frame": "gone", "oldest_position": "1.7.a"})
    assert client.sent() == {"action": "resume", "after": "1.7.a"}


def test_a_connection_that_closed_is_opened_again(client: Client, lines: "Queue[str]") -> None:
    assert client.now
    client.now.close()
    client.connect()
    assert client.sent() == AGAIN
    client.send({"frame": "closing"})
    client.connect()
    assert client.sent() == AGAIN


def test_a_refusal_ends_it_with_what_to_do(client: Client, lines: "Queue[str]") -> None:
    client.send(problem(404, "agent_not_found"))
    assert lines.get(timeout=SECONDS) == "Do another thing."
