"""Hints tell candidates that are connected, or that wait, of an order that they could take."""

from typing import Any

import pytest

from local.in_process.sockets import Socket
from tests.integration.cloud import Cloud
from tests.integration.work_orders.pools import (
    CAPABILITY,
    block,
    claim,
    pool_order,
)
from tests.integration.work_orders.test_pool_races import lapse

HINT = {"frame": "available", "capability": CAPABILITY}


@pytest.fixture
def agents(pair: Cloud) -> dict[str, Any]:
    return {}


def connected(cloud: Cloud, agent_id: str, **profile: Any) -> Socket:
    """Register an agent with the capability, and connect it."""
    agent = cloud.register(agent_id, **{"capabilities": [CAPABILITY], **profile})
    context = {name: str(value) for name, value in agent.keyed.items()}
    socket = cloud.sockets.connect(context=context)
    socket.send(action="resume")
    socket.take()
    return socket


def test_a_connected_candidate_gets_a_frame(pair: Cloud):
    ada = connected(pair, "ada")
    pool_order(pair, "nova")
    pair.pump("WorkOrdersTable")
    assert ada.take() == [HINT]


def test_those_that_could_not_take_it_get_none(pair: Cloud):
    other = connected(pair, "other", capabilities=["translation"])
    blocked, blocking, busy = (connected(pair, each) for each in ("blocked", "blocking", "busy"))
    block(pair, "nova", "blocked")
    block(pair, "blocking", "nova")
    pair.call("PUT", "/messaging/presence", {"agent_id": "busy"}, {"max_concurrent_jobs": 1})
    claim(pair, "busy", pool_order(pair, "third"))
    pair.pump("WorkOrdersTable")
    for each in (other, blocked, blocking, busy):
        each.take()
    nova = connected(pair, "client")
    pool_order(pair, "client")
    pool_order(pair, "nova")
    pair.pump("WorkOrdersTable")
    assert [each.take() for each in (other, blocked, blocking, busy, nova)] == [[], [], [], [], []]
