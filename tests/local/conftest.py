"""A server of `make run`'s, fresh for each module: Nova and Boots are seeded and never seen."""

from collections.abc import Iterator

import pytest

from tests.e2e.server import running_server


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the server listens."""
    with running_server() as server:
        yield server.url


@pytest.fixture
def fresh_url() -> Iterator[str]:
    """Where a server listens that nobody has called."""
    with running_server() as server:
        yield server.url
