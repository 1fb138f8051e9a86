"""README's worker of a swarm runs as it is written, three times. Only URL and pause differ."""

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import requests

from tests.local.test_readme import README, commands, run
from tests.local.test_readme_waking import until

NAMES = ("ada", "ben", "cleo")
ORDERS = 4
SECONDS = 60


@contextmanager
def worker(url: str, name: str) -> Iterator[None]:
    """The program as a process of its own, which must not end by itself."""
    (code,) = re.findall(r"## Run a swarm\n.*?```python\n(.*?)```", README, flags=re.DOTALL)
    code = code.replace("http://127.0.0.1:8080", url).replace("time.sleep(5)", "time.sleep(0.2)")
    process = subprocess.Popen([sys.executable, "-c", code, name])
    try:
        yield
        assert process.poll() is None, f"{name} ended by itself"
    finally:
        process.kill()
        process.wait()


def offered(url: str) -> str:
    """The order of step 4, for candidates."""
    step_4 = commands("Five things to do")[3]
    command = step_4.replace('"to_agent_id": "boots-agent-id"', '"to_capability": "estimates"')
    assert command != step_4
    return str(run(command, url)["work_order_id"])


def test_three_workers_share_the_orders_of_step_4(url: str) -> None:
    orders = [offered(url) for _ in range(ORDERS)]

    def order(order_id: str) -> dict:
        path = f"{url}/api/v1/messaging/work-order/{order_id}"
        return requests.get(path, params={"agent_id": "nova-agent-id"}, timeout=30).json()

    def are_completed() -> bool:
        return all(order(each)["status"] == "completed" for each in orders)

    with ExitStack() as workers:
        for name in NAMES:
            workers.enter_context(worker(url, name))
        until(are_completed, SECONDS, "the workers did not complete all orders")

    for each in map(order, orders):
        assert each["worker"]["id"] in NAMES
        assert Counter(entry["action"] for entry in each["history"])["claim"] == 1
