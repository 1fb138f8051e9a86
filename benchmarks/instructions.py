"""How many instructions a warm invocation executes, for each operation.

    python -m benchmarks.instructions     needs valgrind and the built layer

The operations run once with moto, which records DynamoDB's answers. Then one process under
callgrind loads all functions with the built layer, and gets each event again. A stub returns the
answers over HTTP without TLS. callgrind writes what it has counted whenever the process calls
`getloadavg`, which nothing else does. So the figure is the handler with boto3 and its HTTP client,
without TLS and without what Lambda's runtime does.

One operation of 70 sometimes needs 2.8 M instructions more than in another run, and not always the
same one. So `make bench` shows these figures, and `make bench-check` does not compare them.
"""

import gc
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks import stub
from benchmarks.compared import ENVIRONMENT, PACKAGED, ROOT, python
from benchmarks.figures import Figure, table
from benchmarks.operations import counted, metered_workload, over_moto, unheard

MILLION = 1_000_000
WARM_UP = 1  # runs before those that count
COUNTED = 2  # the smaller figure counts: a busy machine can close a connection, which costs more
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


def recorded() -> Iterator[dict[str, Any]]:
    """Yield each operation: its name, folder, environment and event, and DynamoDB's answers."""
    with unheard(), over_moto(), ExitStack() as stack:
        from local.in_process.functions import clients, functions_of  # noqa: PLC0415 - within moto

        meter, workload = metered_workload()
        meter.counts_botocore = False
        answers = stack.enter_context(listening(clients()))
        for each in counted(_forgetting(workload.operations(), answers), meter):
            group = each.invocation.group
            [function, *_] = functions_of(group)
            yield {
                "name": each.name,
                "code": str(function.code),
                "environment": dict(function.environment),
                "event": each.invocation.event,
                "answers": list(answers),
            }


def _forgetting(operations: Any, answers: list[Any]) -> Iterator[Any]:
    """Yield the operations. Forget the answers to what prepared each of them."""
    for operation in operations:
        answers.clear()
        yield operation


@contextmanager
def listening(clients: list[Any]) -> Iterator[list[tuple[str, bytes]]]:
    """Note the operation and the body of each answer that the clients get."""
    answers: list[tuple[str, bytes]] = []

    def answered(event_name: str, response_dict: dict[str, Any], **_: Any) -> None:
        answers.append((event_name.rpartition(".")[2], response_dict["body"]))

    for client in clients:
        client.meta.events.register("before-parse.dynamodb", answered)
    try:
        yield answers
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
                *(python(), "-B", "-m", "benchmarks.instructions", str(given)),
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


def replay(given: Path) -> None:
    """Invoke the functions, and mark the beginning and the end of what counts."""
    from benchmarks.functions import Uncounted  # noqa: PLC0415 - in the process that is counted
    from local.in_process.runtime import Context, load_app  # noqa: PLC0415

    apps: dict[str, Any] = {}
    for case in json.loads(given.read_text("utf-8")):
        os.environ.update(case["environment"])
        code = Path(case["code"])
        if code.name not in apps:
            apps[code.name] = load_app(f"app_{code.name}", code)
            _without_queue()
            if hasattr(apps[code.name], "meter"):
                apps[code.name].meter.table = Uncounted()
        handler = apps[code.name].handler
        for _ in range(WARM_UP):
            _forget(apps[code.name])
            answer = handler(case["event"], Context(25_000))
            wanted = 404 if case["event"].get("routeKey") == "$default" else 200
            if answer.get("statusCode", 200) not in range(wanted, wanted + 100):
                raise RuntimeError(f"{case['name']}: {answer}")
        gc.collect()
        gc.disable()  # a collection belongs to many invocations
        for _ in range(COUNTED):
            _forget(apps[code.name])
            os.getloadavg()
            handler(case["event"], Context(25_000))
            os.getloadavg()
        gc.enable()


def _without_queue() -> None:
    """Let the queue of webhooks take everything. The stub answers for DynamoDB alone."""
    from agent_messaging.storage.queue import Queue  # noqa: PLC0415 - within the built layer

    def take(*_: Any) -> None:
        pass

    Queue.send = take  # type: ignore[method-assign]


def _forget(app: Any) -> None:
    """Let a function not know which chunks of the sent log are full. The answers are the same."""
    if hasattr(app, "sent_log"):
        app.sent_log._full.clear()


if __name__ == "__main__":
    if sys.argv[1:]:
        replay(Path(sys.argv[1]))
    else:
        print(table(measure()))
