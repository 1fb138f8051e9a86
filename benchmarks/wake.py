"""How fast `make run` wakes an agent: from the answer to a send to the frame on a WebSocket.

    python -m benchmarks.wake [MESSAGES]

A server of its own is started for each engine. The recipient is connected and has resumed. Each
message is sent after the frame of the one before has come. The time begins when the sender has the
whole answer. If the frame comes earlier, it counts as 0.

On AWS the stream alone takes longer: half of the events take more than 213 ms there, see
docs/scale.md.
"""

import json
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.local_inbox import running

MESSAGES = 500
# The options of `make run`, and the targets of the median and of the 99th percentile.
ENGINES: dict[str, tuple[tuple[str, ...], float | None, float | None]] = {
    "isolated": (("--engine", "isolated"), 60.0, 300.0),
    "default": ((), None, None),
}
WARM_UP = 5
FRAME_SECONDS = 30.0
SENDER, RECIPIENT = {"from_agent_id": "nova-agent-id"}, "boots-agent-id"


class Frames:
    """Reads the frames of a connection in a thread, and notes when each message came."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._came: dict[str, float] = {}
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            for text in self._connection:
                now, frame = time.perf_counter(), json.loads(text)
                message = frame.get("data", {}).get("message_id", frame["frame"])
                with self._changed:
                    self._came.setdefault(message, now)
                    self._changed.notify_all()
        except ConnectionClosed:
            return

    def came(self, message: str) -> float:
        """Return when the frame of this message came, as soon as it is there."""
        with self._changed:
            if not self._changed.wait_for(lambda: message in self._came, FRAME_SECONDS):
                raise TimeoutError(f"no frame for {message} in {FRAME_SECONDS:.0f} s")
            return self._came[message]


def measure(messages: int = MESSAGES) -> Iterator[Figure]:
    """Yield the median and the 99th percentile for each engine."""
    for engine, (options, median, p99) in ENGINES.items():
        taken = milliseconds(options, messages)
        name = f"send to frame, {engine} engine"
        found = statistics.median(taken)
        yield Figure(f"{name}: median", found, "ms", median, kind="machine")
        yield Figure(f"{name}: 99th percentile", percentile(taken), "ms", p99, kind="machine")


def milliseconds(options: tuple[str, ...], messages: int) -> list[float]:
    """Return how long each message took on a new server."""
    with running(*options) as (url, _), connect(socket_url(url), proxy=None) as connection:
        frames, session = Frames(connection), requests.Session()
        connection.send(json.dumps({"action": "resume", "after": "latest"}))
        frames.came("hello")
        return [one(url, session, frames) for _ in range(messages + WARM_UP)][WARM_UP:]


def socket_url(url: str) -> str:
    """Return where the recipient connects, from the URL of the messages."""
    front = requests.get(url.removesuffix("/messaging"), timeout=60).json()
    return f"{front['links']['socket']}?agent_id={RECIPIENT}"


def one(url: str, session: requests.Session, frames: Frames) -> float:
    """Send a message, and return the milliseconds from its answer to its frame."""
    body = {"to_agent_id": RECIPIENT, "body": "Are you there?"}
    answer = session.post(f"{url}/send", params=SENDER, json=body, timeout=60)
    answered = time.perf_counter()
    answer.raise_for_status()
    return max(0.0, frames.came(answer.json()["message_id"]) - answered) * 1000


def percentile(taken: list[float]) -> float:
    """Return the 99th percentile: at most one message of a hundred takes longer."""
    ranked = sorted(taken)
    return ranked[-(len(ranked) // 100) - 1]


if __name__ == "__main__":
    print(figures.table(measure(*map(int, sys.argv[1:2]))))
