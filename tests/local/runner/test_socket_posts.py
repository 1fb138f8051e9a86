"""What functions do with connections: POST, GET and DELETE of /@connections/{id}."""

import asyncio

import pytest
import requests

from local.sockets import session
from tests.local.runner.sockets import closed, connect, served, until


def play(scenario):
    async def run():
        async with served() as running:
            return await scenario(running)

    return asyncio.run(run())


def test_posts_arrive_in_order_and_a_connection_can_be_asked_about_and_closed():
    async def scenario(running):
        async with running.connect(**{"User-Agent": "agent/1"}) as client:
            await until(lambda: running.door.service.connections._open)
            [connection_id] = running.connection_ids
            for number in range(20):
                await running.post(connection_id, f"{number} {'x' * 30_000}".encode())
            frames = [await client.recv() for _ in range(20)]
            assert [int(each.split()[0]) for each in frames] == list(range(20))
            running.clock.advance(minutes=5)
            await running.post(connection_id, b"later")
            told = await running.call("get_connection", ConnectionId=connection_id)
            assert (told["LastActiveAt"] - told["ConnectedAt"]).total_seconds() == 300
            assert told["Identity"]["SourceIp"] == "127.0.0.1"
            await running.call("delete_connection", ConnectionId=connection_id)
            assert await closed(client) == (1000, "")
        await until(lambda: running.functions.of("DISCONNECT"))
        for operation in ("get_connection", "delete_connection"):
            with pytest.raises(running.management.exceptions.GoneException):
                await running.call(operation, ConnectionId=connection_id)
        with pytest.raises(running.management.exceptions.GoneException) as gone:
            await running.post(connection_id, b"late")
        assert gone.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410

    play(scenario)


def test_a_frame_above_128_kilobytes_is_refused():
    async def scenario(running):
        async with running.connect() as client:
            await until(lambda: running.door.service.connections._open)
            [connection_id] = running.connection_ids
            with pytest.raises(running.management.exceptions.PayloadTooLargeException):
                await running.post(connection_id, b"x" * (128 * 1024 + 1))
            await running.post(connection_id, b"x" * 128 * 1024)
            assert len(await client.recv()) == 128 * 1024

    play(scenario)


def test_a_client_that_reads_nothing_is_gone(monkeypatch):
    monkeypatch.setattr(session, "STUCK_SECONDS", 0.3)

    async def scenario(running):
        client = await running.connect()
        client.transport.pause_reading()
        await until(lambda: running.door.service.connections._open)
        [connection_id] = running.connection_ids

        async def flood():
            for _ in range(500):
                await running.post(connection_id, b"x" * 128 * 1024)

        with pytest.raises(running.management.exceptions.GoneException):
            await flood()
        await until(lambda: running.functions.of("DISCONNECT"))
        assert not running.door.service.connections._open
        client.transport.abort()

    play(scenario)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost:3000"},
        {"Host": "evil.example"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
)
def test_no_page_reaches_the_connections(headers):
    async def scenario(running):
        async with running.connect():
            await until(lambda: running.door.service.connections._open)
            url = f"{running.posts_url}/@connections/{running.connection_ids[0]}"
            for method in ("GET", "POST", "DELETE"):
                answer = await asyncio.to_thread(
                    requests.request, method, url, headers=headers, timeout=10
                )
                assert answer.status_code == 403

    play(scenario)


def test_clients_do_not_reach_the_connections_and_functions_no_stage():
    async def scenario(running):
        async with running.connect():
            await until(lambda: running.door.service.connections._open)
            path = f"/@connections/{running.connection_ids[0]}"
            get = requests.get
            there = await asyncio.to_thread(get, running.posts_url + path, timeout=10)
            here = await asyncio.to_thread(get, running.url + path, timeout=10)
            other = await asyncio.to_thread(get, running.posts_url + "/api/v1", timeout=10)
            wrong = await asyncio.to_thread(requests.put, running.posts_url + path, timeout=10)
            assert there.json()["identity"]["sourceIp"] == "127.0.0.1"
            # The stub of the gateway answers everything with 204.
            assert [here.status_code, other.status_code, wrong.status_code] == [204, 404, 405]
        with pytest.raises(Exception, match="403"):
            async with connect(running.posts_url.replace("http", "ws") + "/live", proxy=None):
                pass

    play(scenario)
