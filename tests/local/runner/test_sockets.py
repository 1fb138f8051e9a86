"""The WebSocket door with a real client: handshakes, frames and ends of connections."""

import asyncio
import json
import re

import pytest
import requests
from websockets.exceptions import InvalidStatus

from local.origin import Trusted
from tests.local.runner.sockets import api, closed, frame, served, until


async def refusal(running, **options):
    """The status and the body of a handshake that is refused."""
    with pytest.raises(InvalidStatus) as refused:
        async with running.connect(**options):
            pass
    response = refused.value.response
    return response.status_code, json.loads(response.body)


def play(scenario, **options):
    async def run():
        async with served(**options) as running:
            return await scenario(running)

    return asyncio.run(run())


def test_a_connection_from_its_handshake_to_its_end(capsys):
    async def scenario(running):
        async with running.connect("?ticket=nova.secret&lang=de&lang=en") as client:
            await client.send(frame(action="resume", after=None))
            assert await client.recv() == 'to {"action": "resume", "after": null}'
        await until(lambda: running.functions.of("DISCONNECT"))
        return running.functions

    functions = play(scenario)

    [asked] = functions.asked
    assert asked["type"] == "REQUEST"
    assert asked["methodArn"].endswith("/live/$connect")
    assert asked["queryStringParameters"] == {"ticket": "nova.secret", "lang": "en"}
    assert asked["multiValueQueryStringParameters"]["lang"] == ["de", "en"]
    assert asked["headers"]["Host"].startswith("127.0.0.1:")
    assert asked["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert "authorizer" not in asked["requestContext"]
    connecting, message, disconnecting = (each["requestContext"] for each in functions.events)
    vouched = {"principalId": "nova", "agent_id": "nova", "epoch": "1", "is_new": "true"}
    for context in (connecting, message, disconnecting):
        assert context["authorizer"] == vouched
        assert context["connectionId"] == asked["requestContext"]["connectionId"]
        assert context["stage"] == "live"
        assert context["connectedAt"] == connecting["connectedAt"]
        assert context["domainName"].startswith("127.0.0.1:")
        assert context["apiId"]
        assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert re.fullmatch(r"[\w-]{15}=", connecting["connectionId"])
    assert [connecting["routeKey"], message["routeKey"]] == ["$connect", "resume"]
    assert [connecting["eventType"], message["eventType"]] == ["CONNECT", "MESSAGE"]
    assert message["messageId"] == message["requestId"]
    assert functions.events[1]["body"] == '{"action": "resume", "after": null}'
    assert "messageId" not in connecting
    assert (disconnecting["routeKey"], disconnecting["disconnectStatusCode"]) == (
        "$disconnect",
        1000,
    )
    lines = capsys.readouterr().out.splitlines()
    assert [re.sub(r"\d+ms", "", each.split(" ", 1)[1]).split()[:3] for each in lines] == [
        ["CONNECT", "/live?ticket=[redacted]&lang=[redacted]&lang=[redacted]", "101"],
        ["FRAME", "resume", "answered"],
        ["CLOSE", "1000", connecting["connectionId"]],
    ]
    assert "secret" not in "".join(lines)


@pytest.mark.parametrize(
    ("key", "status", "message"),
    [
        ("Bearer bad", 403, "User is not authorized to access this resource"),
        ("Bearer unknown", 401, "Unauthorized"),
        ("Bearer broken", 500, "Internal server error"),
        ("Bearer nested", 500, "Internal server error"),
    ],
)
def test_a_refused_handshake_calls_no_route(key, status, message, capsys):
    async def scenario(running):
        answer = await refusal(running, Authorization=key)
        return answer, running.functions.events

    assert play(scenario) == ((status, {"message": message}), [])
    line = capsys.readouterr().out
    assert f"CONNECT /live {status} " in line
    assert "am_live_secret" not in line


def test_a_missing_identity_source_gets_401_without_a_call():
    async def scenario(running):
        answer = await refusal(running, query="?x=1")
        return answer, running.functions.asked

    answer, asked = play(scenario, of=api(identity=[("querystring", "ticket")]))

    assert (answer, asked) == ((401, {"message": "Unauthorized"}), [])


def test_connect_decides_before_the_handshake_completes():
    async def scenario(running):
        gone = []

        async def during(connection_id):
            for operation in ("get_connection", "delete_connection"):
                with pytest.raises(running.management.exceptions.GoneException):
                    await running.call(operation, ConnectionId=connection_id)
            with pytest.raises(running.management.exceptions.GoneException):
                await running.post(connection_id, b"too early")
            gone.append(connection_id)

        running.functions.during_connect = during
        running.functions.connect_status = 429
        assert await refusal(running) == (429, {"message": "Too Many Requests"})
        running.functions.connect_status = "nothing"
        assert (await refusal(running))[0] == 502
        assert len(gone) == 2
        assert not running.functions.of("DISCONNECT")

    play(scenario)


def test_another_path_is_no_stage():
    async def scenario(running):
        assert (await refusal(running, path="/api/v1"))[0] == 403
        assert (await refusal(running, path="/live/more"))[0] == 403
        async with running.connect(path="/live/"):
            pass

    play(scenario)


def test_pages_and_names_from_elsewhere_are_refused():
    async def scenario(running):
        status, body = await refusal(running, Origin="http://evil.example")
        assert (status, body["code"]) == (403, "origin_refused")
        async with running.connect(Origin="http://localhost:3000"):
            pass
        return running.functions.asked

    assert len(play(scenario, trusted=Trusted(origins=frozenset({"http://localhost:3000"})))) == 1


def test_open_mode_takes_the_agent_id_for_a_key(capsys):
    async def scenario(running):
        async with running.connect("?agent_id=%20Nova") as client:
            await client.send("hello")
            await client.recv()
        # Without an id it is refused, and the log says what to add.
        assert (await refusal(running, query="?x=1"))[0] == 403
        assert "add ?agent_id=<id>" in capsys.readouterr().out
        assert not running.functions.asked
        # A key that is sent is checked.
        assert (await refusal(running, query="?agent_id=nova", Authorization="bad"))[0] == 403
        return running.functions.of("MESSAGE")

    [message] = play(scenario, is_open_mode=True)

    assert message["requestContext"]["authorizer"] == {"mode": "open", "agent_id": "nova"}


def test_where_keys_are_required_an_agent_id_is_no_key():
    async def scenario(running):
        return await refusal(running, query="?agent_id=nova")

    assert play(scenario)[0] == 403


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ('{"action": "ack"}', "ack"),
        ('{"action": "resume"}', "resume"),
        ('{"action": "unknown"}', "$default"),
        ('{"action": "$connect"}', "$default"),
        ('{"action": ["ack"]}', "$default"),
        ('{"ack": 1}', "$default"),
        ("[1]", "$default"),
        ("not JSON", "$default"),
        ("", "$default"),
    ],
)
def test_a_frame_goes_to_the_route_that_it_names(text, route):
    async def scenario(running):
        async with running.connect() as client:
            await client.send(text)
            await until(lambda: running.functions.of("MESSAGE"))
        return running.functions.of("MESSAGE")

    [message] = play(scenario)

    assert (message["requestContext"]["routeKey"], message["body"]) == (route, text)


