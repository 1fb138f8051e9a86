"""`kill -9` of worker processes in the middle of a burst: nothing acknowledged is lost or doubled.

The gateway stays up, and so does the storage: what dies is what runs the functions. Whoever was
being served is answered 500, as API Gateway does, and asks again with the same Idempotency-Key.
"""

import os
import re
import signal
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.e2e.client import Agent, Stack
from tests.e2e.server import Server, running_server
from tests.engine import second_engine
from tests.scale import IS_FULL, Figure

SENDERS, CLIENTS = 6, 3
# Each killed worker starts again, which takes most of a small run.
SENDS, ORDERS = (1800, 300) if IS_FULL else (90, 15)
KILLS = 100 if IS_FULL else 5
VICTIMS = ("MessagingFunction", "WorkOrdersFunction")
ATTEMPTS = 20
BURST_SECONDS = 300
DIED = (500, b'{"message":"Internal Server Error"}')


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with second_engine() as engine, running_server("--engine", engine.url) as running:
        yield running


@dataclass
class Burst:
    """What the clients were told."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    """The text of each message by its id."""
    completed: list[str] = field(default_factory=list)
    refusals: Counter[tuple[int, bytes]] = field(default_factory=Counter)
    replays: int = 0

    @property
    def done(self) -> int:
        return len(self.acknowledged) + len(self.completed)

    def insist(self, agent: Agent, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request, which is made again under the same key while it fails."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        for _ in range(ATTEMPTS):
            answer = agent.send("POST", path, json=body, headers=headers)
            if answer.status_code == 200:
                self.replays += "Idempotency-Replayed" in answer.headers
                return answer.json()
            assert answer.status_code >= 500, f"{path}: {answer.status_code} {answer.text}"
            self.refusals[answer.status_code, answer.content] += 1
        raise AssertionError(f"{path} failed {ATTEMPTS} times")

    def send(self, sender: Agent, recipient: Agent, number: int) -> None:
        text = f"Message {number} of {sender.agent_id}"
        body = {"to_agent_id": recipient.agent_id, "body": text}
        answer = self.insist(sender, "/messaging/send", body)
        assert answer["message_id"] not in self.acknowledged
        self.acknowledged[answer["message_id"]] = text

    def order(self, client: Agent, worker: Agent, number: int) -> None:
        title = f"Order {number} of {client.agent_id}"
        body = {"to_agent_id": worker.agent_id, "title": title, "description": "Do it."}
        order_id = self.insist(client, "/messaging/work-order", body)["work_order_id"]
        path = f"/messaging/work-order/{order_id}"
        self.insist(worker, f"{path}/respond", {"action": "accept"})
        self.insist(worker, f"{path}/complete", {"summary": title})
        self.completed.append(order_id)


def workers(server: Server, function: str) -> list[int]:
    """The processes that the server has started for a function."""
    listed = subprocess.run(
        ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    pattern = rf"^\s*(\d+)\s+{server.process.pid}\s.*worker\.py {function} \d+$"
    return [int(pid) for pid in re.findall(pattern, listed.stdout, re.MULTILINE)]


def kill_in_between(server: Server, burst: Burst, is_over: threading.Event) -> int:
    """Kills worker after worker, one each time that the burst has come further: how many."""
    step = (SENDS + ORDERS) // (KILLS + 2)
    killed = 0
    while killed < KILLS and not is_over.is_set():
        victims = workers(server, VICTIMS[killed % len(VICTIMS)])
        if burst.done < step * (killed + 1) or not victims:
            is_over.wait(0.02)
            continue
        os.kill(victims[killed % len(victims)], signal.SIGKILL)
        killed += 1
    return killed


def pages(agent: Agent, path: str, member: str, **query: Any) -> list[dict[str, Any]]:
    """Everything on a list."""
    page = agent.get(path, limit=100, **query)
    found: list[dict[str, Any]] = page[member]
    while page["next_cursor"] is not None:
        page = agent.get(path, limit=100, cursor=page["next_cursor"], **query)
        found += page[member]
    return found


def run(burst: Burst, server: Server, tasks: list[Callable[[], None]]) -> int:
    """Everything at once, with the killer among it: how many workers were killed."""
    is_over = threading.Event()
    with ThreadPoolExecutor(SENDERS + CLIENTS) as pool, ThreadPoolExecutor(1) as killer:
        killing = killer.submit(kill_in_between, server, burst, is_over)
        try:
            for each in [pool.submit(task) for task in tasks]:
                each.result(timeout=BURST_SECONDS)
        finally:
            is_over.set()
        return killing.result()


def test_nothing_acknowledged_is_lost_or_doubled_when_workers_are_killed(
    server: Server, figure: Figure
):
    stack = Stack(server.url, is_open_mode=True)
    recipient, worker = stack.register("Boots"), stack.register("Worker")
    worker.put("/messaging/presence", max_concurrent_jobs=100)
    senders = [stack.register("Nova") for _ in range(SENDERS)]
    clients = [stack.register("Client") for _ in range(CLIENTS)]
    burst = Burst()

    def send(sender: Agent) -> None:
        for number in range(SENDS // SENDERS):
            burst.send(sender, recipient, number)

    def order(client: Agent) -> None:
        for number in range(ORDERS // CLIENTS):
            burst.order(client, worker, number)

    tasks = [lambda s=each: send(s) for each in senders]
    tasks += [lambda c=each: order(c) for each in clients]
    killed = run(burst, server, tasks)

    inbox = pages(recipient, "/messaging/inbox", "messages")
    arrived = [(message["message_id"], message["body"]) for message in inbox]
    figure("workers killed", killed)
    figure("requests that failed with their worker", sum(burst.refusals.values()))
    figure("answered from the record of their key", burst.replays)
    figure("messages acknowledged", len(burst.acknowledged))
    figure("messages lost", len(burst.acknowledged.items() - set(arrived)))
    figure("messages doubled or unexpected", len(arrived) - len(burst.acknowledged))
    assert killed == KILLS
    assert set(burst.refusals) == {DIED}
    assert sorted(arrived) == sorted(burst.acknowledged.items())

    orders = pages(worker, "/messaging/work-orders", "work_orders", role="worker")
    figure("orders completed", len(burst.completed))
    assert sorted(each["work_order_id"] for each in orders) == sorted(burst.completed)
    assert {each["status"] for each in orders} == {"completed"}
    assert len(pages(worker, "/messaging/inbox", "messages")) == len(burst.completed)
    assert worker.get("/agents/me")["current_active_jobs"] == 0


@pytest.mark.parametrize("function", VICTIMS)
def test_the_gateway_recovers_when_every_worker_of_a_function_is_killed(
    server: Server, function: str
):
    stack = Stack(server.url, is_open_mode=True)
    nova, boots = stack.register("Nova"), stack.register("Boots")
    nova.offer(boots)
    nova.post("/messaging/ping", to_agent_id=boots.agent_id)
    victims = workers(server, function)
    assert victims

    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    wait_until_reaped(victims)

    nova.offer(boots)
    nova.post("/messaging/ping", to_agent_id=boots.agent_id)
    assert not set(workers(server, function)) & set(victims)
    assert requests.get(f"{server.url}/health", timeout=30).status_code == 200


def wait_until_reaped(pids: list[int]) -> None:
    """Returns when the server has noticed that they ended.

    A killed process has no command line any more while its socket is still open, and a request that
    is sent to it then fails with it. Once its parent has waited for it, everything of it is closed.
    """
    deadline = time.monotonic() + 10
    while any(map(exists, pids)):
        assert time.monotonic() < deadline, "a killed worker is still there"
        time.sleep(0.02)


def exists(pid: int) -> bool:
    """Whether the process runs, or nobody has waited for it yet."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
