"""An account of AWS on this machine: ministack with all its services, and with its IAM.

`AUTH` makes it evaluate policies: a function has the rights of its role and no others; what calls
with the account's own key may do everything. A function runs in processes of its own, on
ministack's Python, which is the layer's.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.cloudformation import REGION
from tests.engine import SecondEngine, second_engine
from tests.stack.receiver import Receiver, receiver

ROOT_KEY = "local"

# ministack starts a process for each call of a function that finds none free, as Lambda does, but
# on this one machine: sixteen clients would start hundreds. Here each version of a function has
# one, and calls wait for it. Each process would also unpack the layer's thousand files for itself;
# here the first one does.
FRUGAL = """
import os, threading, time, zipfile
from ministack.core import lambda_runtime

acquire = lambda_runtime.acquire_worker
unpack = zipfile.ZipFile.extractall
unpacking = threading.Lock()

def acquire_patiently(*arguments, **named):
    while True:
        worker, reason = acquire(*arguments, **{**named, "max_concurrency": 1})
        if worker is not None:
            return worker, reason
        time.sleep(0.005)

def unpack_once(archive, path=None, members=None, pwd=None):
    if not os.path.basename(str(archive.filename)).startswith("layer_"):
        return unpack(archive, path, members, pwd)
    content = hash(tuple((each.filename, each.CRC) for each in archive.infolist()))
    shared = os.path.join(os.environ["TMPDIR"], f"unpacked-{content:x}")
    with unpacking:
        if not os.path.exists(shared):
            unpack(archive, shared)
    for name in os.listdir(shared):
        os.symlink(os.path.join(shared, name), os.path.join(path, name))

lambda_runtime.acquire_worker = acquire_patiently
zipfile.ZipFile.extractall = unpack_once
"""

# On AWS, connections are posted to at the host of their API, which a name server knows. Here all
# APIs have one host. So the API is that of the connection.
CONNECTIONS = """
from ministack import app
from ministack.services import apigateway

parse = app._parse_execute_api_url

def parse_with_connections(host, path):
    if not path.startswith("/@connections/"):
        return parse(host, path)
    connection_id = path.removeprefix("/@connections/").split("/", 1)[0]
    found = apigateway._ws_connections.get(connection_id) or {}
    return found.get("apiId", "none"), "live", path

app._parse_execute_api_url = parse_with_connections
"""

# A parameter of CloudFormation is text. The emulator compares a mapping's maximum concurrency with
# a number without converting it, so its poller fails before it has read a queue.
MAPPINGS = """
from ministack.services import lambda_svc

concurrency = lambda_svc._sqs_esm_concurrency

def concurrency_as_number(esm, *arguments):
    scaling = {name: int(value) for name, value in (esm.get("ScalingConfig") or {}).items()}
    return concurrency({**esm, "ScalingConfig": scaling}, *arguments)

lambda_svc._sqs_esm_concurrency = concurrency_as_number
"""


@dataclass(frozen=True)
class Account:
    """The account, and what leads a client or a command to it."""

    engine: SecondEngine
    receiver: Receiver

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.engine.url

    def client(self, service: str) -> Any:
        """A client with the account's own key."""
        return self.engine.client(service)

    def environment(self) -> dict[str, str]:
        """For a command: it reaches this account, and no profile of the user's."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
        }


@contextlib.contextmanager
def account() -> Iterator[Account]:
    """An empty account."""
    settings = {"AUTH": "true", "SERVICES": "", "LAMBDA_EXECUTOR": "local"}
    root = {"AWS_ACCESS_KEY_ID": ROOT_KEY, "AWS_SECRET_ACCESS_KEY": ROOT_KEY}
    with (
        second_engine(FRUGAL + CONNECTIONS + MAPPINGS, **settings, **root) as engine,
        receiver() as received,
    ):
        yield Account(engine, received)
