"""Two sides measured in one run: a process each, called in turns, compared by their best.

A side is a function that takes settings and returns what is to be run once per request. It runs in
a process of its own, on the functions' Python where `make bench` found one (`.venv-runtime`), the
product's on the layer as it was built. What is compared is CPU time (user and system, all threads)
of these processes; whatever answers them is a process that is not counted.

    python -m benchmarks.compared <module>:<function>     the process; commands on stdin
"""

import contextlib
import gc
import importlib
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
RUNTIME_PYTHON = ROOT / ".venv-runtime" / "bin" / "python"
END_SECONDS = 10
WARM_UP = 40  # requests before anything is measured
FEWEST = 20  # requests that are measured at once

# Nothing that leads to an account. The token is as long as Lambda's, for it is signed.
ENVIRONMENT = {
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "t" * 900,
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "POWERTOOLS_SERVICE_NAME": "agent-messaging",
    "POWERTOOLS_METRICS_NAMESPACE": "agent-messaging",
    "PYTHONHASHSEED": "0",
    "PYTHONPATH": f"{ROOT}/layers/agent_messaging:{ROOT}",
}


# The product's side runs on what `make bench` has built.
LAYER = ROOT / ".aws-sam" / "stack" / "AgentMessagingLayer" / "python"
PACKAGED = {"PYTHONPATH": f"{LAYER}:{ROOT}"} if LAYER.exists() and RUNTIME_PYTHON.exists() else {}


class Side:
    """A running process; `with` ends it."""

    def __init__(self, make: str, environment: Mapping[str, str], settings: Any = None) -> None:
        self.name = make
        self.process = subprocess.Popen(  # noqa: S603 - this module
            [python(), "-m", "benchmarks.compared", make],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **ENVIRONMENT, **environment},
        )
        self._ask(json.dumps(settings))

    def seconds(self, requests: int) -> float:
        """The CPU time of so many requests."""
        return float(self._ask(f"run {requests}"))

    def calls(self) -> int:
        """The Python functions that one request calls."""
        return int(self._ask("calls"))

    def __enter__(self) -> "Side":
        """The side itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        if self.process.stdin is not None and self.process.stdout is not None:
            self.process.stdin.close()
            self.process.stdout.close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _ask(self, line: str) -> str:
        if self.process.stdin is None or self.process.stdout is None:
            raise TypeError("the process has no pipes")
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self.name} ended before it answered")
        return answer


def python() -> str:
    """The Python of the sides."""
    return str(RUNTIME_PYTHON) if RUNTIME_PYTHON.exists() else sys.executable


class Taken(NamedTuple):
    """CPU of a request: its ratio to that of a base, and the microseconds that it took here."""

    ratio: float
    microseconds: float


def compared(
    sides: Mapping[str, Side], base: str, *, rounds: int = 25, seconds: float = 0.05
) -> dict[str, Taken]:
    """CPU per request of each side, and its ratio to that of `base`: each by its best round.

    In each round each side runs for about as many `seconds`, in turns forwards and backwards. What
    else a machine does makes most rounds slower, so the best are those that it left alone; what a
    side itself does only now and then (garbage, a checkpoint) is left out with them.
    """
    requests = {
        name: max(FEWEST, round(FEWEST * seconds / side.seconds(FEWEST)))
        for name, side in sides.items()
    }
    best = dict.fromkeys(sides, math.inf)
    for number in range(rounds):
        for name in list(sides)[:: -1 if number % 2 else 1]:
            best[name] = min(best[name], sides[name].seconds(requests[name]) / requests[name])
    return {name: Taken(took / best[base], took * 1e6) for name, took in best.items()}


def calls_of(run: Callable[[], object]) -> int:
    """How many Python functions a run calls."""
    number = -1  # the run itself

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal number
        number += event == "call"

    gc.collect()
    gc.disable()  # a callback of a weak reference is a call, too
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
        gc.enable()
    return number


def _commands() -> Iterator[str]:
    while line := sys.stdin.readline():
        yield line.strip()


def main() -> None:
    """Serve the commands until stdin ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    module, _, function = sys.argv[1].partition(":")
    make = getattr(importlib.import_module(module), function)
    # What is measured may log; nobody reads it here.
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        commands = _commands()
        run: Callable[[], object] = make(json.loads(next(commands)))
        for _ in range(WARM_UP):
            run()
        print("ready", file=answers, flush=True)
        for command in commands:
            if command == "calls":
                print(calls_of(run), file=answers, flush=True)
                continue
            requests = int(command.split()[1])
            begun = time.process_time()
            for _ in range(requests):
                run()
            print(time.process_time() - begun, file=answers, flush=True)


if __name__ == "__main__":
    main()
