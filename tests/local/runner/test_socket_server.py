"""A template's WebSocket API on `python -m local`."""

import json

import pytest
import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.local.runner.conftest import Server
from tests.unit.local.socket_project import write_socket_project


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(write_socket_project(tmp_path_factory.mktemp("sockets")))
    running.wait_until_started()
    yield running
    running.end()


def socket(server, query="", **headers):
    url = server.url.replace("http", "ws", 1) + f"/live{query}"
    return connect(url, additional_headers=headers, proxy=None, open_timeout=20)


def test_a_frame_reaches_its_function_which_posts_back(server, wait_until):
    with socket(server, "?agent_id=boots") as client:
        client.send('{"action": "resume"}')
        posted = [json.loads(client.recv(20)) for _ in range(3)]
        client.send("hello")
        assert json.loads(client.recv(20)) == {"route": "$default"}

    assert posted == [{"number": number, "agent_id": "boots"} for number in range(3)]
    # $disconnect writes an item, and its stream reaches another function.
    collected = server.folder / "collected.jsonl"
    wait_until(lambda: collected.exists() and '"ended"' in collected.read_text())
    assert f"  WebSocket         {server.url.replace('http', 'ws')}/live?agent_id=" in server.output
    assert "CONNECT /live?agent_id=boots 101 " in server.output


def test_keys_are_checked_and_pages_refused(server):
    with socket(server, Authorization="Bearer good") as client:
        client.send('{"action": "resume"}')
        assert json.loads(client.recv(20))["agent_id"] == "nova"
    for headers in ({"Authorization": "Bearer bad"}, {"Origin": "http://evil.example"}):
        with pytest.raises(InvalidStatus, match="403"):
            socket(server, **headers)
    assert "ASGI" not in server.output


def test_a_connection_outlives_a_saved_template(server, wait_until):
    path = server.folder / "template.yaml"
    with socket(server, Authorization="Bearer good") as client:
        path.write_text(path.read_text().replace("hello", "ahoy"))
        url = f"{server.url}/echo/fixed"
        wait_until(
            lambda: requests.get(url, timeout=10).json()["environment"]["GREETING"] == "ahoy"
        )
        client.send('{"action": "resume"}')
        assert json.loads(client.recv(20))["number"] == 0


def test_functions_get_what_is_only_there_on_this_machine(server):
    environment = requests.get(f"{server.url}/echo/fixed", timeout=10).json()["environment"]

    assert environment["LOCAL_ONLY"] == "keys"
    posts = environment["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"]
    assert posts.startswith("http://127.0.0.1:")
    assert posts != server.url
    assert requests.get(f"{posts}/@connections/x=", timeout=10).status_code == 410
