"""The second engine: ministack's DynamoDB, isolated as DynamoDB is, where moto is not.

It lives in an environment of its own (`make test` makes it) and runs as a process of its own: its
data is memory, what it writes goes to a folder that is gone with it, and it ends when its stdin
does, so it outlives nobody.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
import requests
from botocore.config import Config

from local import isolated_engine
from local.cloudformation import REGION
from local.isolated_process import folders
from local.model import Table
from local.tables import create_tables
from local.template import load
from tests.e2e.server import free_port

# Beside the environment that runs the tests.
PYTHON = Path(sys.prefix).with_name(".venv-engine") / "bin" / "python"
READY_SECONDS = 30
END_SECONDS = 5

# ministack in one process that ends with its stdin. Something may be done first.
PROGRAM = """
import os, sys, threading

def end_with_stdin():
    sys.stdin.buffer.read()
    os._exit(0)

threading.Thread(target=end_with_stdin, daemon=True).start()
{first}
from ministack.app import main
sys.argv = ["ministack"]
main()
"""


@dataclass(frozen=True)
class SecondEngine:
    """A running engine."""

    url: str
    process: subprocess.Popen[bytes] = field(repr=False)

    def client(self, service: str = "dynamodb", **config: Any) -> Any:
        """A client of its own, with connections of its own; `config` is botocore's."""
        return boto3.session.Session().client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id="local",
            aws_secret_access_key="local",
            config=Config(account_id_endpoint_mode="disabled", proxies={}, **config),
        )

    def create_tables(self, prefix: str = "") -> dict[str, str]:
        """The template's tables, empty: their physical names, `prefix` first, by logical id."""
        tables = load().tables
        create_tables(self.client(), [renamed(table, prefix + table.name) for table in tables])
        return {table.name: prefix + table.name for table in tables}


def renamed(table: Table, name: str) -> Table:
    """The same table under another name."""
    return replace(table, name=name, create={**table.create, "TableName": name})


@contextlib.contextmanager
def second_engine(first: str = "", **environment: str) -> Iterator[SecondEngine]:
    """An empty engine that answers; `environment` are more of ministack's own settings.

    `first` is code that its process runs before ministack.
    """
    assert PYTHON.exists(), f"there is no second engine at {PYTHON}: make test makes it"
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="second-engine-") as folder:
        process = subprocess.Popen(
            [PYTHON, "-c", PROGRAM.format(first=first)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**settings(port, folder), **environment},
            # Ctrl-C at the terminal is for the tests, which then end it.
            start_new_session=True,
        )
        engine = SecondEngine(f"http://127.0.0.1:{port}", process)
        try:
            wait_until_healthy(engine)
            yield engine
        finally:
            end(process)


def settings(port: int, folder: str) -> dict[str, str]:
    """On this machine alone, DynamoDB alone, nothing kept; nothing of the user's environment."""
    return {
        "PATH": os.environ["PATH"],
        **folders(folder),
        **isolated_engine.settings("dynamodb,dynamodbstreams"),
        "GATEWAY_PORT": str(port),
    }


def wait_until_healthy(engine: SecondEngine) -> None:
    """Return when it answers; fail when it ended or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        assert engine.process.poll() is None, "the second engine ended before it was ready"
        assert time.monotonic() < deadline, "the second engine was not ready in time"
        with contextlib.suppress(requests.ConnectionError):
            if requests.get(f"{engine.url}/_ministack/health", timeout=30).ok:
                return
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends it: its stdin first, then the process itself."""
    process.stdin.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
