"""How a server ends, and what it does when the other side goes away."""

import os
import signal
import socket
import subprocess
import sys

import requests

from tests.e2e.server import END_SECONDS, ROOT, free_port, wait_until_ready


def inbox_total(url: str) -> int:
    answer = requests.get(
        f"{url}/api/v1/messaging/inbox", params={"agent_id": "boots-agent-id"}, timeout=30
    )
    total: int = answer.json()["total_messages"]
    return total


def test_a_server_whose_output_nobody_reads_still_serves_and_still_ends() -> None:
    port = free_port()
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "local", "--port", str(port), "--auth", "open"],
        cwd=ROOT,
        stdout=writing,
        stderr=writing,
    )
    os.close(writing)
    os.close(reading)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        process.send_signal(signal.SIGINT)
        assert process.wait(END_SECONDS) == 0
    finally:
        process.kill()


def test_a_request_that_was_never_finished_is_not_carried_out(url: str) -> None:
    before = inbox_total(url)
    body = b'{"to_agent_id": "boots-agent-id", "body": "Half"}'
    head = (
        b"POST /api/v1/messaging/send?from_agent_id=nova-agent-id HTTP/1.1\r\n"
        b"Host: localhost\r\nContent-Type: application/json\r\n"
    )
    host, port = url.removeprefix("http://").split(":")
    for rest in (
        b"Content-Length: 200\r\n\r\n" + body,
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n" % (len(body), body),
        b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\nzz\r\n" % (len(body), body),
    ):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(head + rest)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass

    whole = head + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(whole)
        while connection.recv(4096):
            pass
    assert inbox_total(url) == before + 1


def test_the_story_ends_quietly_when_nobody_reads_on(url: str) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m local.demo | head -2"],
        cwd=ROOT,
        env={**os.environ, "API_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "Traceback" not in done.stderr
