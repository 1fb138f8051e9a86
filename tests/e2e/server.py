"""The stand-in cloud as a process of its own, started on a free port and ended by its id."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import requests

ROOT = Path(__file__).parents[2]
READY_SECONDS = 30
END_SECONDS = 10


@dataclass(frozen=True)
class Server:
    """A running server, and the file that it prints to from `begins_at` on."""

    url: str
    process: subprocess.Popen[str]
    log: IO[bytes]
    begins_at: int

    @property
    def output(self) -> str:
        """What it has printed so far."""
        descriptor = self.log.fileno()
        size = os.fstat(descriptor).st_size - self.begins_at
        return os.pread(descriptor, size, self.begins_at).decode()

    def printed(self, pattern: str) -> str:
        """The first group of a pattern, as soon as it is printed."""
        deadline = time.monotonic() + READY_SECONDS
        while (found := re.search(pattern, self.output, re.MULTILINE)) is None:
            assert self.process.poll() is None, f"the server ended: {self.output}"
            assert time.monotonic() < deadline, f"{pattern} was not printed in time"
            time.sleep(0.05)
        return found[1]

    def registration_key(self) -> str:
        """What a registration has to show where REGISTRATION=key."""
        return self.printed(r"X-Registration-Key: (\w+)$")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def running_server(
    *arguments: str, auth: str = "open", registration: str = "open", root: Path = ROOT
) -> Iterator[Server]:
    """A server that answers; ended as Ctrl-C ends it."""
    port = free_port()
    modes = ("--auth", auth, "--registration", registration)
    with log_file() as log:
        begins_at = log.seek(0, os.SEEK_END)
        process = subprocess.Popen(
            [sys.executable, "-m", "local", "--port", str(port), *modes, *arguments],
            cwd=root,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        server = Server(f"http://127.0.0.1:{port}", process, log, begins_at)
        try:
            # The banner is printed last. A request would start a process that few tests need.
            server.printed(r"^(Ready)\b")
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(END_SECONDS)
            finally:
                process.kill()


def log_file() -> IO[bytes]:
    """The file that SERVER_LOG names, or one that is gone when it is closed."""
    name = os.environ.get("SERVER_LOG")
    return Path(name).open("ab+") if name else tempfile.TemporaryFile()


def wait_until_ready(url: str, process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Return when the server answers; fail when it ended or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        assert process.poll() is None, "the server ended before it was ready"
        assert time.monotonic() < deadline, "the server was not ready in time"
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(f"{url}/health", timeout=30).status_code == 200:
                return
        time.sleep(0.05)
