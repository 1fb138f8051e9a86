import asyncio
import contextlib
import json
import os
import signal

import pytest

from local.instance import (
    Endpoints,
    FunctionDiedError,
    FunctionFailedError,
    FunctionTimedOutError,
    InvocationError,
)
from local.pool import Pool, Pools, may_write

NOWHERE = Endpoints("http://127.0.0.1:9")
EVENT = {"requestContext": {"requestId": "id-1"}}


def do(what):
    return {"pathParameters": {"what": what}}


def run(functions, *events, size=4, endpoints=NOWHERE):
    """What each event gives, one after the other, in one pool."""

    async def play():
        pool = Pool(functions, endpoints, size)
        results = []
        try:
            for event in events:
                try:
                    results.append(await pool.invoke(event))
                except InvocationError as error:
                    results.append(error)
        finally:
            await pool.kill()
        return results

    return asyncio.run(play())


def test_a_handler_sees_what_it_would_see_on_lambda(template, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    monkeypatch.setenv("SOMETHING_ELSE", "mine")

    [result] = run(template.functions["EchoFunction"], EVENT)

    seen = json.loads(result["body"])
    assert seen["event"] == EVENT
    assert (seen["name"], seen["memory"]) == ("EchoFunction", "256")
    assert 0 < seen["left"] <= 3000
    assert seen["environment"]["ITEMS_TABLE"] == "ItemsTable"
    assert seen["environment"]["AWS_ENDPOINT_URL_DYNAMODB"] == "http://127.0.0.1:9"
    assert "AWS_ENDPOINT_URL_SECRETS_MANAGER" not in seen["environment"]
    assert "mine" not in seen["environment"].values()


def test_a_handler_finds_secrets_where_there_are_any(template):
    endpoints = Endpoints("http://127.0.0.1:9", secrets="http://127.0.0.1:10")

    [result] = run(template.functions["EchoFunction"], EVENT, endpoints=endpoints)

    seen = json.loads(result["body"])["environment"]
    assert seen["AWS_ENDPOINT_URL_SECRETS_MANAGER"] == "http://127.0.0.1:10"
    assert seen["AWS_ENDPOINT_URL_DYNAMODB"] == "http://127.0.0.1:9"


def test_a_key_in_a_traceback_is_not_printed(template, capfd):
    event = {"pathParameters": {"what": "leak"}}

    [error] = run(template.functions["MisbehavingFunction"], event)

    printed = capfd.readouterr().err
    assert isinstance(error, FunctionFailedError)
    assert "ValueError: no agent has am_live_[redacted]" in printed
    assert "secret" not in printed


def test_a_handler_imports_from_its_folder_and_its_layers_and_nowhere_else_here(project, template):
    [result] = run(template.functions["EchoFunction"], EVENT)

    own = [each for each in json.loads(result["body"])["path"] if "site-packages" not in each]
    assert own[:2] == [str(project / "functions/echo"), str(project / "layers/shared")]
    assert not [each for each in own if each.endswith("local") or each == os.getcwd()]


def test_one_instance_serves_one_request_after_the_other(template):
    first, second = run(template.functions["MisbehavingFunction"], do("pid"), do("pid"))

    assert first == second


def test_requests_beyond_the_instances_wait_and_none_is_refused(template):
    async def play():
        pool = Pool(template.functions["MisbehavingFunction"], NOWHERE, size=2)
        try:
            return await asyncio.gather(*(pool.invoke(do("pid")) for _ in range(12)))
        finally:
            await pool.kill()

    results = asyncio.run(play())

    assert len(results) == 12
    assert len({each["pid"] for each in results}) <= 2


@pytest.mark.parametrize(
    ("what", "error", "message"),
    [
        ("raise", FunctionFailedError, "ValueError: no such luck"),
        ("sysexit", FunctionFailedError, "SystemExit: 3"),
        ("set", FunctionFailedError, "TypeError: .*set is not JSON"),
        ("exit", FunctionDiedError, "its process ended"),
        ("sleep", FunctionTimedOutError, "timed out after 1 seconds"),
    ],
)
def test_a_failure_is_told_and_the_next_request_is_served(template, what, error, message):
    failure, after = run(template.functions["MisbehavingFunction"], do(what), do("pid"))

    assert type(failure) is error
    with pytest.raises(error, match=message):
        raise failure
    assert after["pid"]


def test_a_handler_that_cannot_be_imported_is_a_failure_that_can_be_mended(project, template):
    code = project / "functions/misbehaving/app.py"
    good = code.read_text()
    code.write_text("import nothing_of_this_name")

    async def play():
        pool = Pool(template.functions["MisbehavingFunction"], NOWHERE)
        try:
            with pytest.raises(FunctionFailedError, match="ModuleNotFoundError"):
                await pool.invoke(do("pid"))
            code.write_text(good)
            return await pool.invoke(do("pid"))
        finally:
            await pool.kill()

    assert asyncio.run(play())["pid"]


def test_an_instance_that_died_while_it_was_idle_is_not_asked(template, wait_until):
    async def play():
        pool = Pool(template.functions["MisbehavingFunction"], NOWHERE)
        try:
            first = await pool.invoke(do("pid"))
            os.kill(first["pid"], 9)
            await asyncio.sleep(0.2)
            return first, await pool.invoke(do("pid"))
        finally:
            await pool.kill()

    first, second = asyncio.run(play())
    assert first["pid"] != second["pid"]


def test_an_instance_that_died_this_very_moment_is_not_asked_either(template):
    """Before the event loop has heard of it: nothing is awaited between its end and the request."""

    async def play():
        pool = Pool(template.functions["MisbehavingFunction"], NOWHERE, 1)
        try:
            first = await pool.invoke(do("pid"))
            end(first["pid"])
            return first, await pool.invoke(do("pid"))
        finally:
            await pool.kill()

    def end(pid):
        os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):  # asyncio's thread was quicker
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    first, second = asyncio.run(play())
    assert first["pid"] != second["pid"]


