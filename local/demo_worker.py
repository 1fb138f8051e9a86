"""Be a worker of a pool, in a process of its own: `python -m local.demo_worker`.

The worker looks for orders of its capability, claims one, reports progress and completes it. Then
it looks again. It ends with the process that started it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from local.demo_api import Answer, Api, DemoError, RefusedError

LOOK_SECONDS = 0.5
"""How long a worker waits before it looks for work again."""
WORK_SECONDS = 5.0
"""How long a worker takes for one order."""
COSTS_USD = {"tents": 84, "stoves": 31, "lamps": 12, "ropes": 19}
"""What this worker knows about products."""


class Calls(Protocol):
    """What a worker needs of the demo's API."""

    def call(
        self, method: str, path: str, query: dict[str, str], body: Answer | None = None
    ) -> Answer:
        """Call a route. Raises RefusedError, DemoError."""


@dataclass(frozen=True)
class Worker:
    """An agent that takes orders for a capability, one after another."""

    api: Calls
    agent_id: str
    capability: str
    work_seconds: float = WORK_SECONDS

    def run(self) -> Iterator[float]:
        """Work for ever. Yield the seconds to wait before the next step.

        Raises:
            DemoError: the API refused a request, or does not answer.
        """
        while True:
            beat = self._call("POST", "heartbeat")
            for _ in range(int(beat["next_heartbeat_in"] / LOOK_SECONDS)):
                yield from self._look()
                yield LOOK_SECONDS

    def _look(self) -> Iterator[float]:
        """Do the first order that this worker gets, if any."""
        found = self._call("GET", "work-orders", role="candidate", capability=self.capability)
        for order in found["work_orders"]:
            if self._claims(order["work_order_id"]):
                yield from self._do(order)
                return

    def _claims(self, order_id: str) -> bool:
        """Claim an order. Return False if another worker was faster."""
        try:
            self._call("POST", f"work-order/{order_id}/claim")
        except RefusedError as error:
            if error.status == HTTPStatus.CONFLICT:
                return False
            raise
        return True

    def _do(self, order: Answer) -> Iterator[float]:
        """Work on an order, and complete it. The report of progress renews the lease."""
        path, product = f"work-order/{order['work_order_id']}", order["title"]
        yield self.work_seconds / 2
        self._call("POST", f"{path}/progress", {"percent": 50})
        yield self.work_seconds / 2
        result = {"product": product, "cost_usd": COSTS_USD.get(product)}
        self._call("POST", f"{path}/complete", {"result_data": result})

    def _call(self, method: str, path: str, body: Answer | None = None, **query: str) -> Answer:
        return self.api.call(method, path, {"agent_id": self.agent_id, **query}, body)


def main() -> int:
    """Work until the process that started this one ends. Return 1 if a request failed."""
    parser = argparse.ArgumentParser()
    for name in ("url", "agent_id", "capability"):
        parser.add_argument(name)
    parser.add_argument("starter", type=int, help="the id of the process that started this one")
    parser.add_argument("work_seconds", type=float)
    given = parser.parse_args()
    # Ctrl-C is for the process that started this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = Worker(Api(given.url), given.agent_id, given.capability, given.work_seconds)
    try:
        for seconds in worker.run():
            time.sleep(seconds)
            if os.getppid() != given.starter:
                return 0
    except DemoError as error:
        print(f"\nA worker failed: {error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
