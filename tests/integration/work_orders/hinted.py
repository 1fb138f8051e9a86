"""Candidates that listen, and what they are told."""

from typing import Any

from local.in_process.sockets import Socket
from tests.integration.cloud import Cloud
from tests.integration.work_orders.pools import CAPABILITY

FRAME = {"frame": "available", "capability": CAPABILITY}
LATER = "2099-01-01T00:00:00Z"


def connected(cloud: Cloud, agent_id: str, **profile: Any) -> Socket:
    """Register an agent with the capability, and connect it."""
    agent = cloud.register(agent_id, **{"capabilities": [CAPABILITY], **profile})
    return another(cloud, agent.keyed)


def another(cloud: Cloud, keyed: Any) -> Socket:
    """A connection that has resumed."""
    context = {name: str(value) for name, value in keyed.items()}
    socket = cloud.sockets.connect(context=context)
    socket.send(action="resume")
    socket.take()
    return socket


def waiting(cloud: Cloud, agent_id: str, **profile: Any) -> None:
    """Register an agent with the capability, and let it wait for a moment in vain."""
    cloud.register(agent_id, **{"capabilities": [CAPABILITY], **profile})
    wait(cloud, agent_id)


def wait(cloud: Cloud, agent_id: str, **query: Any) -> list[dict[str, str]]:
    """Wait for at most a second: the hints of the answer."""
    query = {"agent_id": agent_id, "wait": 1, "after": "latest", **query}
    answer = cloud.get("/messaging/feed/wait", query)
    assert answer.status == 200, answer.text
    hints: list[dict[str, str]] = answer.json["available"]
    return hints


def told(*sockets: Socket) -> list[list[dict[str, Any]]]:
    """The hints that each connection got since it was last asked."""
    return [[each for each in socket.take() if each["frame"] == "available"] for socket in sockets]
