"""How many instructions a warm invocation executes, for each operation.

    python -m benchmarks.instructions     needs valgrind and the built layer

The operations run once with moto, which records DynamoDB's answers. Then one process under
callgrind loads all functions with the built layer, and gets each event again (`replayed`). A stub
returns the answers over HTTP without TLS. It also answers for the queue, the connections and the
receivers of webhooks. callgrind writes what it has counted whenever the process calls `getloadavg`,
which nothing else does. So the figure is the handler with boto3 and its HTTP client, without TLS
and without what Lambda's runtime does.

One operation of 70 sometimes needs 2.8 M instructions more than in another run, and not always the
same one. So `make bench` shows these figures, and `make bench-check` does not compare them.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks import stub
from benchmarks.compared import ENVIRONMENT, PACKAGED, ROOT, python
from benchmarks.figures import Figure, table
from benchmarks.operations import counted, metered_workload, over_moto, unheard
from benchmarks.replayed import COUNTED, WARM_UP, Tails

MILLION = 1_000_000
TOTAL = re.compile(r"^(?:summary|totals): (\d+)", re.MULTILINE)


def measure() -> Iterator[Figure]:
    """Yield the million instructions of each operation. Without valgrind, yield nothing."""
    if not shutil.which("valgrind"):
        print("valgrind is not installed here, so instructions are not counted.", file=sys.stderr)
        return
    cases = list(recorded())
    runs = WARM_UP + COUNTED
    answers = [answer for case in cases for answer in case.pop("answers") * runs]
    with stub.running(answers) as url:
        numbers = executed(cases, url)
    for case, number in zip(cases, numbers, strict=True):
        yield Figure(f"{case['name']}: instructions", number / MILLION, "M")


@dataclass
class Recording:
    """The record of an operation: the ends of feeds before it, and the answers to it."""

    tails: Tails = field(default_factory=dict)
    answers: list[tuple[str, bytes]] = field(default_factory=list)


def recorded() -> Iterator[dict[str, Any]]:
    """Yield each operation: its name, folder, environment and event, and what was recorded."""
    with unheard(), over_moto(), ExitStack() as stack:
        from local.in_process.functions import app, clients, functions_of  # noqa: PLC0415

        meter, workload = metered_workload()
        meter.counts_botocore = False
        recording = Recording()
        stack.enter_context(listening(clients(), recording.answers))
        stack.enter_context(one_thread(app("relay"), "relay"))
        stack.enter_context(one_thread(app("work_orders_purge"), "hints"))
        for each in counted(_forgetting(workload.operations(), recording, app("relay")), meter):
            group = each.invocation.group
            [function, *_] = functions_of(group)
            yield {
                "name": each.name,
                "code": str(function.code),
                "environment": dict(function.environment),
                "event": each.invocation.event,
                "answers": list(recording.answers),
                "tails": recording.tails if group == "relay" else {},
            }


@contextmanager
def one_thread(module: Any, name: str) -> Iterator[None]:
    """Let a service of a function serve one agent at a time, so that its calls keep their order."""
    before = getattr(module, name)
    setattr(module, name, replace(before, threads=1))
    try:
        yield
    finally:
        setattr(module, name, before)


def _forgetting(operations: Any, recording: Recording, relay: Any) -> Iterator[Any]:
    """Yield the operations. Forget the answers to what prepared each of them."""
    for operation in operations:
        recording.answers.clear()
        recording.tails = _tails(relay)
        yield operation


def _tails(relay: Any) -> Tails:
    """Return the ends of the feeds that the relay remembers."""
    from agent_messaging.feed.tail import seen_to_text  # noqa: PLC0415 - within moto

    return {
        agent_id: [each.position.key, each.appended_at.isoformat(), seen_to_text(each.seen)]
        for agent_id, each in relay.relay.feed.appender._tails.items()
    }


@contextmanager
def listening(clients: list[Any], answers: list[tuple[str, bytes]]) -> Iterator[None]:
    """Note the operation and the body of each answer that the clients get."""

    def answered(event_name: str, response_dict: dict[str, Any], **_: Any) -> None:
        answers.append((event_name.rpartition(".")[2], response_dict["body"]))

    for client in clients:
        client.meta.events.register("before-parse.dynamodb", answered)
    try:
        yield
    finally:
        for client in clients:
            client.meta.events.unregister("before-parse.dynamodb", answered)


def executed(cases: list[dict[str, Any]], url: str) -> list[int]:
    """Return the instructions of each case, in a process under callgrind."""
    with tempfile.TemporaryDirectory(prefix="instructions-") as folder:
        given = Path(folder, "cases.json")
        given.write_text(json.dumps(cases, default=lambda each: each.decode("latin-1")), "utf-8")
        under = ["valgrind", "--tool=callgrind", "--dump-before=getloadavg", "-q"]
        subprocess.run(  # noqa: S603 - this module
            [
                *under,
                f"--callgrind-out-file={folder}/counted",
                *(python(), "-B", "-m", "benchmarks.replayed", str(given)),
            ],
            check=True,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            env={**ENVIRONMENT, **PACKAGED, "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": url},
        )
        dumps = 2 * COUNTED * len(cases)  # one before and one after each run
        totals = [_total(Path(folder, f"counted.{number}")) for number in range(2, dumps + 1, 2)]
        return [min(each) for each in batched(totals, COUNTED)]


def batched(values: list[int], size: int) -> Iterator[list[int]]:
    """Yield the values in lists of this size."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _total(part: Path) -> int:
    found = TOTAL.findall(part.read_text("utf-8"))
    return int(found[-1])


if __name__ == "__main__":
    print(table(measure()))