def test_an_answer_is_sent_only_where_the_route_has_a_response():
    async def scenario(running):
        async with running.connect() as client:
            await client.send(frame(action="ack"))
            await until(lambda: running.functions.of("MESSAGE"))
            await client.send(frame(action="resume"))
            assert await client.recv() == 'to {"action": "resume"}'

    play(scenario)


def test_a_failed_function_and_a_frame_without_a_route_are_told(capsys):
    async def scenario(running):
        running.functions.is_broken = True
        async with running.connect() as client:
            await client.send(frame(action="ack"))
            failed = json.loads(await client.recv())
            running.door.service.api = dataclasses_replace(running.door.service.api)
            await client.send("hello")
            forbidden = json.loads(await client.recv())
            await client.send("again")
            await client.recv()
        return failed, forbidden

    def dataclasses_replace(found):
        routes = {key: each for key, each in found.routes.items() if key != "$default"}
        return type(found)(found.name, found.stage, found.selection, routes, found.authorizer)

    failed, forbidden = play(scenario)

    assert sorted(failed) == ["connectionId", "message", "requestId"]
    assert failed["message"] == "Internal server error"
    assert forbidden["message"] == "Forbidden"
    output = capsys.readouterr().out
    assert re.search(r"FRAME ack failed \d+ms SocketsFunction \S+ ValueError: no such luck", output)
    assert re.search(r"FRAME - failed \d+ms - \S+ no route takes this frame", output)


