"""Servers and processes of the runner, over a small project of each test's own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local import engine
from local.template import load
from tests.unit.local.project import write_project

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def project(tmp_path):
    return write_project(tmp_path)


@pytest.fixture
def template(project):
    return load(project / "template.yaml")


@pytest.fixture(scope="session")
def moto_url():
    """The storage process, shared: each test takes tables of its own, or makes them again."""
    process = subprocess.Popen(
        [sys.executable, "-m", "local.moto_engine"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    process.stdin.close()
    process.wait(5)
    process.stdout.close()


@pytest.fixture
def dynamodb(moto_url):
    client = engine.dynamodb(moto_url)
    yield client
    for name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)
    client.close()


class Server:
    """`python -m local`, as a user starts it."""

    def __init__(self, folder, *arguments, **variables):
        self.folder = folder
        self.log = folder / f"log-{os.urandom(4).hex()}"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "local", "--template", folder / "template.yaml", *arguments],
                cwd=ROOT,
                env={**os.environ, "PORT": "0", **variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self):
        return self.log.read_text()

    @property
    def url(self):
        return "http://" + self.output.split("http://")[1].split("/")[0]

    def wait_until_started(self):
        """Returns when it is ready or has ended."""
        wait(lambda: "\nReady" in self.output or self.process.poll() is not None, seconds=30)

    def end(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def start(project):
    """Starts servers that are gone after the test; waits until each is ready or has ended."""
    servers = []

    def start_one(*arguments, **variables):
        server = Server(project, *arguments, **variables)
        servers.append(server)
        server.wait_until_started()
        return server

    yield start_one
    for server in servers:
        server.end()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A server for the tests of a module that only ask: none changes its project, none ends it."""
    server = Server(write_project(tmp_path_factory.mktemp("shared")))
    server.wait_until_started()
    yield server
    server.end()


@pytest.fixture
def wait_until():
    return wait


def wait(condition, seconds=10):
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, "it did not happen in time"
        time.sleep(0.02)
