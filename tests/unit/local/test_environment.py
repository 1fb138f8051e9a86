"""No variable of the user's reaches a process that could end because of it."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from local import engine, isolated_engine
from local.environment import cleaned, isolate
from local.instance import Endpoints, Instance
from local.model import Function

HARMFUL = {
    "AWS_PROFILE": "no-such-profile",
    "AWS_CONFIG_FILE": "/no/such/file",
    "AWS_MAX_ATTEMPTS": "many",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "POWERTOOLS_LOG_LEVEL": "BOGUS",
    "PYTHONSTARTUP": "/no/such/file",
    "WEB_CONCURRENCY": "many",
    "SOMETHING_NEW": "that nobody has thought of",
}
FUNCTION = Function("F", Path("code"), (), "app.handler", 3, 128, {"GREETING": "hello"})


def test_what_is_needed_stays_and_nothing_else():
    kept = cleaned({"PATH": "/bin", "HOME": "/root", "TZ": "UTC", **HARMFUL})

    assert kept == {
        "PATH": "/bin",
        "HOME": "/root",
        "TZ": "UTC",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_a_process_can_isolate_itself(monkeypatch):
    environment = {"PATH": "/bin", **HARMFUL}
    monkeypatch.setattr(os, "environ", environment)

    isolate()

    assert environment == cleaned({"PATH": "/bin"})


class StartedError(Exception):
    """Ends a start, with the environment that the process would get."""


@pytest.mark.parametrize(
    "start",
    [
        engine.start_moto,
        lambda: isolated_engine.start(python=Path(sys.executable)),
        lambda: Instance.start(FUNCTION, Endpoints("http://127.0.0.1:9")),
    ],
    ids=["moto", "isolated", "worker"],
)
def test_no_process_of_the_server_sees_them(monkeypatch, start):
    async def start_process(*_arguments, env, **_options):
        raise StartedError(env)

    for name, value in HARMFUL.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", start_process)

    with pytest.raises(StartedError) as started:
        asyncio.run(start())

    [environment] = started.value.args
    assert "PATH" in environment
    assert not HARMFUL.items() & environment.items()


def test_an_isolated_engine_that_is_not_installed_is_one_line():
    with pytest.raises(engine.EngineError, match="Start the server with make run ENGINE=isolated"):
        asyncio.run(isolated_engine.start(python=Path("/no/.venv-engine/bin/python")))
