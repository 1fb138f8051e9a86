"""README's curl lines, run in their order against a fresh server; only the port differs.

Those under "With keys" run where keys are asked for, with what that server prints in their
variables; the others in open mode.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.e2e.server import Server, running_server

README = (Path(__file__).parents[2] / "README.md").read_text()
RUN_HERE = ("Eight things to do", "With keys", "What it promises")
SECTIONS = re.split(r"^## ", README, flags=re.MULTILINE)


def lines(title: str) -> list[str]:
    """The curl lines of a section, each a block of its own."""
    (section,) = (each for each in SECTIONS if each.startswith(f"{title}\n"))
    return re.findall(r"```bash\n(curl .*?)```", section, flags=re.DOTALL)


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
    """What README's Python prints: a key and its hash, as lines for a shell."""
    (recipe,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-I", "-c", recipe], capture_output=True, text=True, check=True
    )
    return dict(line.split("=", 1) for line in done.stdout.split())


def key_of_nova(server: Server) -> str:
    return server.printed(r"^  Nova .* (am_live_\w+)$")


def test_every_curl_line_is_in_a_section_that_is_run() -> None:
    run_here = [line for title in RUN_HERE for line in lines(title)]
    assert re.findall(r"```bash\n(curl .*?)```", README, flags=re.DOTALL) == run_here


def test_every_line_of_open_mode_works_as_it_stands(fresh_url: str) -> None:
    order_id = "ORDER_ID"
    answers = []
    for line in lines("Eight things to do"):
        answer = run(line.replace("ORDER_ID", order_id), fresh_url)
        order_id = answer.get("work_order_id", order_id)
        answers.append(answer)

    assert len(answers) == 9
    assert [answer for answer in answers if "code" in answer] == []
    ping, _, inbox, created, orders, accepted, presence, beat, completed = answers
    documented = json.loads(re.findall(r"```json\n(.*?)```", README, flags=re.DOTALL)[0])
    assert ping == {**documented, "message_id": ping["message_id"]}
    assert inbox["total_messages"] == 2
    assert created["status"] == orders["work_orders"][0]["status"] == "pending"
    assert (accepted["status"], completed["status"]) == ("accepted", "completed")
    assert (presence["max_concurrent_jobs"], beat["is_online"]) == (10, True)


def test_a_message_that_is_sent_again_with_its_key_is_sent_once(fresh_url: str) -> None:
    (line,) = lines("What it promises")

    first, again = (run(line, fresh_url) for _ in range(2))

    assert first["success"]
    assert again == first


def test_every_line_with_a_key_works_where_keys_are_asked_for() -> None:
    key_id = "KEY_ID"
    answers = []
    new = made_by_the_recipe()
    with running_server(auth="required", registration="key") as server:
        given = {"KEY": key_of_nova(server), "REGISTRATION_KEY": server.registration_key(), **new}
        for line in lines("With keys"):
            answer = run(line.replace("KEY_ID", key_id), server.url, **given)
            given.setdefault("SCOUT_KEY", answer.get("api_key", ""))
            key_id = answer.get("key_id", key_id)
            answers.append(answer)
        send = lines("With keys")[1]
        sent_with_new = run(send, server.url, KEY=new["NEW_KEY"])
        refused = run(send, server.url, KEY=given["KEY"])

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


def test_the_lines_with_a_key_are_refused_without_it() -> None:
    with running_server(auth="required", registration="key") as server:
        answers = [
            run(line, server.url, KEY="am_live_", SCOUT_KEY="x", REGISTRATION_KEY="another")
            for line in lines("With keys")
        ]

    register, *others = answers
    assert register["code"] == "registration_key_required"
    assert others == [{"message": "Forbidden"}] * 9
