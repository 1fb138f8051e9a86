from collections.abc import Iterator

import pytest

from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.sockets.gateway import Sockets
from tests.integration.sockets.relay import Relay


@pytest.fixture
def sockets(pair: Cloud) -> Iterator[Sockets]:
    """Nova, Boots and a third agent, and the WebSocket API before them."""
    yield Sockets(pair)
    for group in ("sockets", "agents"):
        app(group).connections._client = None


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
