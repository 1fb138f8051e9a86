"""The stand-in cloud as a process of its own, started on a free port and ended by its id."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
READY_SECONDS = 30
END_SECONDS = 10


@dataclass(frozen=True)
class Server:
    """A running server."""

    url: str
    process: subprocess.Popen[str]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(*arguments: str, root: Path = ROOT, **environment: str) -> subprocess.Popen[str]:
    """`python -m local` with these arguments, its output captured."""
    return subprocess.Popen(
        [sys.executable, "-m", "local", *arguments],
        cwd=root,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextlib.contextmanager
def running_server(*arguments: str, root: Path = ROOT) -> Iterator[Server]:
    """A server that answers; ended as Ctrl-C ends it."""
    port = free_port()
    with Path(os.environ.get("SERVER_LOG", os.devnull)).open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local", "--port", str(port), *arguments],
            cwd=root,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        wait_until_ready(server)
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(END_SECONDS)
        finally:
            process.kill()


def wait_until_ready(server: Server) -> None:
    """Return when the server answers; fail when it ended or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        assert server.process.poll() is None, "the server ended before it was ready"
        assert time.monotonic() < deadline, "the server was not ready in time"
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(f"{server.url}/health", timeout=5).status_code == 200:
                return
        time.sleep(0.05)
