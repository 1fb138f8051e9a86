"""Every file in `events/` goes through the function that the template gives it, and is answered."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jsonschema import Draft202012Validator

from agent_messaging.docs import openapi
from local.openapi import FILE, ROOT
from local.template import Function
from tests.integration.cloud import TEMPLATE, Context, app

DOCUMENT: openapi.Document = json.loads(FILE.read_text("utf-8"))
FILES = sorted((ROOT / "events").rglob("*.json"))
EVENTS: dict[Path, dict[str, Any]] = {path: json.loads(path.read_text("utf-8")) for path in FILES}


def of(kind: str) -> list[Any]:
    """The event files with this member, as parameters."""
    return [
        pytest.param(path, id=f"{path.parent.name}/{path.stem}")
        for path, event in EVENTS.items()
        if kind in event
    ]


def run(function_name: str, event: dict[str, Any], folder: str) -> Any:
    function: Function = TEMPLATE.functions[function_name]
    assert function.code.name == folder
    handler = getattr(app(folder), function.handler.rpartition(".")[2])
    return handler(event, Context())


def route_of(event: dict[str, Any]) -> Any:
    method, path = event["routeKey"].split()
    return next(r for r in TEMPLATE.routes if (r.method, r.path) == (method, path))


def operation_of(event: dict[str, Any]) -> dict[str, Any]:
    method, path = event["routeKey"].split()
    return DOCUMENT["paths"][path][method.lower()]


def source_of(event: dict[str, Any]) -> str:
    """The table of a stream's event, out of its ARN."""
    (table,) = {each["eventSourceARN"].split("/")[1] for each in event["Records"]}
    return table


def streams_of(event: dict[str, Any], folder: str) -> list[Any]:
    """The mappings that deliver it; deployed, a table's name is the logical id and more."""
    return [
        each
        for each in TEMPLATE.streams
        if each.table in source_of(event) and TEMPLATE.functions[each.function].code.name == folder
    ]


def schedules_of(event: dict[str, Any]) -> list[Any]:
    """The schedules whose rule it names; a rule is named after its function and its event."""
    (rule,) = event["resources"]
    return [each for each in TEMPLATE.schedules if each.function + each.name in rule]


def body_of(result: dict[str, Any]) -> str:
    if not result["isBase64Encoded"]:
        return result["body"]
    return gzip.decompress(base64.b64decode(result["body"])).decode()


@pytest.mark.parametrize("path", of("routeKey"))
def test_a_request_is_answered_as_documented(path, told):
    event = EVENTS[path]
    result = run(route_of(event).function, event, path.parent.name)

    documented = operation_of(event)["responses"]
    success = next(status for status in documented if status.startswith("2"))
    assert str(result["statusCode"]) == success, result["body"]
    headers = {name.lower(): value for name, value in result["headers"].items()}
    assert event["requestContext"]["requestId"] in headers["x-request-id"]
    ((media_type, content),) = documented[success]["content"].items()
    if media_type == "application/json":
        schema = {**content["schema"], "components": DOCUMENT["components"]}
        Draft202012Validator(schema).validate(json.loads(body_of(result)))


@pytest.mark.parametrize("path", of("routeKey"))
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
    assert len(event.get("body", "").encode()) == int(event["headers"]["content-length"])


@pytest.mark.parametrize("path", of("body"))
def test_a_request_is_the_one_that_the_document_shows(path):
    examples = operation_of(EVENTS[path])["requestBody"]["content"]["application/json"]["examples"]
    assert {"value": json.loads(EVENTS[path]["body"])} in examples.values()


@pytest.mark.parametrize("path", of("source"))
def test_a_schedule_is_served(path, told):
    (schedule,) = schedules_of(EVENTS[path])
    assert run(schedule.function, EVENTS[path], path.parent.name)


def test_the_sweep_marks_the_overdue_order(told):
    (path,) = (path for path in FILES if path.stem == "sweep")
    (schedule,) = schedules_of(EVENTS[path])
    assert run(schedule.function, EVENTS[path], "work_orders") == {"expired": 1}


@pytest.mark.parametrize("path", of("Records"))
def test_a_batch_of_a_stream_is_taken_whole(path, told):
    (stream,) = streams_of(EVENTS[path], path.parent.name)
    answer = run(stream.function, EVENTS[path], path.parent.name)
    assert answer == {"batchItemFailures": []}


def test_every_route_has_an_event_file_and_no_file_has_another_route():
    routes = {f"{route.method} {route.path}" for route in TEMPLATE.routes}
    assert {event["routeKey"] for event in EVENTS.values() if "routeKey" in event} == routes


def test_every_schedule_has_an_event_file():
    found = [
        schedule
        for event in EVENTS.values()
        if "source" in event
        for schedule in schedules_of(event)
    ]
    assert sorted(each.function for each in found) == sorted(
        each.function for each in TEMPLATE.schedules
    )


def test_every_stream_has_an_event_file():
    found = {
        stream.table
        for path, event in EVENTS.items()
        if "Records" in event
        for stream in streams_of(event, path.parent.name)
    }
    assert found == {stream.table for stream in TEMPLATE.streams}


def test_every_file_is_a_request_a_schedule_or_a_batch():
    for path, event in EVENTS.items():
        assert {"routeKey", "source", "Records"} & set(event), path