def test_new_code_serves_the_next_request_and_the_running_one_ends_on_the_old(project, template):
    async def play():
        pools = Pools(template.functions, NOWHERE)
        try:
            await pools.invoke("MisbehavingFunction", do("pid"))
            running = asyncio.create_task(pools.invoke("MisbehavingFunction", do("nap")))
            await asyncio.sleep(0)  # The process is there, so it has the request now.
            code = project / "functions/misbehaving/app.py"
            code.write_text("def handler(event, context): return 'new'")
            await pools.replace(template.functions)
            return await pools.invoke("MisbehavingFunction", do("nap")), await running
        finally:
            await pools.close()

    new, old = asyncio.run(play())
    assert new == "new"
    assert old["pid"]


def test_nothing_runs_after_the_end(template):
    async def play():
        pools = Pools(template.functions, NOWHERE)
        pid = (await pools.invoke("MisbehavingFunction", do("pid")))["pid"]
        running = asyncio.create_task(pools.invoke("MisbehavingFunction", do("sleep")))
        await asyncio.sleep(0.1)
        await pools.close()
        with pytest.raises(FunctionDiedError):
            await running
        with pytest.raises(FunctionDiedError):
            await pools.invoke("MisbehavingFunction", do("pid"))
        return pid

    pid = asyncio.run(play())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"requestContext": {"http": {"method": "GET"}}}, False),
        ({"requestContext": {"http": {"method": "HEAD"}}}, False),
        ({"requestContext": {"http": {"method": "POST"}}}, True),
        ({"type": "REQUEST", "requestContext": {"http": {"method": "POST"}}}, False),
        ({"Records": []}, True),
        ({"requestContext": {"routeKey": "ack", "eventType": "MESSAGE"}}, True),
        ([], True),
    ],
)
def test_the_streams_are_read_at_once_after_what_may_write(event: object, expected: object):
    assert may_write(event) is expected