def test_frames_of_a_connection_run_at_the_same_time():
    async def scenario(running):
        running.functions.may_answer.clear()
        async with running.connect() as client:
            for number in range(40):
                await client.send(str(number))
            await until(lambda: len(running.functions.of("MESSAGE")) == 32)
            await asyncio.sleep(0.05)
            assert len(running.functions.of("MESSAGE")) == 32
            running.functions.may_answer.set()
            assert {await client.recv() for _ in range(40)} == {f"to {n}" for n in range(40)}

    play(scenario)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("x" * (32 * 1024 + 1), 1009),
        (["x" * 32 * 1024] * 4 + ["x"], 1009),
        (b"bytes", 1003),
    ],
)
def test_what_api_gateway_does_not_take_closes_the_connection(message, code, capsys):
    async def scenario(running):
        async with running.connect() as client:
            await client.send(message)
            found, _ = await closed(client)
        await until(lambda: running.functions.of("DISCONNECT"))
        return found, running.functions

    found, functions = play(scenario)

    assert found == code
    assert not functions.of("MESSAGE")
    [end] = functions.of("DISCONNECT")
    assert end["requestContext"]["disconnectStatusCode"] == code
    assert f"CLOSE {code} " in capsys.readouterr().out


def test_the_largest_message_and_frame_are_taken():
    async def scenario(running):
        async with running.connect() as client:
            await client.send(["x" * 32 * 1024] * 4)
            await client.recv()
        return running.functions.of("MESSAGE")

    [message] = play(scenario)

    assert len(message["body"]) == 128 * 1024


def test_a_connection_is_closed_after_ten_minutes_without_a_frame():
    async def scenario(running):
        async with running.connect() as client:
            await until(lambda: running.door.service.connections._open)
            running.clock.advance(minutes=9)
            await client.send("still here")
            await client.recv()
            running.clock.advance(minutes=9)
            await running.post(running.connection_ids[0], b"news")
            assert await client.recv() == "news"
            running.clock.advance(minutes=9)
            await asyncio.wait_for(await client.ping(), 10)  # A ping does not count.
            running.clock.advance(minutes=1)
            assert await closed(client) == (1001, "idle for 10 minutes")
        await until(lambda: running.functions.of("DISCONNECT"))
        return running.functions.of("DISCONNECT")

    [end] = play(scenario)

    assert end["requestContext"]["disconnectStatusCode"] == 1001
    assert end["requestContext"]["disconnectReason"] == "idle for 10 minutes"


def test_a_connection_is_closed_after_two_hours():
    async def scenario(running):
        async with running.connect() as client:
            for _ in range(14):
                await client.send("ping")
                await client.recv()
                running.clock.advance(minutes=8.5)
            await client.send("ping")
            await client.recv()
            running.clock.advance(minutes=1)
            return await closed(client)

    assert play(scenario) == (1001, "open for 2 hours")


def test_a_connection_that_breaks_off_is_disconnected_once():
    async def scenario(running):
        client = await running.connect()
        client.transport.abort()
        await until(lambda: running.functions.of("DISCONNECT"))
        await asyncio.sleep(0.05)
        return running.functions.of("DISCONNECT")

    [end] = play(scenario)

    assert end["requestContext"]["disconnectStatusCode"] == 1005


def test_the_end_of_the_server_closes_the_connections():
    async def scenario(running):
        client = await running.connect()
        return client, running.functions

    async def run():
        async with served() as running:
            client, functions = await scenario(running)
        code, _ = await closed(client)
        return code, functions.of("DISCONNECT")

    code, ends = asyncio.run(run())

    assert (code, len(ends)) == (1012, 1)


def test_http_still_goes_to_the_gateway():
    async def scenario(running):
        answer = await asyncio.to_thread(requests.get, running.url + "/live", timeout=10)
        return answer.status_code

    assert play(scenario) == 204
