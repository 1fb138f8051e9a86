"""`python -m local` over HTTP, with a small project of its own."""

import http.client
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from local import engine, terminal
from local.__main__ import main
from local.http_server import listen
from local.origin import REFUSAL


def children(pid):
    done = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(each) for each in done.stdout.split()]


def is_running(pid):
    done = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


def ask(url, path, method="GET"):
    """The path goes out as it stands; other clients would tidy it up first."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request(method, path)
    response = connection.getresponse()
    answer = response.status, dict(response.headers), response.read()
    connection.close()
    return answer


def test_a_request_goes_through_to_its_function_and_back(shared, wait_until):
    response = requests.post(
        shared.url + "/echo/nova?a=1&a=2", json={"x": 1}, headers={"X-Twice": "1"}, timeout=10
    )

    seen = response.json()["event"]
    assert (response.status_code, response.headers["x-auth-mode"]) == (200, "open")
    assert response.raw.headers.getlist("set-cookie") == ["a=1", "b=2"]
    assert seen["routeKey"] == "POST /echo/{name}"
    assert seen["pathParameters"] == {"name": "nova"}
    assert seen["queryStringParameters"] == {"a": "1,2"}
    assert seen["requestContext"]["authorizer"] == {"lambda": {"mode": "open"}}
    assert seen["headers"]["x-forwarded-proto"] == "http"
    assert json.loads(seen["body"]) == {"x": 1}
    assert response.headers["x-request-id"] == seen["requestContext"]["requestId"]
    # The line is written once the answer is on its way.
    wait_until(lambda: "POST /echo/nova?a=1&a=2 200" in shared.output)
    assert (
        requests.get(shared.url + "/echo/fixed", timeout=10).json()["event"]["routeKey"]
        == "GET /echo/fixed"
    )


def test_what_the_gateway_answers_itself(shared):
    url = shared.url

    for method, path, status, body in [
        ("GET", "/nowhere", 404, b'{"message":"Not Found"}'),
        ("DELETE", "/echo/fixed", 404, b'{"message":"Not Found"}'),
        ("GET", "/%ff%fe/%00", 404, b'{"message":"Not Found"}'),
        ("GET", "/do/raise", 500, b'{"message":"Internal Server Error"}'),
        ("GET", "/do/exit", 500, b'{"message":"Internal Server Error"}'),
        ("GET", "/do/sleep", 500, b'{"message":"Internal Server Error"}'),
        ("GET", "/do/status", 500, b'{"message":"Internal Server Error"}'),
        ("GET", "/do/header", 500, b'{"message":"Internal Server Error"}'),
    ]:
        answer = ask(url, path, method)
        assert (path, answer[0], answer[2]) == (path, status, body)
        assert answer[1]["apigw-requestid"]
        assert answer[1]["x-auth-mode"] == "open"


def test_what_a_function_may_answer(shared):
    url = shared.url

    assert requests.get(url + "/do/plain", timeout=10).json() == {"answer": 42}
    assert requests.get(url + "/do/binary", timeout=10).content == b"\xff\x00"
    assert len(requests.get(url + "/do/large", timeout=10).content) == 5_000_000
    nothing = requests.get(url + "/do/nothing", timeout=10)
    assert (nothing.status_code, nothing.content) == (204, b"")


def test_a_body_above_ten_megabytes_is_refused(shared):
    url = shared.url + "/echo/nova"
    body = b"x" * (10 * 1024 * 1024 + 1)

    declared = requests.post(url, data=body, timeout=10)
    chunked = requests.post(url, data=iter([body]), timeout=10)

    for response in (declared, chunked):
        assert (response.status_code, response.json()) == (
            413,
            {"message": "Request Entity Too Large"},
        )
    text = {"content-type": "text/plain"}
    assert requests.post(url, data=b"x" * 4_000_000, headers=text, timeout=10).status_code == 200
    assert requests.post(url, data=b"x" * 7_000_000, headers=text, timeout=10).status_code == 413


def test_many_requests_at_the_same_time_are_all_served(shared):
    url = shared.url + "/do/pid"

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: requests.get(url, timeout=30).json(), range(64)))

    assert len({each["pid"] for each in answers}) <= 4


def test_the_stream_and_the_schedule_reach_their_function(shared, wait_until):
    collected = shared.folder / "collected.jsonl"

    wait_until(lambda: collected.exists() and "Scheduled Event" in collected.read_text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_everything(start, number, wait_until):
    server = start()
    requests.get(server.url + "/do/pid", timeout=10)
    busy = ThreadPoolExecutor(1)
    busy.submit(ask, server.url, "/do/sleep")
    running = children(server.process.pid)
    assert len(running) >= 2

    server.process.send_signal(number)

    assert server.process.wait(5) == 0
    assert "Traceback" not in server.output
    wait_until(lambda: not any(map(is_running, running)), 2)
    busy.shutdown()


def test_nothing_outlives_a_server_that_was_killed(start, wait_until):
    server = start()
    requests.get(server.url + "/do/pid", timeout=10)
    running = children(server.process.pid)
    assert len(running) >= 2

    server.process.kill()

    wait_until(lambda: not any(map(is_running, running)), 3)


def test_an_isolated_engine_has_streams_lets_no_page_in_and_outlives_nobody(start, wait_until):
    server = start(ENGINE="isolated")
    [tables] = re.findall(r"Tables +(http://\S+) \(DynamoDB", server.output)
    client = engine.dynamodb(tables)

    client.put_item(TableName="ItemsTable", Item={"id": {"S": "a"}, "sort": {"S": "1"}})
    client.close()

    collected = server.folder / "collected.jsonl"
    wait_until(lambda: collected.exists() and '"INSERT"' in collected.read_text())
    page = requests.get(tables, headers={"Origin": "http://evil.example"}, timeout=10)
    assert (page.status_code, page.content) == (403, REFUSAL)
    running = children(server.process.pid)
    server.process.kill()
    wait_until(lambda: not any(map(is_running, running)), 3)


HARMFUL = {
    "AWS_PROFILE": "no-such-profile",
    "AWS_CONFIG_FILE": __file__,
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_CA_BUNDLE": "/no/such/file",
    "AWS_MAX_ATTEMPTS": "many",
    "AWS_RETRY_MODE": "bogus",
    "AWS_DEFAULTS_MODE": "bogus",
    "AWS_LAMBDA_EXEC_WRAPPER": "/no/such/file",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "POWERTOOLS_LOG_LEVEL": "BOGUS",
    "WEB_CONCURRENCY": "many",
}


def test_settings_for_other_programs_do_not_keep_a_server_from_serving(start):
    server = start(**HARMFUL)

    with requests.Session() as session:
        session.trust_env = False
        assert session.get(server.url + "/echo/fixed", timeout=10).status_code == 200


@pytest.mark.parametrize(
    "command", [["tools.events"], ["tools.operating.operate", "show", "nova-agent-id"]]
)
def test_nor_do_they_reach_a_tool_that_uses_the_tables(command):
    done = subprocess.run(
        [sys.executable, "-m", *command, "--engine", "http://127.0.0.1:9"],
        env={**os.environ, **HARMFUL},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "does not answer like DynamoDB: Could not connect to the endpoint" in done.stderr


def test_the_tables_are_where_the_banner_says(shared):
    [url] = re.findall(r"Tables +(http://\S+) \(DynamoDB", shared.output)

    client = engine.dynamodb(url)
    assert client.list_tables()["TableNames"] == ["ItemsTable"]
    client.close()


def test_two_servers_run_side_by_side(start, shared):
    first, second = shared, start()

    assert first.url != second.url
    assert {
        requests.get(each.url + "/do/plain", timeout=10).status_code for each in (first, second)
    } == {200}


def test_a_port_that_is_in_use_is_one_line(start, shared):
    port = urlsplit(shared.url).port

    refused = start(PORT=str(port))

    assert refused.process.wait(5) == 2
    said = f"port {port} is in use. Choose another: PORT=<port>, or PORT=0 for a free one.\n"
    assert refused.output == said


@pytest.fixture
def run_here(project, monkeypatch, capsys):
    """Runs the program in this process, to its end: the one line that it prints."""
    template = str(project / "template.yaml")

    def run(**variables):
        with monkeypatch.context() as patch:
            patch.setattr(os, "environ", {**os.environ, "PORT": "0", **variables})
            patch.setattr(sys, "argv", ["local", "--template", template])
            patch.setattr(terminal, "outlive", lambda: None)
            asyncio_log = logging.getLogger("asyncio")
            patch.setattr(asyncio_log, "level", asyncio_log.level)
            assert main() == 2
        shown = capsys.readouterr()
        return shown.out + shown.err

    return run


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"PORT": "http"}, "PORT=http is not a port"),
        ({"AUTH": "none"}, "AUTH=none is unknown. Use AUTH=open or AUTH=required."),
        (
            {"REGISTRATION": "key"},
            "REGISTRATION=key: template.yaml has no secret RegistrationKeySecret",
        ),
        ({"ENGINE": "localhost:8000"}, "ENGINE=localhost:8000 is not a URL. Use one such as"),
        (
            {"ENGINE": "http://127.0.0.1:9"},
            "ENGINE=http://127.0.0.1:9 does not answer like DynamoDB",
        ),
    ],
)
def test_a_choice_that_cannot_be_had_is_one_line(run_here, variables, line):
    started = time.monotonic()

    said = run_here(**variables)

    assert said.startswith(line)
    assert said.count("\n") == 1
    assert time.monotonic() - started < 5


def test_an_engine_that_never_answers_is_one_line(run_here):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = run_here(ENGINE=f"http://127.0.0.1:{silent.getsockname()[1]}")

    assert "does not answer like DynamoDB" in said
    assert said.count("\n") == 1


def test_another_engine_keeps_its_data(start, moto_url, dynamodb):
    server = start(ENGINE=moto_url)

    assert "ItemsTable" in dynamodb.list_tables()["TableNames"]
    assert f"in {moto_url}" in server.output
    server.process.terminate()
    assert server.process.wait(5) == 0
    assert "ItemsTable" in dynamodb.list_tables()["TableNames"]


def test_a_template_that_cannot_be_read_is_one_line(run_here, project):
    (project / "template.yaml").write_text("Resources: [")

    said = run_here()

    assert said.startswith("template.yaml, line")
    assert said.count("\n") == 1


def test_saved_code_serves_the_next_request(start, project, wait_until):
    server = start()
    assert requests.get(server.url + "/do/plain", timeout=10).json() == {"answer": 42}

    code = "def handler(event, context): return {'answer': 43}"
    (project / "functions/misbehaving/app.py").write_text(code)

    url = server.url + "/do/plain"
    wait_until(lambda: requests.get(url, timeout=10).json() == {"answer": 43})
    (project / "layers/shared/shared/__init__.py").write_text("VERSION = 2\n")
    url = server.url + "/echo/fixed"
    wait_until(lambda: requests.get(url, timeout=10).json()["version"] == 2)


def test_a_saved_template_is_followed_and_a_broken_one_is_not(start, project, wait_until):
    server = start()
    path = project / "template.yaml"
    good = path.read_text()

    path.write_text("Resources: [")
    wait_until(lambda: "not reloaded: template.yaml, line" in server.output)
    assert requests.get(server.url + "/echo/fixed", timeout=10).status_code == 200

    path.write_text(good.replace("/echo/fixed", "/echo/other/fixed").replace("hello", "ahoy"))
    url = server.url + "/echo/other/fixed"
    wait_until(lambda: requests.get(url, timeout=10).status_code == 200)
    assert requests.get(url, timeout=10).json()["environment"]["GREETING"] == "ahoy"


NAMED_IN_HELP = ("PORT", "ENGINE", "ALLOW_HOST", "ALLOW_ORIGIN", "AUTH", "REGISTRATION", "8080")


def test_help_says_what_can_be_chosen():
    done = subprocess.run(
        [sys.executable, "-m", "local", "--help"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0
    assert all(word in done.stdout for word in NAMED_IN_HELP)


def test_an_answer_on_a_kept_connection_does_not_wait_for_the_clients_acknowledgement():
    # asyncio turns Nagle's delay off for sockets that are named as TCP, and for no others.
    with listen(0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
