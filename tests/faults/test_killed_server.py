"""`kill -9` of everything that `make run DATA=<folder>` has started, in the middle of writes.

Each writer knows what was acknowledged. What was not, it sends again to the next server, with the
same Idempotency-Key. In the end the tables are compared with what the writers know.
"""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from local import engine
from tests.e2e.client import Agent, Stack, eventually
from tests.e2e.server import ROOT, Server, free_port, log_file
from tests.scale import IS_FULL, Figure

KILLS = 20 if IS_FULL else 1
SENDERS, CLIENTS = (4, 2) if IS_FULL else (2, 1)
RUNNING_SECONDS = (0.0, 2.0 if IS_FULL else 0.3)
"""How long a server goes on after it has acknowledged something, before it is killed at random."""
PATIENCE_SECONDS = 120


class Killable:
    """A server over one folder and one port. It is killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log_file()

    def start(self) -> Server:
        begins_at = self.log.seek(0, os.SEEK_END)
        arguments = ["--port", str(self.port), "--data", str(self.folder), "--auth", "open"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local", *arguments],
            cwd=ROOT,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.server = Server(self.url, self.process, self.log, begins_at)
        eventually(self._has_started, PATIENCE_SECONDS)
        return self.server

    def _has_started(self) -> bool:
        assert self.process.poll() is None, f"the server ended: {self.server.output}"
        return "\n  Try\n" in self.server.output

    def kill(self) -> None:
        """Kill it with all processes that it has started, at once."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        )
        pairs = re.findall(r"(\d+) +(\d+)", listed.stdout)
        victims = [int(pid) for pid, parent in pairs if int(parent) == self.process.pid]
        for pid in (self.process.pid, *victims):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[Killable]:
    found = Killable(tmp_path / "data")
    found.start()
    yield found
    found.kill()
    found.log.close()


@dataclass
class Model:
    """What was acknowledged."""

    is_over: threading.Event = field(default_factory=threading.Event)
    sent: dict[str, dict[str, str]] = field(default_factory=dict)
    """The text of each message by its id, by sender."""
    completed: list[str] = field(default_factory=list)
    repeated: int = 0
    replayed: int = 0

    @property
    def done(self) -> int:
        return sum(map(len, self.sent.values())) + len(self.completed)

    def insist(self, agent: Agent, path: str, body: dict[str, Any]) -> Any:
        """The answer to one request, which is sent again while there is no server."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends_at:
            with contextlib.suppress(requests.RequestException):
                answer = agent.send("POST", path, json=body, headers=headers)
                if answer.status_code == 200:
                    self.replayed += "Idempotency-Replayed" in answer.headers
                    return answer.json()
                assert answer.status_code >= 500, f"{path}: {answer.status_code} {answer.text}"
            self.repeated += 1
            time.sleep(0.1)
        raise AssertionError(f"{path} was not answered")

    def send(self, sender: Agent, recipient: Agent) -> None:
        """Send until it is over."""
        known = self.sent.setdefault(sender.agent_id, {})
        while not self.is_over.is_set():
            text = f"Message {len(known)} of {sender.agent_id}"
            body = {"to_agent_id": recipient.agent_id, "body": text}
            known[self.insist(sender, "/messaging/send", body)["message_id"]] = text

    def order(self, client: Agent, worker: Agent) -> None:
        """Have orders completed until it is over."""
        while not self.is_over.is_set():
            body = {"to_agent_id": worker.agent_id, "title": "A job", "description": "Do it."}
            order_id = self.insist(client, "/messaging/work-order", body)["work_order_id"]
            path = f"/messaging/work-order/{order_id}"
            self.insist(worker, f"{path}/respond", {"action": "accept"})
            self.insist(worker, f"{path}/complete", {"summary": "Done"})
            self.completed.append(order_id)


def pages(agent: Agent, path: str, member: str, **query: Any) -> list[dict[str, Any]]:
    """Everything on a list."""
    page = agent.get(path, limit=100, **query)
    found: list[dict[str, Any]] = page[member]
    while page["next_cursor"] is not None:
        page = agent.get(path, limit=100, cursor=page["next_cursor"], **query)
        found += page[member]
    return found


def counts(tables_url: str) -> tuple[int, int]:
    """How many messages are stored, and how many the projector has counted."""
    dynamodb = engine.dynamodb(tables_url)
    with contextlib.closing(dynamodb):

        def items(table: str) -> Iterator[Any]:
            for page in dynamodb.get_paginator("scan").paginate(TableName=table):
                yield from page["Items"]

        stored = [each["message_id"]["S"] for each in items("AgentMessagesTable")]
        counted = [
            int(value["N"])
            for item in items("MessagingStatsTable")
            if item["scope"] == {"S": "messages"} and item["window"]["S"].startswith("all#")
            for name, value in item.items()
            if name not in {"scope", "window", "purge_at"}
        ]
    return len([each for each in stored if each.startswith("msg_")]), sum(counted)


def run(killable: Killable, model: Model, writers: list[Callable[[], None]]) -> None:
    """All writers at once, while the server is killed again and again."""
    chance = random.Random()
    with ThreadPoolExecutor(len(writers)) as pool:
        writing = [pool.submit(each) for each in writers]
        try:
            for _ in range(KILLS):
                eventually(lambda done=model.done: model.done > done + 3, PATIENCE_SECONDS)
                time.sleep(chance.uniform(*RUNNING_SECONDS))
                killable.kill()
                killable.start()
        finally:
            model.is_over.set()
        for each in writing:
            each.result(timeout=PATIENCE_SECONDS)


def test_nothing_acknowledged_is_lost_when_everything_is_killed(killable: Killable, figure: Figure):
    stack = Stack(killable.url, is_open_mode=True)
    recipient, worker = stack.register("Boots"), stack.register("Worker")
    worker.put("/messaging/presence", max_concurrent_jobs=100)
    senders = [stack.register("Nova") for _ in range(SENDERS)]
    clients = [stack.register("Client") for _ in range(CLIENTS)]
    model = Model()
    writers = [lambda agent=each: model.send(agent, recipient) for each in senders]
    writers += [lambda agent=each: model.order(agent, worker) for each in clients]

    run(killable, model, writers)

    sent = {id_: text for known in model.sent.values() for id_, text in known.items()}
    inbox = pages(recipient, "/messaging/inbox", "messages")
    arrived = {each["message_id"]: each["body"] for each in inbox}
    figure("servers killed", KILLS)
    figure("requests sent again", model.repeated)
    figure("answered from the record of their key", model.replayed)
    figure("messages acknowledged", len(sent))
    figure("messages lost", len(sent.items() - arrived.items()))
    figure("messages doubled or unexpected", len(inbox) - len(sent))
    assert (arrived, len(inbox)) == (sent, len(sent))
    for sender in senders:
        listed = pages(sender, "/messaging/sent", "messages")
        assert {each["message_id"] for each in listed} == set(model.sent[sender.agent_id])

    orders = pages(worker, "/messaging/work-orders", "work_orders", role="worker")
    figure("orders completed", len(model.completed))
    assert sorted(each["work_order_id"] for each in orders) == sorted(model.completed)
    assert {each["status"] for each in orders} == {"completed"}
    assert worker.get("/agents/me")["current_active_jobs"] == 0

    # Each stream goes on where it was: what was stored is counted, and only once.
    tables_url = killable.server.printed(r"^  Tables +(\S+) ")
    eventually(lambda: len(set(counts(tables_url))) == 1, patience=30)
    stored, counted = counts(tables_url)
    figure("messages stored", stored)
    figure("messages in the statistics", counted)
    assert stored == counted >= len(sent)
