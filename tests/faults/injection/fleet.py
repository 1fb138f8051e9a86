"""Sixteen clients at once, each a process with an instance of the functions of its own.

    python -m tests.faults.injection.fleet < job.json

The processes are forked from one that has loaded everything. They begin together, and each leaves
what it did as JSON in the job's folder, under its name. Logs go to stdout.
"""

import json
import multiprocessing
import os
import random
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.faults.injection.client import Client
from tests.faults.injection.faults import Dice, Injector, Rates, hurry_boto3
from tests.faults.injection.history import Operation
from tests.faults.injection.instance import Instance
from tests.faults.injection.load import Load

START_SECONDS = 120
FORK = multiprocessing.get_context("fork")
FUNCTIONS = (
    "AuthorizerFunction",
    "MessagingFunction",
    "WorkOrdersFunction",
    "WorkOrdersSweepFunction",
    "PresenceFunction",
    "ContactsFunction",
)


@dataclass(frozen=True)
class Part:
    """What one client is to do: so many operations of the load, or these moves of orders."""

    name: str
    agent_id: str
    api_key: str
    is_first: bool = True
    operations: int = 0
    moves: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Job:
    """What the fleet is to do, with which engine and how many faults."""

    url: str
    tables: dict[str, str]
    seed: int
    rates: Rates
    parts: tuple[Part, ...]
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """What all clients did, and how many faults there were by name."""

    history: list[Operation]
    counts: dict[str, int]


def run_fleet(job: Job, folder: Path, log: Any) -> Result:
    """Let a fleet do the job, in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.faults.injection.fleet", str(folder)],
        input=json.dumps(asdict(job)).encode(),
        stdout=log,
        stderr=log,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert ended.returncode == 0, "the fleet failed; its log says why"
    history, counts = [], {}
    for part in job.parts:
        left = json.loads((folder / part.name).read_text())
        history += [Operation.from_json(each) for each in left["history"]]
        for name, number in left["counts"].items():
            counts[name] = counts.get(name, 0) + number
    return Result(history, counts)


def play(job: Job, part: Part, instance: Instance, folder: Path, barrier: Any) -> None:
    """The life of one process: its copy of the instance is its own."""
    injector = instance.injector
    injector.decide = Dice(job.rates, (job.seed, part.name))
    dice = random.Random(f"{job.seed} {part.name}")
    client = Client(instance, part.agent_id, part.api_key, dice)
    peers = sorted({each.agent_id for each in job.parts} - {part.agent_id})
    # Each client has strangers of its own: what it says about them, nobody else overwrites.
    strangers = [name for name in job.strangers if name.startswith(f"{part.name}-")]
    load = Load(client, part.name, peers, strangers, part.is_first)
    load.warm_up()
    barrier.wait(START_SECONDS)
    for kind, order_id in part.moves:
        load.move(kind, order_id)
    load.run(part.operations)
    left = {"history": [each.to_json() for each in client.history], "counts": injector.counts}
    (folder / part.name).write_text(json.dumps(left))


def main() -> None:
    """Fork the clients, and wait for them."""
    given = json.load(sys.stdin)
    given |= {"parts": [Part(**each) for each in given["parts"]], "rates": Rates(**given["rates"])}
    job, folder = Job(**given), Path(sys.argv[1])
    hurry_boto3()
    # Which has made no connection yet.
    instance = Instance(job.url, job.tables, Injector(lambda _: None))
    for name in FUNCTIONS:
        instance.app(name)
    barrier = FORK.Barrier(len(job.parts))
    clients = [
        FORK.Process(target=play, args=(job, part, instance, folder, barrier)) for part in job.parts
    ]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    if any(each.exitcode for each in clients):
        sys.exit("a client failed")


if __name__ == "__main__":
    main()
