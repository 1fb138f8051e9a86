"""README's curl lines, run in their order against a fresh server; only the port differs."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

README = (Path(__file__).parents[2] / "README.md").read_text()
CURLS = re.findall(r"```bash\n(curl .*?)```", README, flags=re.DOTALL)


def run(command: str) -> dict[str, Any]:
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=30, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_every_curl_line_works_as_it_stands(fresh_url: str) -> None:
    order_id = "ORDER_ID"
    answers = []
    for line in CURLS:
        answer = run(line.replace("http://127.0.0.1:8080", fresh_url).replace("ORDER_ID", order_id))
        order_id = answer.get("work_order_id", order_id)
        answers.append(answer)

    assert len(CURLS) == 9
    assert [answer for answer in answers if "code" in answer] == []
    ping, _, inbox, created, orders, accepted, presence, beat, completed = answers
    documented = json.loads(re.findall(r"```json\n(.*?)```", README, flags=re.DOTALL)[0])
    assert ping == {**documented, "message_id": ping["message_id"]}
    assert inbox["total_messages"] == 2
    assert created["status"] == orders["work_orders"][0]["status"] == "pending"
    assert (accepted["status"], completed["status"]) == ("accepted", "completed")
    assert (presence["max_concurrent_jobs"], beat["is_online"]) == (10, True)
