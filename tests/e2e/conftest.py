"""A running stack and clients for it.

`API_URL` names any stack, deployed or local, and `REGISTRATION_KEY` what it asks of those who
register. Without them the stand-in cloud is started on a free port, with `AUTH` and `REGISTRATION`
as for `make run`, and stopped again. Agents are registered anew in each run, so that a stack may be
in use.
"""

import os
from collections.abc import Callable, Iterator

import pytest
import requests

from tests.e2e.client import Agent, Stack
from tests.e2e.server import running_server


def answers_in_open_mode(url: str) -> bool:
    """Whether the stack believes identity parameters; ends the run when it does not answer."""
    try:
        answer = requests.get(f"{url}/health", timeout=10)
    except requests.ConnectionError:
        pytest.exit(f"no API answers at {url}", returncode=2)
    return answer.headers.get("x-auth-mode") == "open"


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The stack under test."""
    if url := os.environ.get("API_URL"):
        url = url.rstrip("/").removesuffix("/api/v1")
        key = os.environ.get("REGISTRATION_KEY")
        yield Stack(url, answers_in_open_mode(url), key)
        return
    auth = os.environ.get("AUTH") or "open"
    registration = os.environ.get("REGISTRATION") or "open"
    with running_server(auth=auth, registration=registration) as server:
        key = server.registration_key() if registration == "key" else None
        tables_url = server.printed(r"^  Tables +(http://\S+) ")
        yield Stack(server.url, auth == "open", key, tables_url)


@pytest.fixture(scope="session")
def true_to_the_gateway(stack: Stack) -> None:
    """For what an HTTP API does by itself, and `sam local start-api` does otherwise.

    It knows one request id for all, answers 502 to a body that is no text, and 403 in place of 404.
    """
    answer = requests.get(f"{stack.url}/health", timeout=30)
    if answer.headers.get("Server", "").startswith("Werkzeug"):
        pytest.skip("sam local is another gateway here")


@pytest.fixture
def register(stack: Stack) -> Iterator[Callable[..., Agent]]:
    """Registers a new agent under a name, who leaves after the test."""
    agents: list[Agent] = []

    def register(name: str, **profile: object) -> Agent:
        agents.append(stack.register(name, **profile))
        return agents[-1]

    yield register
    for agent in agents:
        agent.leave()


@pytest.fixture
def nova(register: Callable[..., Agent]) -> Agent:
    return register("Nova")


@pytest.fixture
def boots(register: Callable[..., Agent]) -> Agent:
    return register("Boots")
