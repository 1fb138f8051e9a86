"""The server where keys are asked for: what it prints works as it is pasted."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.demo_api import NEEDS_KEYS, NEEDS_REGISTRATION_KEY
from tests.e2e.newcomer import Newcomer
from tests.e2e.server import ROOT, Server, running_server


@pytest.fixture(scope="module")
def keyed() -> Iterator[Server]:
    """A server that needs keys of callers, and the registration key of those who register."""
    with running_server(auth="required", registration="key") as server:
        yield server


def paste(line: str) -> dict[str, Any]:
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, timeout=30, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def lines(server: Server) -> list[str]:
    server.printed(r"^    (curl .*)$")
    found: list[str] = re.findall(r"^    (curl .*)$", server.output, re.MULTILINE)
    return found


def test_the_lines_to_paste_work_where_keys_are_required(keyed: Server) -> None:
    ping, register = lines(keyed)

    assert "Authorization: Bearer am_local_" in ping
    assert paste(ping)["success"] is True
    assert paste(register)["name"] == "Scout"
    assert "code" in paste(register.replace(keyed.registration_key(), "another"))


def test_a_program_that_knows_the_url_alone_completes_a_work_order(keyed: Server) -> None:
    visitor = Newcomer(requests.Session(), keyed.url, keyed.registration_key())

    visitor.visit()

    assert visitor.answers[-1].json()["status"] == "completed"
    assert visitor.answers[-1].json()["verified"] is True


def test_a_shell_gets_keys_that_the_server_has(keyed: Server) -> None:
    port = keyed.url.rpartition(":")[2]
    shell = f'cd {ROOT} && eval "$(PORT={port} {sys.executable} -E -m local.env)" && '

    me = 'curl -s "$AGENT_MESSAGING_URL/api/v1/agents/me" -H "Authorization: Bearer $BOOTS_KEY"'
    assert paste(shell + me)["agent_id"] == "boots-agent-id"
    assert paste(shell + 'echo "{\\"key\\": \\"$REGISTRATION_KEY\\"}"') == {
        "key": keyed.registration_key()
    }


def test_no_key_stands_in_a_line_of_a_request(keyed: Server) -> None:
    key = keyed.printed(r"^  Nova .* (am_local_\w+)$")
    paste(lines(keyed)[0].replace("/ping", f"/ping?key={key}"))

    keyed.printed(r"(POST /api/v1/messaging/ping\?key=am_local_\[redacted\] )")
    # In its row and in the line to paste alone.
    assert re.findall(rf"^(?!  Nova |    curl ).*{key}", keyed.output, re.MULTILINE) == []


def failed_demo(server: Server, *options: str) -> str:
    """Why a demo failed."""
    done = subprocess.run(
        [sys.executable, "-m", "local.demo", *options],
        cwd=ROOT,
        env={**os.environ, "API_URL": server.url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr


def test_the_demo_says_that_it_needs_open_mode(keyed: Server) -> None:
    assert failed_demo(keyed) == f"\nThe demo failed: {keyed.url} {NEEDS_KEYS}\n"


def test_the_swarm_says_that_it_needs_open_registration(keyed: Server) -> None:
    reason = f"{keyed.url} {NEEDS_REGISTRATION_KEY}"
    assert failed_demo(keyed, "--swarm") == f"\nThe demo failed: {reason}\n"
