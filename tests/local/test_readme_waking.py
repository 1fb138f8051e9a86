"""The four ways to be woken run as README and docs/waking.md show them. Only the addresses differ.

Each program runs as an agent of its own, on one server. Nova writes before it starts, and again
while it runs. The program prints each event once, in order except for webhooks, and its
acknowledgement makes the messages delivered.
"""

import contextlib
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import requests

from tests.e2e.server import free_port, running_server

ROOT = Path(__file__).parents[2]
PAGES = {
    path.name: path.read_text("utf-8") for path in (ROOT / "README.md", ROOT / "docs/waking.md")
}
NOVA, BOOTS = "nova-agent-id", "boots-agent-id"
WAYS = ("feed", "feed", "socket", "webhook")  # as a receipt names them
SECONDS = 60
STARTED_SECONDS = 20


def programs(page: str) -> list[str]:
    """The programs of a page, in the order of the ways. README has them in a section."""
    section = re.search(r"^## Be woken\n.*?^## ", page, re.MULTILINE | re.DOTALL)
    return re.findall(r"```python\n(.*?)```", section.group() if section else page, re.DOTALL)


PROGRAMS = {name: programs(page) for name, page in PAGES.items()}


@contextlib.contextmanager
def running(code: str) -> Iterator["Queue[str]"]:
    """A program as a process of its own. Yields the lines that it prints."""
    command = [sys.executable, "-u", "-c", code]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines: Queue[str] = Queue()

    def read() -> None:
        for line in process.stdout or ():
            lines.put(line.rstrip("\n"))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield lines
    finally:
        process.kill()
        reader.join()
        process.communicate()


@dataclass(frozen=True)
class Place:
    """A server for all programs. Each runs as an agent of its own."""

    url: str
    port: int
    """Of the program that receives webhooks."""

    def get(self, path: str, agent_id: str) -> Any:
        query = {"agent_id": agent_id}
        return requests.get(f"{self.url}/api/v1{path}", params=query, timeout=30).json()

    def register(self, agent_id: str) -> None:
        body = {"agent_id": agent_id, "name": agent_id.title()}
        requests.post(
            f"{self.url}/api/v1/agents/register", json=body, timeout=30
        ).raise_for_status()

    def send(self, agent_id: str, body: str) -> str:
        answer = requests.post(
            f"{self.url}/api/v1/messaging/send",
            params={"from_agent_id": NOVA},
            json={"to_agent_id": agent_id, "body": body},
            timeout=30,
        )
        answer.raise_for_status()
        return str(answer.json()["message_id"])

    def receipts(self) -> dict[str, Any]:
        """The receipts of what Nova sent, by message."""
        sent = self.get("/messaging/sent", NOVA)["messages"]
        return {each["message_id"]: each["receipt"] for each in sent}

    def listens(self, agent_id: str) -> bool:
        """Whether the program of the webhook listens and has its endpoint."""
        hooks = self.get("/messaging/webhooks", agent_id)["webhooks"]
        with contextlib.suppress(requests.RequestException):
            address = f"http://127.0.0.1:{self.port}/"
            return bool(hooks) and requests.get(address, timeout=5).status_code > 0
        return False

    def program(self, name: str, number: int, agent_id: str) -> str:
        """A program of a page, for this server and this agent."""
        code = PROGRAMS[name][number].replace("127.0.0.1:8080", self.url.removeprefix("http://"))
        code = code.replace("127.0.0.1:9000", f"127.0.0.1:{self.port}")
        code = code.replace("9000", str(self.port)).replace(BOOTS, agent_id)
        # A heartbeat each 30 seconds is slow for a test.
        return re.sub(r"time\.sleep\(.*\)", "time.sleep(0.2)", code)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    port = free_port()
    with running_server("--webhooks", f"127.0.0.1:{port}") as server:
        yield Place(server.url, port)


def until(is_so: Callable[[], bool], seconds: float, told: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, told
        time.sleep(0.1)


def heard(lines: "Queue[str]", number: int) -> list[str]:
    """The messages of the next so many events that are printed, among other lines."""
    found: list[str] = []
    while len(found) < number:
        line = lines.get(timeout=SECONDS)
        found += re.findall(r"msg_\w+", line)[:1] if line.startswith("message.received") else []
    return found


@pytest.mark.parametrize("number", range(len(WAYS)))
@pytest.mark.parametrize("name", PAGES)
def test_a_program_hears_of_each_message_and_acknowledges_it(
    place: Place, name: str, number: int
) -> None:
    agent_id = f"{name.lower().removesuffix('.md')}-{number}"
    place.register(agent_id)
    is_webhook = WAYS[number] == "webhook"
    # A webhook gets what happens after it was created. All others also get what came before.
    sent = [] if is_webhook else [place.send(agent_id, "before")]
    with running(place.program(name, number, agent_id)) as lines:
        if is_webhook:
            until(lambda: place.listens(agent_id), STARTED_SECONDS, "the receiver did not start")
        sent += [place.send(agent_id, f"message {each}") for each in range(3)]
        found = heard(lines, len(sent))
        # Webhooks may come out of order.
        assert (sorted(found) if is_webhook else found) == (sorted(sent) if is_webhook else sent)
        until(
            lambda: all(place.receipts()[each]["delivered_at"] for each in sent),
            SECONDS,
            "the messages were not delivered",
        )

    assert {place.receipts()[each]["delivered_via"] for each in sent} == {WAYS[number]}
