"""Run the workers of the swarm, each in a process of its own."""

from __future__ import annotations

import os
import subprocess  # nosec B404 - it runs this installation alone
import sys
from pathlib import Path

from local.demo_api import DemoError
from local.demo_worker import WORK_SECONDS

ROOT = Path(__file__).parents[1]
END_SECONDS = 10


class Crew:
    """The processes of the workers, by the ids of their agents."""

    def __init__(self, url: str, work_seconds: float = WORK_SECONDS) -> None:
        self._url = url
        self._work_seconds = work_seconds
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, agent_id: str, capability: str) -> int:
        """Start a worker. Return the id of its process."""
        arguments = [self._url, agent_id, capability, str(os.getpid()), str(self._work_seconds)]
        process = subprocess.Popen(  # nosec B603 - the arguments are this demo's own
            [sys.executable, "-E", "-m", "local.demo_worker", *arguments],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
        )
        self._processes[agent_id] = process
        return process.pid

    def kill(self, agent_id: str) -> int:
        """Kill a worker, which cannot notice it. Return the id of its process."""
        process = self._processes.pop(agent_id)
        process.kill()
        process.wait(END_SECONDS)
        return process.pid

    def require_running(self) -> None:
        """Raise DemoError if a worker ended by itself."""
        for process in self._processes.values():
            status = process.poll()
            if status is not None:
                raise DemoError(f"process {process.pid} of a worker ended with status {status}")

    def stop(self) -> None:
        """Kill all workers."""
        for agent_id in list(self._processes):
            self.kill(agent_id)
