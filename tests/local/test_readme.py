"""The curl commands of README and docs/ run against a fresh server.

Only the port differs. The commands of README come first and those of docs/api.md continue them, in
open mode. Those of "With keys" run on a server that needs keys, with the keys that it prints.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.server import Server, running_server
from tests.local.test_keys import lines, paste

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
API = (ROOT / "docs/api.md").read_text()
PAGES = (README, *(path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))))
RUN_HERE = ("Five things to do", "More examples", "With keys", "A retry does nothing twice")
OPEN_MODE = RUN_HERE[:2]
SECTIONS = [section for page in PAGES for section in re.split(r"^## ", page, flags=re.MULTILINE)]


@pytest.fixture(scope="module")
def keyed() -> Iterator[Server]:
    """A server that needs keys of callers, and the registration key of those who register."""
    with running_server(auth="required", registration="key") as server:
        yield server


def commands(*titles: str) -> list[str]:
    """The curl commands of some sections, each a block of its own."""
    sections = [each for title in titles for each in SECTIONS if each.startswith(f"{title}\n")]
    assert len(sections) == len(titles)
    return re.findall(r"```bash\n(curl .*?)```", "".join(sections), flags=re.DOTALL)


def run(command: str, url: str, **variables: str) -> dict[str, Any]:
    done = subprocess.run(
        ["bash", "-c", command.replace("http://127.0.0.1:8080", url)],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout) if done.stdout else {}
    return answer


def made_by_the_recipe() -> dict[str, str]:
    """What the Python of docs/api.md prints: a key and its hash, as assignments for a shell."""
    (recipe,) = re.findall(r"```python\n(.*?)```", API, flags=re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-I", "-c", recipe], capture_output=True, text=True, check=True
    )
    return dict(line.split("=", 1) for line in done.stdout.split())


def key_of_nova(server: Server) -> str:
    return server.printed(r"^  Nova .* (am_local_\w+)$")


def test_every_curl_command_is_in_a_section_that_is_run() -> None:
    # Those in `sh` blocks are typed at a stack (tests/stack/test_pages.py).
    written = re.findall(r"```(?!sh\n)\w*\n(curl .*?)```", "".join(PAGES), flags=re.DOTALL)
    assert written == commands(*RUN_HERE)


def test_every_command_of_open_mode_works_as_it_is_written(url: str) -> None:
    """The first test on its server, for it counts the messages."""
    order_id = "ORDER_ID"
    answers = []
    for command in commands(*OPEN_MODE):
        answer = run(command.replace("ORDER_ID", order_id), url)
        order_id = answer.get("work_order_id", order_id)
        answers.append(answer)

    assert len(answers) == 9
    assert [answer for answer in answers if "code" in answer] == []
    ping, _, inbox, created, accepted, orders, completed, presence, beat = answers
    documented = json.loads(re.findall(r"```json\n(.*?)```", README, flags=re.DOTALL)[0])
    assert ping == {**documented, "message_id": ping["message_id"]}
    assert inbox["total_messages"] == 2
    assert (created["status"], accepted["status"]) == ("pending", "accepted")
    assert orders["work_orders"][0]["status"] == "accepted"
    assert orders["work_orders"][0]["work_order_id"] == created["work_order_id"]
    assert completed["status"] == "completed"
    assert (presence["max_concurrent_jobs"], beat["is_online"]) == (10, True)


def test_a_message_that_is_sent_again_with_its_key_is_sent_once(url: str) -> None:
    (command,) = commands("A retry does nothing twice")

    first, again = (run(command, url) for _ in range(2))

    assert first["success"]
    assert again == first


def test_the_line_that_a_server_prints_works_as_it_is_pasted(opened: Server) -> None:
    (ping,) = lines(opened)

    assert paste(ping)["success"] is True


def test_every_command_with_a_key_works_where_keys_are_needed(keyed: Server) -> None:
    key_id = "KEY_ID"
    answers = []
    new = made_by_the_recipe()
    given = {"KEY": key_of_nova(keyed), "REGISTRATION_KEY": keyed.registration_key(), **new}
    for command in commands("With keys"):
        answer = run(command.replace("KEY_ID", key_id), keyed.url, **given)
        given.setdefault("SCOUT_KEY", answer.get("api_key", ""))
        key_id = answer.get("key_id", key_id)
        answers.append(answer)
    send = commands("With keys")[1]
    sent_with_new = run(send, keyed.url, KEY=new["NEW_KEY"])
    refused = run(send, keyed.url, KEY=given["KEY"])

    assert len(answers) == 10
    assert [answer for answer in answers if {"code", "message"} & set(answer)] == []
    registered, sent, made, revoked, profile, held, waiting, allowed, blocked, only = answers
    assert registered["agent_id"] == "scout-agent-id"
    assert sent["status"] == "pending"
    assert (made["label"], revoked) == ("the second machine", {})
    assert (profile["agent_id"], profile["contact_policy"]) == ("nova-agent-id", "approved")
    assert held["status"] == "held"
    (contact,) = waiting["contacts"]
    assert contact["request"]["message_id"] == held["message_id"]
    assert (allowed["state"], blocked["state"]) == ("allowed", "blocked")
    assert (only["success"], only["api_key"]) == (True, None)
    assert sent_with_new["success"]
    assert refused["code"] == "key_revoked"


def test_the_commands_with_a_key_are_refused_without_it(keyed: Server) -> None:
    answers = [
        run(command, keyed.url, KEY="am_live_", SCOUT_KEY="x", REGISTRATION_KEY="another")
        for command in commands("With keys")
    ]

    register, *others = answers
    assert register["code"] == "registration_key_required"
    assert others == [{"message": "Forbidden"}] * 9
