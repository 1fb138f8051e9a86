"""README's agent runs as it is written, in open mode and with a key; only URL and key differ."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.e2e.server import Server, running_server

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
NOVA, BOOTS = "nova-agent-id", "boots-agent-id"
ROUND_SECONDS = 30


@contextmanager
def agent(
    url: str, key: str, stdout: int = subprocess.DEVNULL
) -> Iterator["subprocess.Popen[str]"]:
    """The agent as a process of its own, which must not end by itself."""
    (code,) = re.findall(r"## Write an agent\n.*?```python\n(.*?)```", README, flags=re.DOTALL)
    code = code.replace("http://127.0.0.1:8080", url)
    code = code.replace(f'"{BOOTS}", ""', f'"{BOOTS}", "{key}"')
    command = [sys.executable, "-I", "-u", "-c", code]
    process = subprocess.Popen(command, stdout=stdout, text=True)
    try:
        yield process
        assert process.poll() is None, "the agent ended by itself"
    finally:
        process.kill()
        process.communicate()


def call(server: Server, key: str, method: str, path: str, **arguments: Any) -> dict[str, Any]:
    url = f"{server.url}/api/v1/messaging/{path}"
    headers = {"Authorization": f"Bearer {key}"}
    answer = requests.request(method, url, headers=headers, timeout=30, **arguments)
    answer.raise_for_status()
    return dict(answer.json())


def wait_until_all_is_read(server: Server, key: str) -> None:
    deadline = time.monotonic() + ROUND_SECONDS
    pending = {"agent_id": BOOTS, "status": "pending"}
    while call(server, key, "GET", "inbox", params=pending)["messages"]:
        assert time.monotonic() < deadline, "the agent left messages unread"
        time.sleep(0.1)


class Refusing(BaseHTTPRequestHandler):
    """Answers every request as the API answers one of an unknown agent."""

    def do_POST(self) -> None:
        body = b'{"code": "agent_not_found", "fix": "Use GET /agents."}'
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.mark.parametrize(("answers", "printed"), [(True, "Use GET /agents."), (False, "refused")])
def test_the_agent_prints_why_a_request_failed_and_goes_on(*, answers: bool, printed: str) -> None:
    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        if answers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        else:
            server.socket.close()
        with agent(url, "", stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert printed in process.stdout.readline()
        if answers:
            server.shutdown()


@pytest.mark.parametrize("auth", ["open", "required"])
def test_the_agent_answers_each_message_once_and_stays_online(auth: str) -> None:
    with running_server(auth=auth) as server:
        nova, boots = (
            server.printed(rf"^  {name} .* (am_local_\w+)$") for name in ("Nova", "Boots")
        )
        as_nova = {"params": {"from_agent_id": NOVA}}
        call(server, nova, "POST", "ping", json={"to_agent_id": BOOTS}, **as_nova)
        message = {"to_agent_id": BOOTS, "body": "Are you there?"}
        sent = call(server, nova, "POST", "send", json=message, **as_nova)

        with agent(server.url, boots if auth == "required" else ""):
            wait_until_all_is_read(server, boots)
            presence = call(server, nova, "GET", f"presence/{BOOTS}", params={"agent_id": NOVA})
        replies = call(server, nova, "GET", "inbox", params={"agent_id": NOVA})["messages"]
        # The agent must not answer this: two such agents would never stop.
        answered = replies[0]["message_id"]
        back = {"to_agent_id": BOOTS, "body": "Thank you.", "reply_to_id": answered}
        call(server, nova, "POST", "send", json=back, **as_nova)
        with agent(server.url, boots if auth == "required" else ""):
            wait_until_all_is_read(server, boots)

        assert call(server, nova, "GET", "inbox", params={"agent_id": NOVA})["messages"] == replies
        assert presence["is_online"] is True
        assert [reply["from_agent"]["id"] for reply in replies] == [BOOTS, BOOTS]
        assert sent["message_id"] in {reply["reply_to_id"] for reply in replies}
