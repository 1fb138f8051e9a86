"""Start the agents and processes of the demo's swarm, and end all of them at last."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from local.demo_api import NOVA, Answer, DemoError
from local.demo_worker import Calls

LOOK_SECONDS = 0.5
"""How long Boots waits before it looks at the parts again."""


class Workers(Protocol):
    """The processes of the workers, by the ids of their agents."""

    def start(self, agent_id: str, capability: str) -> int:
        """Start a worker. Return the id of its process."""

    def kill(self, agent_id: str) -> int:
        """Kill a worker. Return the id of its process."""

    def require_running(self) -> None:
        """Raise DemoError if a worker ended by itself."""

    def stop(self) -> None:
        """Kill all workers."""


class Stage:
    """The agents of the swarm. `now` returns seconds that only grow, and `sleep` waits."""

    def __init__(
        self,
        api: Calls,
        workers: Workers,
        now: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._api = api
        self.workers = workers
        self.now = now
        self._sleep = sleep
        # A new word each time, so that no other agent of the server is a candidate.
        self.capability = f"estimates-{secrets.token_hex(4)}"
        self.names: dict[str, str] = {}
        """The names of the workers, by the ids of their agents."""
        self.order: str | None = None
        self.parts: dict[str, Answer] = {}
        """The parts as Boots saw them last, by the ids of their orders."""
        self._began = self.told = now()

    def call(self, agent_id: str, method: str, path: str, body: Answer | None = None) -> Answer:
        """Call a route as an agent. Raises RefusedError, DemoError."""
        name = "from_agent_id" if path == "work-order" else "agent_id"
        return self._api.call(method, path, {name: agent_id}, body)

    def hire(self, name: str) -> int:
        """Register a worker and start it. Return the id of its process."""
        profile = {"name": name, "capabilities": [self.capability]}
        agent_id = str(self._api.call("POST", "agents/register", {}, profile)["agent_id"])
        self.names[agent_id] = name
        return self.workers.start(agent_id, self.capability)

    def tell(self, line: str) -> None:
        """Print what happened, after the seconds since the beginning."""
        self.told = self.now()
        print(f"{self.told - self._began:6.1f} s  {line}", flush=True)

    def wait_until(self, is_so: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until something is so. Raises DemoError if it takes too long."""
        ends_at = self.now() + seconds
        while not is_so():
            self.workers.require_running()
            if self.now() > ends_at:
                raise DemoError(f"{what}, but after {seconds:.0f} seconds this is not so")
            self._sleep(LOOK_SECONDS)

    @contextmanager
    def cleaned(self) -> Iterator[None]:
        """Kill the workers at the end, cancel the order if it is open, and delete their agents.

        An error of the demo itself matters more than one of this, which is not shown.
        """
        try:
            yield
        finally:
            self.workers.stop()
            if self.order is not None:
                # The server refuses this for a completed order.
                with suppress(DemoError):
                    self.call(NOVA, "POST", f"work-order/{self.order}/cancel", {})
            for agent_id in self.names:
                with suppress(DemoError):
                    self.call(agent_id, "DELETE", "agents/me")
