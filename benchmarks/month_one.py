"""Measure how long each call takes after a month of messages and orders.

    python -m benchmarks.month_one            start a server of its own
    API_URL=http://... python -m benchmarks.month_one

One client sends 1,000 messages and 200 work orders between ten agents. Each order is answered and
ends, while streams and schedules run. Then it reads what an agent reads. It prints a line for each
call: how often, the median and the maximum in milliseconds. It exits with 1 if a median exceeds the
bound.
"""

import contextlib
import io
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
MESSAGES = 1_000
ORDERS = 200
AGENTS = 10
READS = 20
BOUND_MILLISECONDS = 250.0


class Timed:
    """A client that measures how long each kind of call takes."""

    def __init__(self, url: str) -> None:
        self.base = f"{url}/api/v1"
        self.session = requests.Session()
        self.milliseconds: dict[str, list[float]] = defaultdict(list)

    def call(self, name: str, method: str, path: str, **options: Any) -> Any:
        """Make a call and measure it under its name. Return its answer."""
        begun = time.perf_counter()
        answer = self.session.request(method, self.base + path, timeout=60, **options)
        self.milliseconds[name].append((time.perf_counter() - begun) * 1000)
        answer.raise_for_status()
        return answer.json()


def register(client: Timed) -> list[str]:
    """Register the agents of the month."""
    tag = f"{time.time_ns():x}"
    return [
        client.call(
            "register",
            "POST",
            "/agents/register",
            json={"name": f"Agent {number}", "agent_id": f"bench-{tag}-{number}"},
        )["agent_id"]
        for number in range(AGENTS)
    ]


def message(client: Timed, agents: list[str], chance: random.Random) -> None:
    """Send a message or a ping. Read every third at once."""
    sender, recipient = chance.sample(agents, 2)
    name = chance.choice(["send", "send", "send", "ping"])
    body = {"body": "I have 100 product opportunities."} if name == "send" else {}
    sent = client.call(
        name,
        "POST",
        f"/messaging/{name}",
        params={"from_agent_id": sender},
        json={"to_agent_id": recipient, **body},
    )
    if chance.random() < 1 / 3:
        path = f"/messaging/mark-read/{sent['message_id']}"
        client.call("mark-read", "POST", path, params={"agent_id": recipient})


def order(client: Timed, agents: list[str], chance: random.Random) -> None:
    """Create a work order and bring it to an end."""
    owner, worker = chance.sample(agents, 2)
    created = client.call(
        "work-order",
        "POST",
        "/messaging/work-order",
        params={"from_agent_id": owner},
        json={"to_agent_id": worker, "title": "Estimates", "description": "Fifty products."},
    )
    path = f"/messaging/work-order/{created['work_order_id']}"
    action = chance.choice(["accept", "accept", "accept", "reject"])
    as_worker = {"params": {"agent_id": worker}}
    client.call("respond", "POST", f"{path}/respond", json={"action": action}, **as_worker)
    if action == "accept":
        client.call("complete", "POST", f"{path}/complete", json={"summary": "Done"}, **as_worker)


def read(client: Timed, agent: str) -> None:
    """Read what an agent reads when it starts."""
    who = {"agent_id": agent}
    client.call("heartbeat", "POST", "/messaging/heartbeat", params=who)
    client.call("inbox", "GET", "/messaging/inbox", params=who)
    client.call("inbox pending", "GET", "/messaging/inbox", params={**who, "status": "pending"})
    client.call("sent", "GET", "/messaging/sent", params=who)
    client.call("work-orders", "GET", "/messaging/work-orders", params={**who, "role": "worker"})
    filtered = {**who, "role": "worker", "status": "completed"}
    client.call("work-orders completed", "GET", "/messaging/work-orders", params=filtered)
    client.call("presence", "GET", f"/messaging/presence/{agent}", params=who)
    client.call("update presence", "PUT", "/messaging/presence", params=who, json={})
    client.call("stats", "GET", "/messaging/stats", params=who)
    client.call("directory", "GET", "/agents", params=who)
    client.call("directory online", "GET", "/agents", params={**who, "online": "true"})


def report(client: Timed) -> bool:
    """Print a line for each call. Return whether all medians are within the bound."""
    print(f"{'call':<24}{'times':>7}{'median ms':>11}{'max ms':>9}")
    medians = {name: statistics.median(taken) for name, taken in client.milliseconds.items()}
    for name, median in medians.items():
        taken = client.milliseconds[name]
        print(f"{name:<24}{len(taken):>7}{median:>11.1f}{max(taken):>9.1f}")
    return max(medians.values()) <= BOUND_MILLISECONDS


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Use the server at API_URL, or start one."""
    if url := os.environ.get("API_URL"):
        yield url.rstrip("/")
        return
    options = ("--port", "0", "--auth", "open", "--registration", "open")
    command = [sys.executable, "-m", "local", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            yield _ready(process)
        finally:
            process.send_signal(signal.SIGINT)


def _ready(process: subprocess.Popen[str]) -> str:
    """The URL that a server prints once it answers; what it prints from then on is dropped."""
    for line in process.stdout or ():
        if found := re.search(r"http://[\d.]+:\d+", line):
            threading.Thread(target=(process.stdout or io.StringIO()).read, daemon=True).start()
            return found[0]
    raise RuntimeError("the server ended before it was ready")


def main() -> int:
    """Run the month. Return the exit code."""
    chance = random.Random(1)  # the same month each time
    with server() as url:
        client = Timed(url)
        agents = register(client)
        work = [message] * MESSAGES + [order] * ORDERS
        chance.shuffle(work)
        for number, act in enumerate(work, start=1):
            act(client, agents, chance)
            if number % 200 == 0:
                print(f"{number} of {len(work)}", file=sys.stderr)
        client.milliseconds = defaultdict(
            list, {f"{name} (all)": taken for name, taken in client.milliseconds.items()}
        )
        last = [message] * READS + [order] * READS
        for act in last:
            act(client, agents, chance)
        for agent in agents * (READS // AGENTS):
            read(client, agent)
        within = report(client)
    print(f"all medians within {BOUND_MILLISECONDS:.0f} ms: {'yes' if within else 'no'}")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
