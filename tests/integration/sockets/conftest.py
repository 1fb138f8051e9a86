from collections.abc import Iterator

import pytest

from tests.integration.cloud import Cloud
from tests.integration.sockets.gateway import Sockets, opened
from tests.integration.sockets.relay import Relay


@pytest.fixture
def sockets(pair: Cloud) -> Iterator[Sockets]:
    """Nova, Boots and a third agent, and the WebSocket API before them."""
    with opened(pair) as sockets:
        yield sockets


@pytest.fixture
def relay(sockets: Sockets) -> Relay:
    return Relay(sockets)


@pytest.fixture
def nova(sockets: Sockets) -> dict[str, object]:
    """What the authorizer says of Nova's key."""
    return keyed(sockets, "nova")


@pytest.fixture
def boots(sockets: Sockets) -> dict[str, object]:
    return keyed(sockets, "boots")


def keyed(sockets: Sockets, agent_id: str) -> dict[str, object]:
    item = sockets.cloud.read("AgentsTable", agent_id=agent_id) or {}
    return {"agent_id": agent_id, "key_id": next(iter(item["keys"])), "epoch": int(item["epoch"])}
