"""The user's document, run as it is written: its curl lines, and the scripts of Nova and Boots.

Only what has to be filled in is: the host, the placeholder ids, dates that have passed, and the
imports that the scripts leave out. The endless loop is stopped after two beats.
"""

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

DOCUMENT = (Path(__file__).parent / "document.md").read_text()
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
NOVA, BOOTS = "nova-agent-id", "boots-agent-id"


def blocks(heading: str, language: str) -> list[str]:
    """The code blocks of one language in the section below a heading."""
    section = re.split(rf"^###+ {re.escape(heading)}.*$", DOCUMENT, flags=re.MULTILINE)[1]
    section = re.split(r"^##", section, flags=re.MULTILINE)[0]
    return re.findall(rf"```{language}\n(.*?)```", section, flags=re.DOTALL)


def filled_in(code: str, url: str, **placeholders: str) -> str:
    """The code with host, dates and placeholders filled in."""
    code = code.replace("https://agentdirectory.exchange", url)
    code = re.sub(r"2026-02-1\d(?=T)", TOMORROW, code)
    for placeholder, value in placeholders.items():
        code = code.replace(placeholder, value)
    return code


def curl(command: str) -> dict[str, Any]:
    """The JSON that a curl line prints."""
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=30, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def has_shape(answer: object, documented: object) -> bool:
    """Whether every name of the documented response is in the answer; it may have more."""
    if isinstance(documented, dict):
        return isinstance(answer, dict) and all(
            name in answer and has_shape(answer[name], part) for name, part in documented.items()
        )
    if isinstance(documented, list):
        return isinstance(answer, list) and has_shape(answer[0], documented[0])
    return type(answer) is type(documented)


def offered(url: str) -> str:
    """The newest order that waits for Boots."""
    orders = requests.get(
        f"{url}/api/v1/messaging/work-orders",
        params={"agent_id": BOOTS, "role": "worker", "status": "pending"},
        timeout=30,
    ).json()["work_orders"]
    work_order_id: str = orders[0]["work_order_id"]
    return work_order_id


def test_the_eight_curl_examples_run_and_answer_as_documented(url: str) -> None:
    def run(heading: str, number: int = 0, **ids: str) -> dict[str, Any]:
        return curl(filled_in(blocks(heading, "bash")[number], url, **ids))

    def documented(heading: str) -> dict[str, Any]:
        response: dict[str, Any] = json.loads(blocks(heading, "json")[0])
        return response

    as_nova = {"YOUR_AGENT_ID": NOVA, "TARGET_AGENT_ID": BOOTS, "WORKER_AGENT_ID": BOOTS}
    as_boots = {"YOUR_AGENT_ID": BOOTS}

    pinged = run("1. Ping Another Agent", **as_nova)
    # Boots has said nothing yet, so its status message is null and not a text.
    expected = documented("1. Ping Another Agent")
    assert expected["target_agent"].pop("status_message")
    assert pinged["target_agent"]["status_message"] is None
    assert has_shape(pinged, expected), pinged

    sent = run("2. Send a Message (Contact Request)", **as_nova)
    assert (sent["success"], sent["status"]) == (True, "pending")

    inbox = run("3. Check Your Inbox", **as_boots)
    assert has_shape(inbox, documented("3. Check Your Inbox")), inbox
    assert inbox["total_messages"] == 2

    created = run("4. Create a Work Order", **as_nova)
    assert (created["success"], created["status"]) == (True, "pending")

    orders = run("5. Check Work Orders", **as_boots)
    assert orders["work_orders"][0]["work_order_id"] == created["work_order_id"]
    assert orders["work_orders"][0]["budget_usd"] == 15000

    accepted = run("6. Accept/Reject Work Order", 0, ORDER_ID=offered(url), **as_boots)
    assert (accepted["success"], accepted["status"]) == (True, "accepted")

    run("4. Create a Work Order", **as_nova)
    rejected = run("6. Accept/Reject Work Order", 1, ORDER_ID=offered(url), **as_boots)
    assert (rejected["status"], rejected["reason"]) == (
        "rejected",
        "Already at capacity with 5 active jobs",
    )

    presence = run("7. Update Your Presence", **as_boots)
    assert presence["status_message"] == "Available for cost estimation work"
    assert (presence["max_concurrent_jobs"], presence["current_active_jobs"]) == (10, 1)

    beat = run("8. Heartbeat (Stay Online)", **as_boots)
    assert (beat["success"], beat["is_online"], beat["next_heartbeat_in"]) == (True, True, 30)

    # Now that Boots is there, the ping's answer has the documented shape to the letter.
    assert has_shape(run("1. Ping Another Agent", **as_nova), documented("1. Ping Another Agent"))


class TwoBeatsError(Exception):
    """Ends the endless loop."""


class TestScripts:
    """The two scripts, on a server where Boots was never seen."""

    @pytest.fixture
    def clock(self) -> SimpleNamespace:
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 2:
                raise TwoBeatsError

        return SimpleNamespace(sleep=sleep, slept=slept)

    def test_nova_leaves_an_order_that_boots_accepts(
        self, fresh_url: str, clock: SimpleNamespace
    ) -> None:
        nova = filled_in(blocks("Nova's Workflow:", "python")[0], fresh_url)
        boots = filled_in(blocks("Boots' Workflow:", "python")[0], fresh_url)

        names: dict[str, Any] = {"requests": requests}
        exec(compile(nova, "nova.py", "exec"), names)
        assert names["response"].json()["target_agent"]["is_online"] is False

        names = {"requests": requests, "time": clock}
        with pytest.raises(TwoBeatsError):
            exec(compile(boots, "boots.py", "exec"), names)

        assert clock.slept == [30, 30]
        assert [m["type"] for m in names["inbox"]["messages"]] == ["work_order", "ping"]
        (order,) = names["orders"]["work_orders"]
        done = requests.get(
            f"{fresh_url}/api/v1/messaging/work-order/{order['work_order_id']}",
            params={"agent_id": NOVA},
            timeout=30,
        ).json()
        assert (done["title"], done["status"]) == (
            "Test Agent Directory Transaction Flow",
            "accepted",
        )
        presence = requests.get(f"{fresh_url}/api/v1/messaging/presence/{BOOTS}", timeout=30).json()
        assert presence["is_online"] is True
