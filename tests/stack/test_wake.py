"""On the deployed stack an agent is woken: by its feed, by a frame and by a webhook.

The emulator evaluates the roles. What it cannot show: that AWS drops a reply without a
RouteResponse, the limits of frames, and how long AWS's streams take.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from standardwebhooks import Webhook
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.e2e.client import Agent, Stack, eventually
from tests.stack.deployment import Deployment

SECONDS = 30


@pytest.fixture(scope="module")
def agents(dev: Deployment) -> list[Agent]:
    stack = Stack(dev.api_url, is_open_mode=False, registration_key=dev.registration_key)
    return [stack.register(name) for name in ("Waker", "Sleeper")]


@pytest.fixture
def socket(dev: Deployment, agents: list[Agent]) -> Iterator[ClientConnection]:
    """A connection of Sleeper."""
    key = {"Authorization": f"Bearer {agents[1].api_key}"}
    with connect(dev.socket_url, additional_headers=key, open_timeout=SECONDS) as connection:
        yield connection


def frame(socket: ClientConnection) -> dict:
    found: dict = json.loads(socket.recv(timeout=SECONDS))
    return found


def resume(socket: ClientConnection, **after: str) -> dict:
    socket.send(json.dumps({"action": "resume", **after}))
    hello = frame(socket)
    assert hello["frame"] == "hello", hello
    return hello


def test_a_message_wakes_its_recipient_on_a_connection(socket, agents):
    waker, sleeper = agents
    assert resume(socket, after="latest")["agent_id"] == sleeper.agent_id
    sent = waker.post("/messaging/send", to_agent_id=sleeper.agent_id, body="Wake up.")
    event = frame(socket)
    assert (event["frame"], event["type"]) == ("event", "message.received")
    assert event["data"]["message_id"] == sent["message_id"]

    socket.send(json.dumps({"action": "ack", "position": event["position"]}))
    socket.send(json.dumps({"action": "ping"}))
    assert frame(socket)["frame"] == "pong"
    path = f"/messaging/messages/{sent['message_id']}"
    assert eventually(lambda: waker.get(path)["receipt"]["status"] == "delivered")
    assert waker.get(path)["receipt"]["delivered_via"] == "socket"


def test_a_waiting_request_is_answered_by_the_next_event(agents):
    waker, sleeper = agents
    after = sleeper.get("/messaging/feed", after="latest")["next_after"]
    sent = waker.post("/messaging/send", to_agent_id=sleeper.agent_id, body="Again.")

    def ids() -> list[str]:
        page = sleeper.get("/messaging/feed/wait", after=after, wait=2)
        return [event["data"]["message_id"] for event in page["events"]]

    assert eventually(lambda: ids() == [sent["message_id"]])


def test_a_webhook_gets_the_event_and_acknowledges_it(account, dev, agents):
    waker, sleeper = agents
    url = f"http://{account.receiver.address}/events"
    made = sleeper.send("POST", "/messaging/webhooks", json={"url": url})
    assert made.status_code == 201, made.text
    sent = waker.post("/messaging/send", to_agent_id=sleeper.agent_id, body="By webhook.")

    def of_message() -> list[tuple[dict[str, str], bytes]]:
        every = account.receiver.received
        return [each for each in every if sent["message_id"].encode() in each[1]]

    assert eventually(of_message, SECONDS)
    headers, body = of_message()[0]
    event = Webhook(made.json()["secret"]).verify(body, headers)
    assert event["type"] == "message.received"
    path = f"/messaging/messages/{sent['message_id']}"
    assert eventually(lambda: waker.get(path)["receipt"]["delivered_via"] == "webhook", SECONDS)


def test_a_ticket_opens_one_connection(dev, agents):
    answer = agents[1].send("POST", "/messaging/feed/ticket", json={})
    assert answer.status_code == 201, answer.text
    # The host of AWS, in place of which the emulator has another.
    _, _, query = answer.json()["socket_url"].partition("/live?")
    url = f"{dev.socket_url}?{query}"
    with connect(url, open_timeout=SECONDS) as socket:
        assert resume(socket)["agent_id"] == agents[1].agent_id
    with pytest.raises(InvalidStatus):
        connect(url, open_timeout=SECONDS)


def test_without_a_key_there_is_no_connection(dev):
    with pytest.raises(InvalidStatus):
        connect(dev.socket_url, open_timeout=SECONDS)
