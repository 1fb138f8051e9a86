"""`sam local invoke` as docs/developing.md shows it: with each event file, over a local server.

SAM itself says what its container gets (sam_local.py). A process gets the same (container.py).
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from local import engine
from local.template import load
from tests import engine as second_engine
from tests.e2e.server import ROOT, Server, running_server
from tests.integration.events.files import EVENTS, FILES, FRAME, kind_of, operation_of
from tools.events.__main__ import empty

PAGE = (ROOT / "docs" / "developing.md").read_text("utf-8")
PING, QUEUES, AUTHORIZE, REGISTER = (
    block
    for block in re.findall(r"^```bash\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    if "sam local invoke" in block
)
OTHERS = dict(re.findall(r"^\| `(events/[\w/]+\.json)` \| `(\w+)` \|$", PAGE, re.MULTILINE))
SAM = ROOT / ".venv-sam" / "bin" / "python"
# The functions of which the page says that they send messages to a queue.
SENDERS = re.findall(r"`(\w+Function)`", re.search(r"^Four functions send .*$\n.*", PAGE, re.M)[0])
TABLES = [table.name for table in load().tables]


def function_of(path: Path) -> str:
    """The function of an event file, as the page says."""
    name = str(path.relative_to(ROOT))
    folder = path.parent.name.title().replace("_", "")
    return OTHERS.get(name, f"{folder}Function")


class Machine:
    """A local server with what the events name, and SAM's containers."""

    def __init__(self, server: Server, stack: ExitStack) -> None:
        self.server, self.stack = server, stack
        self.tables = server.printed(r"^  Tables +(\S+)")
        self.queues = server.printed(r"^  Queues +(\S+)")
        done = subprocess.run(
            [sys.executable, "-m", "tools.events", "--engine", self.tables],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        self.printed = done.stdout
        self.client = engine.dynamodb(self.tables)
        self.items = {name: self.client.scan(TableName=name)["Items"] for name in TABLES}
        self.containers: dict[str, subprocess.Popen[str]] = {}

    def reset(self) -> None:
        """As `make events` left the tables."""
        for name, items in self.items.items():
            if self.client.scan(TableName=name)["Items"] != items:
                empty(self.client, name)
                for item in items:
                    self.client.put_item(TableName=name, Item=item)

    def sam(self, block: str, **variables: str) -> dict[str, Any]:
        """What SAM makes of a command of the page."""
        tables, queues = (url.rpartition(":")[2] for url in (self.tables, self.queues))
        line = block.replace("QUEUES_PORT", queues).replace("PORT", tables)
        line = line.replace(".venv-sam/bin/sam ", f"{SAM} {sam_local()} ")
        done = subprocess.run(
            ["/bin/sh", "-c", line],
            cwd=ROOT,
            # No account of the user's.
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "SAM_CLI_TELEMETRY": "0"}
            | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def invoke(self, told: dict[str, Any], function: str, event: Any) -> Any:
        """The answer of a container. SAM starts one an invocation, here one serves several."""
        given = {**told["functions"][function], "hosts": told["hosts"]}
        name = json.dumps(given)
        if name not in self.containers:
            process = subprocess.Popen(
                [second_engine.PYTHON, "-I", ROOT / "tests/stack/container.py", name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            self.containers[name] = self.stack.enter_context(process)
        process = self.containers[name]
        print(json.dumps(event), file=process.stdin, flush=True)
        for line in process.stdout:
            if line.startswith("ANSWER "):
                return json.loads(line.removeprefix("ANSWER "))
        raise AssertionError(f"{function} ended")


def sam_local() -> str:
    return shlex.quote(str(ROOT / "tests" / "stack" / "sam_local.py"))


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    with running_server(registration="key") as server, ExitStack() as stack:
        yield Machine(server, stack)


@pytest.fixture(scope="module")
def told(machine: Machine) -> dict[str, Any]:
    return machine.sam(PING)


@pytest.fixture(scope="module")
def told_queues(machine: Machine) -> dict[str, Any]:
    return machine.sam(QUEUES)


def test_make_events_prints_the_command_of_the_page(machine: Machine):
    assert machine.printed.endswith(PING.replace("PORT", machine.tables.rpartition(":")[2]))


def test_sam_takes_the_event_and_the_build_for_this_machine(told: dict[str, Any]):
    architecture = {"aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    assert told["function"] == "MessagingFunction"
    assert told["event"] == EVENTS[ROOT / "events/messaging/ping.json"]
    assert {each["architecture"] for each in told["functions"].values()} == {architecture}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_event_is_served(
    path: Path, machine: Machine, told: dict[str, Any], told_queues: dict[str, Any]
):
    event, function = EVENTS[path], function_of(path)
    machine.reset()

    answer = machine.invoke(told_queues if function in SENDERS else told, function, event)

    if kind_of(event) == "routeKey":
        documented = operation_of(event)["responses"]
        success = next(status for status in documented if status.startswith("2"))
        assert str(answer["statusCode"]) == success, answer
    elif kind_of(event) == FRAME:
        assert answer["statusCode"] == 200, answer
    elif kind_of(event) == "methodArn":
        assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"
    else:
        expected = {
            "routeArn": {"isAuthorized": False},
            "Records": {"batchItemFailures": []},
            "source": answer or None,
        }
        assert answer == expected[kind_of(event)]


def test_the_authorizer_lets_the_printed_key_in(machine: Machine):
    machine.reset()
    (key,) = re.findall(r"^  nova-agent-id +(\S+)$", machine.printed, re.MULTILINE)
    told = machine.sam(AUTHORIZE, KEY=key)
    answer = machine.invoke(told, told["function"], told["event"])
    assert answer["isAuthorized"]
    assert answer["context"]["agent_id"] == "nova-agent-id"


@pytest.mark.parametrize(("right", "status"), [(True, 201), (False, 401)])
def test_registration_takes_the_key_that_the_server_prints(
    machine: Machine, *, right: bool, status: int
):
    machine.reset()
    key = machine.server.registration_key() if right else "another"
    told = machine.sam(REGISTER, REGISTRATION_KEY=key)
    answer = machine.invoke(told, told["function"], told["event"])
    assert answer["statusCode"] == status, answer
