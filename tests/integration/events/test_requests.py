"""A request's event is answered as documented, and is what API Gateway would send."""

import base64
import gzip
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator

from agent_messaging.agents import keys as api_keys
from local.in_process.functions import TEMPLATE
from tests.integration.events.files import (
    AUTHORIZERS,
    DOCUMENT,
    EVENTS,
    REQUESTS,
    WITH_BODY,
    kind_of,
    operation_of,
    route_of,
    run,
)
from tests.known_values import closed
from tools.openapi import example_data


def body_of(result: dict[str, Any]) -> str:
    if not result["isBase64Encoded"]:
        return result["body"]
    return gzip.decompress(base64.b64decode(result["body"])).decode()


@pytest.mark.parametrize("path", REQUESTS)
def test_a_request_is_answered_as_documented(path, told):
    event = EVENTS[path]
    result = run(route_of(event).function, path)

    documented = operation_of(event)["responses"]
    success = next(status for status in documented if status.startswith("2"))
    assert str(result["statusCode"]) == success, result["body"]
    headers = {name.lower(): value for name, value in result["headers"].items()}
    assert event["requestContext"]["requestId"] in headers["x-request-id"]
    if "content" not in documented[success]:
        assert result["body"] == ""
        return
    # The other forms of a page are for clients that ask for them.
    (media_type, content), *_ = documented[success]["content"].items()
    if media_type == "application/json":
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(closed(schema)).validate(json.loads(body_of(result)))


@pytest.mark.parametrize("path", [*REQUESTS, *AUTHORIZERS])
def test_a_request_agrees_with_itself(path):
    event = EVENTS[path]
    context = event["requestContext"]

    assert event["version"] == "2.0"
    assert event["routeKey"] == context["routeKey"]
    assert event["routeKey"].split()[0] == context["http"]["method"]
    assert event["rawPath"] == context["http"]["path"]
    parts = event.get("pathParameters", {})
    assert event["rawPath"] == event["routeKey"].split()[1].format(**parts)
    assert dict(parse_qsl(event["rawQueryString"])) == event.get("queryStringParameters", {})
    if kind_of(event) == "routeKey":  # An authorizer is shown no body.
        assert len(event.get("body", "").encode()) == int(event["headers"]["content-length"])


@pytest.mark.parametrize("path", REQUESTS)
def test_a_request_carries_what_its_authorizer_vouches_for(path):
    event = EVENTS[path]
    authorizer = event["requestContext"].get("authorizer")

    if route_of(event).authorizer is None:
        assert authorizer is None
        assert "authorization" not in event["headers"]
    else:
        assert list(authorizer["lambda"]) == ["agent_id", "key_id", "epoch"]
        assert authorizer["lambda"]["epoch"] == 1
        assert event["headers"]["authorization"] == f"Bearer {example_data.API_KEY}"


@pytest.mark.parametrize("path", [*REQUESTS, *AUTHORIZERS])
def test_no_file_holds_a_key_that_could_open_anything(path):
    headers = EVENTS[path]["headers"]

    assert api_keys.from_header(headers.get("authorization", "")) is None
    assert headers.get("x-registration-key") in (None, "put-the-registration-key-here")


@pytest.mark.parametrize("path", WITH_BODY)
def test_a_request_is_the_one_that_the_document_shows(path):
    examples = operation_of(EVENTS[path])["requestBody"]["content"]["application/json"]["examples"]
    assert {"value": json.loads(EVENTS[path]["body"])} in examples.values()


def test_every_route_has_an_event_file_and_no_file_has_another_route():
    routes = {route.key for route in TEMPLATE.routes if not route.is_catch_all}
    assert {EVENTS[each.values[0]]["routeKey"] for each in REQUESTS} == routes


@pytest.mark.parametrize("path", REQUESTS)
def test_a_request_lies_under_the_names_of_its_operation(path):
    operation = operation_of(EVENTS[path])["operationId"]
    assert f"{path.parent.name}_{path.stem}".startswith(operation)
