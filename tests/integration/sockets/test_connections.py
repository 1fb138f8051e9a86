"""boto3's calls to API Gateway: what is sent, and what its answers mean."""

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber

from agent_messaging.sockets.connections import (
    ATTEMPTS,
    OVERRIDE,
    ConnectionFailedError,
    ConnectionGoneError,
    Connections,
)

ENDPOINT = "https://socketsapi.execute-api.us-east-1.amazonaws.com/live"
POST, DELETE = "post_to_connection", "delete_connection"


@pytest.fixture
def connections(monkeypatch):
    monkeypatch.setattr("agent_messaging.storage.table.FIRST_WAIT_SECONDS", 0)
    # The calls reach the stub, and not the sockets of a test before.
    monkeypatch.setattr("local.in_process.sockets.Sockets.newest", None)
    return Connections(ENDPOINT)


def stubbed(connections, operation, *statuses):
    stub = Stubber(connections.client)
    for status in statuses:
        if status == 200:
            stub.add_response(operation, {})
        else:
            stub.add_client_error(operation, "Code", http_status_code=status)
    stub.activate()
    return stub


def test_a_frame_is_sent_as_utf_8(connections):
    stub = Stubber(connections.client)
    stub.add_response(POST, {}, {"ConnectionId": "id=", "Data": "é".encode()})
    with stub:
        connections.post("id=", "é")
    stub.assert_no_pending_responses()


@pytest.mark.parametrize("status", [500, 503, 429, 403])
def test_a_frame_that_fails_is_tried_three_times(connections, status):
    stub = stubbed(connections, POST, status, status, 200)
    connections.post("id=", "{}")
    stub.assert_no_pending_responses()
    stubbed(connections, POST, *[status] * ATTEMPTS)
    with pytest.raises(ConnectionFailedError):
        connections.post("id=", "{}")


def test_a_closed_connection_is_told_at_once(connections):
    stubbed(connections, POST, 410)
    with pytest.raises(ConnectionGoneError):
        connections.post("id=", "{}")


def test_a_connection_that_is_closed_already_is_told(connections):
    stubbed(connections, DELETE, 410)
    with pytest.raises(ConnectionGoneError):
        connections.close("id=")


def test_to_close_is_tried_once(connections):
    stubbed(connections, DELETE, 200, 500)
    connections.close("id=")
    with pytest.raises(ConnectionFailedError):
        connections.close("id=")


def test_no_answer_is_a_failure(connections, monkeypatch):
    def hang(**_):
        raise ReadTimeoutError(endpoint_url=ENDPOINT)

    monkeypatch.setattr(connections.client, POST, hang)
    monkeypatch.setattr(connections.client, DELETE, hang)
    with pytest.raises(ConnectionFailedError):
        connections.post("id=", "{}")
    with pytest.raises(ConnectionFailedError):
        connections.close("id=")


@pytest.mark.parametrize(
    ("value", "url"), [("", ENDPOINT), ("http://127.0.0.1:1", "http://127.0.0.1:1")]
)
def test_another_endpoint_is_used_if_it_is_set(monkeypatch, value, url):
    monkeypatch.setenv(OVERRIDE, value)
    assert Connections(ENDPOINT).client.meta.endpoint_url == url


def test_a_connection_that_hangs_costs_three_seconds_at_most(connections):
    config = connections.client.meta.config
    assert config.connect_timeout + config.read_timeout <= 3
    assert config.retries["total_max_attempts"] == 1
