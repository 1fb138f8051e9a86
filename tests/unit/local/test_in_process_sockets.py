"""Connections in this process: what tests of the sockets' functions build upon."""

import asyncio
from http import HTTPStatus

import boto3
import pytest

from agent_messaging import clock
from local.in_process.sockets import Sockets
from local.in_process.time import stopped_clock
from local.instance import FunctionFailedError
from local.sockets.connections import GoneError
from local.sockets.service import HandshakeRefusedError
from tests.local.runner.sockets import ALLOWED, Functions, api


@pytest.fixture
def functions():
    return Functions()


@pytest.fixture
def sockets(functions):
    def invoke(name, event):
        # The stub is asynchronous, but it waits for nothing here.
        return asyncio.run(functions.invoke(name, event))

    yield Sockets(api(), invoke)
    Sockets.newest = None


@pytest.fixture
def client():
    return boto3.client("apigatewaymanagementapi", endpoint_url="https://socket.example.com/live")


def test_a_socket_sends_and_gets_answers_and_posts_in_order(sockets, functions, client):
    functions.answer = '"to you"'
    socket = sockets.connect(headers=ALLOWED)

    client.post_to_connection(ConnectionId=socket.id, Data=b'{"frame": "event"}')
    outcome = socket.send(action="resume")
    socket.send("not JSON")
    client.post_to_connection(ConnectionId=socket.id, Data='{"frame": "pong"}')

    assert (outcome.route_key, outcome.reply) == ("resume", '"to you"')
    assert socket.take() == [{"frame": "event"}, "to you", "to you", {"frame": "pong"}]
    assert socket.frames == []
    assert functions.of("MESSAGE")[0]["requestContext"]["authorizer"]["agent_id"] == "nova"


def test_an_end_is_told_once_and_the_connection_is_gone(sockets, functions, client):
    one, two, three = (sockets.connect(headers=ALLOWED) for _ in range(3))

    one.end(1001)
    one.end()
    client.delete_connection(ConnectionId=two.id)
    three.end(is_told=False)

    assert [one.closed, two.closed, three.closed] == [1001, 1000, 1005]
    told = [each["requestContext"]["connectionId"] for each in functions.of("DISCONNECT")]
    assert told == [one.id, two.id]
    for socket in (one, two, three):
        with pytest.raises(client.exceptions.GoneException):
            client.post_to_connection(ConnectionId=socket.id, Data=b"{}")
        with pytest.raises(GoneError):
            socket.send(action="ping")


def test_posts_can_be_too_large_or_lost(sockets, client):
    socket = sockets.connect(headers=ALLOWED)

    with pytest.raises(client.exceptions.PayloadTooLargeException):
        client.post_to_connection(ConnectionId=socket.id, Data=b"x" * (128 * 1024 + 1))
    sockets.lose_posts = lambda connection_id: connection_id == socket.id
    with pytest.raises(client.exceptions.ClientError, match="InternalServerError"):
        client.post_to_connection(ConnectionId=socket.id, Data=b"{}")

    assert socket.frames == []
    assert client.get_connection(ConnectionId=socket.id)["Identity"]["SourceIp"] == "192.0.2.1"


def test_a_context_stands_for_the_authorizer(sockets, functions):
    socket = sockets.connect(context={"agent_id": "boots", "epoch": "2"})
    socket.send(action="ack")

    assert not functions.asked
    for event in functions.events:
        assert event["requestContext"]["authorizer"] == {"agent_id": "boots", "epoch": "2"}


def test_a_refused_handshake_says_why(sockets):
    with pytest.raises(HandshakeRefusedError, match="refused") as refusal:
        sockets.connect(headers={"Authorization": "Bearer bad"})

    assert refusal.value.status == HTTPStatus.FORBIDDEN


def test_a_failed_function_is_told_to_the_client(sockets, functions):
    functions.is_broken = True
    socket = sockets.connect(headers=ALLOWED)

    assert socket.send(action="ack").reason == "ValueError: no such luck"
    assert socket.frames[0]["message"] == "Internal server error"


def test_a_stopped_clock_is_the_time_of_all_functions_until_it_ends(sockets):
    before = clock.now()
    with stopped_clock() as time:
        start = clock.now()
        socket = sockets.connect(headers=ALLOWED)
        time.advance(hours=1)
        assert (clock.now() - start).total_seconds() == 3600
        socket.send(action="ack")
        connection = sockets.service.connections.get(socket.id)
        assert connection.last_active_at == clock.now()
    assert 0 <= (clock.now() - before).total_seconds() < 600


def test_what_a_function_raises_is_its_failure(functions):
    def invoke(name, event):
        raise FunctionFailedError("Exception: Unauthorized")

    with pytest.raises(HandshakeRefusedError) as refusal:
        Sockets(api(), invoke).connect(headers=ALLOWED)

    assert refusal.value.status == HTTPStatus.UNAUTHORIZED
    Sockets.newest = None
