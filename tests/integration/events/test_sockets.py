"""The events of the WebSocket API: one for each of its routes, served as they stand."""

import copy
import json

import pytest

from local.cloudformation import parse
from local.template import TEMPLATE as FILE
from tests.integration.events.files import EVENTS, FRAMES, SOCKET_AUTHORIZERS, run
from tests.integration.sockets.gateway import opened
from tools.openapi import example_data

API = parse(FILE.read_text("utf-8"), FILE.name)["Resources"]["SocketsApi"]["Properties"]
ANSWERS = {
    "$connect": [],
    "$default": ["problem"],
    "$disconnect": [],
    "ack": [],
    "ping": ["closing", "pong"],  # the connection of the event began long ago
    "resume": ["hello"],
    "subscribe": ["problem"],
    "typing": [],
    "unsubscribe": ["problem"],
}
KINDS = {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}


@pytest.fixture
def sockets(told):
    with opened(told) as sockets:
        yield sockets


def test_every_route_has_an_event_file_under_its_name():
    found = {
        each.values[0].stem: EVENTS[each.values[0]]["requestContext"]["routeKey"] for each in FRAMES
    }
    assert {name: route.removeprefix("$") for name, route in found.items()} == {
        name: name for name in found
    }
    assert set(found.values()) == set(API["Routes"]) == set(ANSWERS)


@pytest.mark.parametrize("path", FRAMES)
def test_a_frame_is_answered(path, sockets):
    event = EVENTS[path]
    about = event["requestContext"]
    connection_id, route = about["connectionId"], about["routeKey"]
    sockets.management.open.add(connection_id)
    if route == "ping":
        (resume,) = (e.values[0] for e in FRAMES if e.values[0].stem == "resume")
        run("SocketsFunction", resume)
        sockets.management.received.clear()
    result = run("SocketsFunction", path)
    frames = [*sockets.management.received[connection_id]]
    frames += [json.loads(result["body"])] if "body" in result else []
    assert [each["frame"] for each in frames] == ANSWERS[route]


@pytest.mark.parametrize("path", FRAMES)
def test_an_event_agrees_with_itself_and_the_template(path):
    event = EVENTS[path]
    about = event["requestContext"]
    route = about["routeKey"]
    assert about["stage"] == API["StageName"]
    assert about["eventType"] == KINDS.get(route, "MESSAGE")
    assert about["authorizer"]["agent_id"] == example_data.NOVA["id"]
    assert (about["authorizer"]["key_id"], about["authorizer"]["epoch"]) == (
        example_data.KEY_ID,
        "1",
    )
    assert ("body" in event) == (about["eventType"] == "MESSAGE")
    if "body" in event and route != "$default":
        assert json.loads(event["body"])["action"] == route


@pytest.mark.parametrize("path", SOCKET_AUTHORIZERS)
def test_the_authorizer_refuses_the_key_of_its_event_and_takes_one_that_opens(
    path, told, key_of_nova
):
    event = copy.deepcopy(EVENTS[path])
    assert event["methodArn"].endswith("/live/$connect")
    answer = run("SocketsAuthorizerFunction", path, event)
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Deny"
    event["headers"]["Authorization"] = f"Bearer {key_of_nova}"
    answer = run("SocketsAuthorizerFunction", path, event)
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert answer["context"] == {
        "agent_id": example_data.NOVA["id"],
        "key_id": example_data.KEY_ID,
        "epoch": 1,
    }
