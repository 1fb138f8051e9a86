"""README's four ways to be woken run as they are written; only the addresses differ.

Each program runs as Boots. Nova writes before it starts, and again while it runs. The program
prints each event once, and all but that of a webhook in order. Its acknowledgement makes the
messages delivered.
"""

import contextlib
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
import requests

from tests.e2e.server import Server, free_port, running_server

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
NOVA, BOOTS = "nova-agent-id", "boots-agent-id"
WAYS = ("feed", "feed", "socket", "webhook")  # as a receipt names them
SECONDS = 60
STARTED_SECONDS = 20


def programs() -> list[str]:
    """The programs of the section, in its order."""
    (section,) = re.findall(r"^## Be woken\n(.*?)^## ", README, re.MULTILINE | re.DOTALL)
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


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


def send(server: Server, body: str) -> str:
    answer = requests.post(
        f"{server.url}/api/v1/messaging/send",
        params={"from_agent_id": NOVA},
        json={"to_agent_id": BOOTS, "body": body},
        timeout=30,
    )
    answer.raise_for_status()
    return str(answer.json()["message_id"])


def receipts(server: Server) -> dict[str, Any]:
    """The receipts of what Nova sent, by message."""
    query = {"agent_id": NOVA}
    sent = requests.get(f"{server.url}/api/v1/messaging/sent", params=query, timeout=30)
    return {each["message_id"]: each["receipt"] for each in sent.json()["messages"]}


def listens(server: Server, port: int) -> bool:
    """Whether the program of the webhook listens and has its endpoint."""
    hooks = requests.get(
        f"{server.url}/api/v1/messaging/webhooks", params={"agent_id": BOOTS}, timeout=30
    ).json()["webhooks"]
    with contextlib.suppress(requests.RequestException):
        return bool(hooks) and requests.get(f"http://127.0.0.1:{port}/", timeout=5).status_code > 0
    return False


@pytest.mark.parametrize("number", range(len(WAYS)))
def test_a_program_hears_of_each_message_and_acknowledges_it(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("WEBHOOKS", f"127.0.0.1:{port}")
    is_webhook = WAYS[number] == "webhook"
    with running_server() as server:
        # A webhook gets what happens after it was created. All others also get what came before.
        sent = [] if is_webhook else [send(server, "before")]
        code = programs()[number].replace("127.0.0.1:8080", server.url.removeprefix("http://"))
        code = code.replace("127.0.0.1:9000", f"127.0.0.1:{port}").replace("9000", str(port))
        # A heartbeat each 30 seconds is slow for a test.
        code = code.replace('beat.get("next_heartbeat_in", 30)', "0.2")
        with running(code) as lines:
            deadline = time.monotonic() + STARTED_SECONDS
            while is_webhook and not listens(server, port):
                assert time.monotonic() < deadline, "the receiver did not start"
                time.sleep(0.1)
            sent += [send(server, f"message {each}") for each in range(3)]
            heard: list[str] = []
            while len(heard) < len(sent):  # the receiver of the webhook logs its requests too
                line = lines.get(timeout=SECONDS)
                heard += [line] if line.startswith("message.received") else []
            deadline = time.monotonic() + SECONDS
            while not all(receipts(server)[each]["delivered_at"] for each in sent):
                assert time.monotonic() < deadline, "the messages were not delivered"
                time.sleep(0.1)

        named = [re.findall(r"msg_\w+", line)[0] for line in heard]
        assert (sorted(named) if is_webhook else named) == (sorted(sent) if is_webhook else sent)
        assert {receipts(server)[each]["delivered_via"] for each in sent} == {WAYS[number]}
