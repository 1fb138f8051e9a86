"""Compare the CPU time of candidates, which are measured in one run.

A candidate is a function that takes settings, and returns the code to run once per request. It runs
in its own process, with the functions' Python if `make bench` found it (`.venv-runtime`). The
product runs with the built layer. The CPU time is user and system time of all threads of these
processes. The process that answers them does not count.

    python -m benchmarks.compared <module>:<function>     the process, with commands on stdin
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
WARM_UP = 40  # requests before the first measurement
FEWEST = 20  # the fewest requests of a measurement

# No settings of an account. The token is as long as on Lambda, because it is signed.
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


# The product runs with the layer that `make bench` built.
LAYER = ROOT / ".aws-sam" / "stack" / "AgentMessagingLayer" / "python"
PACKAGED = {"PYTHONPATH": f"{LAYER}:{ROOT}"} if LAYER.exists() and RUNTIME_PYTHON.exists() else {}


class Candidate:
    """A running process. Leaving the context ends it."""

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
        """Return the CPU time of a number of requests."""
        return float(self._ask(f"run {requests}"))

    def calls(self) -> int:
        """Return how many Python functions one request calls."""
        return int(self._ask("calls"))

    def __enter__(self) -> "Candidate":
        """Return the candidate."""
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
            raise RuntimeError(f"{self.name} ended without an answer")
        return answer


def python() -> str:
    """Return the path of the candidates' Python."""
    return str(RUNTIME_PYTHON) if RUNTIME_PYTHON.exists() else sys.executable


class Taken(NamedTuple):
    """The CPU time of a request: its ratio to a base, and its microseconds on this machine."""

    ratio: float
    microseconds: float


def compared(
    candidates: Mapping[str, Candidate], base: str, *, rounds: int = 25, seconds: float = 0.05
) -> dict[str, Taken]:
    """Return the CPU time per request of each candidate, and its ratio to `base`. Use the best
    rounds.

    In each round, each candidate runs for about `seconds`, in alternating order. Other work on the
    machine makes rounds slower, so the best rounds are the undisturbed ones. This leaves out what a
    candidate does only now and then, such as garbage collection.
    """
    requests = {
        name: max(FEWEST, round(FEWEST * seconds / candidate.seconds(FEWEST)))
        for name, candidate in candidates.items()
    }
    best = dict.fromkeys(candidates, math.inf)
    for number in range(rounds):
        for name in list(candidates)[:: -1 if number % 2 else 1]:
            best[name] = min(best[name], candidates[name].seconds(requests[name]) / requests[name])
    return {name: Taken(took / best[base], took * 1e6) for name, took in best.items()}


def calls_of(run: Callable[[], object]) -> int:
    """Return how many Python functions a run calls."""
    number = -1  # do not count the run itself

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal number
        number += event == "call"

    gc.collect()
    gc.disable()  # callbacks of weak references would also count
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
    """Serve commands until stdin ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    module, _, function = sys.argv[1].partition(":")
    make = getattr(importlib.import_module(module), function)
    # Drop what the candidate logs.
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
