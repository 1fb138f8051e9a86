"""A server of `make run`'s, fresh for each module: Nova and Boots are seeded and never seen."""

from collections.abc import Iterator

import pytest

from tests.e2e.server import Server, running_server


@pytest.fixture(scope="module")
def opened() -> Iterator[Server]:
    """The server, in open mode."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="module")
def url(opened: Server) -> str:
    """Where the server listens."""
    return opened.url


@pytest.fixture
def fresh_url() -> Iterator[str]:
    """Where a server listens that nobody has called."""
    with running_server() as server:
        yield server.url
