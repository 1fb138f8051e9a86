"""An authorizer's event: refused as it stands, and let through with a key that opens something."""

import copy
from pathlib import Path
from typing import Any

import pytest

from local.in_process.functions import TEMPLATE
from tests.integration.events.files import AUTHORIZERS, EVENTS, route_of, run
from tools.openapi import example_data


def authorize(path: Path, event: dict[str, Any]) -> Any:
    return run(route_of(event).authorizer.function, path, event)


@pytest.mark.parametrize("path", AUTHORIZERS)
def test_the_authorizer_refuses_the_key_of_its_event(path, told):
    assert authorize(path, EVENTS[path]) == {"isAuthorized": False}


@pytest.mark.parametrize("path", AUTHORIZERS)
def test_the_authorizer_tells_whose_key_it_is(path, key_of_nova):
    event = copy.deepcopy(EVENTS[path])
    event["headers"]["authorization"] = event["identitySource"][0] = f"Bearer {key_of_nova}"

    vouched = {"agent_id": example_data.NOVA["id"], "key_id": example_data.KEY_ID, "epoch": 1}
    answer = authorize(path, event)
    assert answer == {"isAuthorized": True, "context": vouched}


@pytest.mark.parametrize("path", AUTHORIZERS)
def test_an_authorizers_event_is_that_of_its_route(path):
    event = EVENTS[path]
    context, authorizer = event["requestContext"], route_of(event).authorizer

    api = f"arn:aws:execute-api:us-east-1:{context['accountId']}:{context['apiId']}"
    stage, method = context["stage"], context["http"]["method"]
    assert event["type"] == "REQUEST"
    assert event["routeArn"] == f"{api}/{stage}/{method}{event['rawPath']}"
    assert event["identitySource"] == [event["headers"][name] for name in authorizer.headers]
    assert not {"body", "isBase64Encoded"} & set(event)
    assert "authorizer" not in context


def test_every_authorizer_has_an_event_file():
    found = {route_of(EVENTS[each.values[0]]).authorizer for each in AUTHORIZERS}
    assert found == {route.authorizer for route in TEMPLATE.routes if route.authorizer}
