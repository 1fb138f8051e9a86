"""How many lapsed orders the sweep ends in a second, in one thread and in several.

    python -m benchmarks.sweeps [ORDERS]

The function runs in this process, and DynamoDB is a stub in another one. The stub answers a read
after 5 ms and a transaction after 20 ms. Each worker has 20 of the orders. So the figures show what
the function needs: how long it waits, and its CPU time. DynamoDB's own limits are in docs/scale.md.

The CPU time is that of this machine, with one core of its own. docs/scale.md computes from it what
the function does with its share of a core on Lambda.
"""

import base64
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import assumed, figures
from benchmarks.compared import ENVIRONMENT
from benchmarks.figures import Figure
from benchmarks.operations import over_moto, unheard

ROOT = Path(__file__).resolve().parents[1]
ORDERS, IN_ONE_THREAD, ROUNDS = 1_000, 200, 3
ORDERS_OF_A_WORKER = 20
TABLE = "WorkOrdersTable"
END_SECONDS = 10


def measure(orders: int = ORDERS) -> Iterator[Figure]:
    """Yield orders a second and CPU milliseconds an order, each of the best round."""
    head = lapsed_head()
    for threads, number in ((1, min(orders, IN_ONE_THREAD)), (None, orders)):
        rounds = [swept(head, number, threads) for _ in range(ROUNDS)]
        seconds, cpu, used = map(min, zip(*rounds, strict=True))
        name = f"sweep in {used} thread{'s' if used > 1 else ''}"
        yield Figure(f"{name}: orders a second", number / seconds, "orders/s", kind="machine")
        yield Figure(f"{name}: CPU of an order", 1000 * cpu / number, "ms", kind="machine")


def lapsed_head() -> Any:
    """Return the head of an accepted order whose lease has ended, as DynamoDB stores it."""
    with unheard(), over_moto():
        from agent_messaging.storage.table import encode  # noqa: PLC0415 - with the layer
        from local.in_process.host import Host  # noqa: PLC0415

        host = Host()
        for name in ("nova", "boots"):
            host.register(name)
        order = host.offer("nova", "boots", lease_seconds=60)
        path = f"/messaging/work-order/{order}/respond"
        host.call("POST", path, {"agent_id": "boots"}, {"action": "accept"})
        host.lapse(order)
        [head] = [each for each in host.items(TABLE) if each["part"] == "head"]
        return encode(head)


def swept(head: Any, orders: int, threads: int | None) -> tuple[float, float, int]:
    """Sweep once. Return the seconds, the CPU seconds, and the number of threads for orders."""
    settings = {
        "head": head,
        "table": TABLE,
        "orders": orders,
        "workers": max(1, orders // ORDERS_OF_A_WORKER),
        "read_seconds": assumed.DYNAMODB_SECONDS,
        "write_seconds": assumed.TRANSACTION_SECONDS,
    }
    with stub(settings) as url, unheard():
        module = function(url)
        from local.in_process.runtime import Context  # noqa: PLC0415 - with the layer

        if threads is not None:
            module.sweep = replace(module.sweep, threads=threads, mark_threads=threads)
        begun, cpu = time.perf_counter(), time.process_time()
        done = module.handler({}, Context(900_000))
        taken = time.perf_counter() - begun, time.process_time() - cpu
    if done["lapsed"] != orders:
        raise RuntimeError(f"{done} of {orders} orders")
    return *taken, module.sweep.threads


def function(url: str) -> Any:
    """Return the module of the sweep's function, connected to the stub."""
    from local.in_process.functions import functions_of  # noqa: PLC0415 - with the layer
    from local.in_process.runtime import load_app  # noqa: PLC0415

    [sweep] = functions_of("work_orders_sweep")
    os.environ |= {**ENVIRONMENT, **sweep.environment, "AWS_ENDPOINT_URL_DYNAMODB": url}
    os.environ["AWS_ACCOUNT_ID_ENDPOINT_MODE"] = "disabled"
    try:
        return load_app("benchmarked_sweep", sweep.code)
    finally:
        del os.environ["AWS_ENDPOINT_URL_DYNAMODB"]


@contextlib.contextmanager
def stub(settings: Any) -> Iterator[str]:
    """Yield the URL of a stub with these settings. Check that it saw each order end once."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sweep_stub"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    with process:
        assert process.stdin is not None  # noqa: S101 - piped
        assert process.stdout is not None  # noqa: S101
        process.stdin.write(json.dumps(settings, default=in_base64) + "\n")
        process.stdin.flush()
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
            process.stdin.close()
            ended = json.loads(process.stdout.readline())
        finally:
            process.kill()
    if ended != [settings["orders"], 0]:
        raise RuntimeError(f"{ended[0]} orders were ended, {ended[1]} of them more than once")


def in_base64(content: bytes) -> str:
    """Return bytes as DynamoDB sends them."""
    return base64.b64encode(content).decode()


if __name__ == "__main__":
    print(figures.table(list(measure(*map(int, sys.argv[1:])))))
