import base64
import json
from datetime import UTC, datetime

import pytest

from local.events import Request, http_event, scheduled_event
from local.model import Route
from local.responses import BadResultError, Response, response
from local.routing import Routes

NOON = datetime(2026, 3, 12, 19, 3, 58, 390000, tzinfo=UTC)
ROUTES = Routes([Route("POST", "/agents/{agent_id}", "Agents", None)])


def event_of(path="/agents/nova", query="", headers=(), body=b""):
    request = Request("POST", path, query, headers, body, "127.0.0.1", "HTTP/1.1", NOON, "id-1")
    return http_event(request, ROUTES.match("POST", path), {"lambda": {"mode": "open"}})


def test_a_request_becomes_an_event_of_payload_format_2():
    headers = (
        ("host", "127.0.0.1:8080"),
        ("content-type", "application/json"),
        ("user-agent", "curl/8"),
        ("x-many", "1"),
        ("x-many", "2"),
        ("cookie", "a=1; b=2"),
    )

    event = event_of("/agents/no%20va", "q=a+b&q=c&empty=", headers, b'{"a": 1}')

    assert event == {
        "version": "2.0",
        "routeKey": "POST /agents/{agent_id}",
        "rawPath": "/agents/no va",
        "rawQueryString": "q=a+b&q=c&empty=",
        "cookies": ["a=1", "b=2"],
        "headers": {
            "host": "127.0.0.1:8080",
            "content-type": "application/json",
            "user-agent": "curl/8",
            "x-many": "1,2",
        },
        "queryStringParameters": {"q": "a b,c", "empty": ""},
        "pathParameters": {"agent_id": "no va"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "authorizer": {"lambda": {"mode": "open"}},
            "domainName": "127.0.0.1:8080",
            "domainPrefix": "127",
            "http": {
                "method": "POST",
                "path": "/agents/no va",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "curl/8",
            },
            "requestId": "id-1",
            "routeKey": "POST /agents/{agent_id}",
            "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1773342238390,
        },
        "body": '{"a": 1}',
        "isBase64Encoded": False,
    }


def test_what_a_request_does_not_have_has_no_key():
    assert not {"body", "cookies", "queryStringParameters"} & event_of().keys()


@pytest.mark.parametrize(
    ("content_type", "body", "is_encoded"),
    [
        ("application/json; charset=utf-8", "é".encode(), False),
        ("application/problem+json", b"{}", False),
        ("application/x-www-form-urlencoded", b"a=b", False),
        ("text/plain", b"a", False),
        ("application/xml", b"<a/>", False),
        ("application/json", b"\xff", True),
        ("application/octet-stream", b"a", True),
        ("", b"a", True),
    ],
)
def test_a_body_that_is_not_text_arrives_in_base64(content_type, body, is_encoded):
    event = event_of(headers=(("content-type", content_type),), body=body)

    expected = base64.b64encode(body).decode() if is_encoded else body.decode()
    assert (event["body"], event["isBase64Encoded"]) == (expected, is_encoded)


def test_bytes_that_are_not_utf_8_do_not_stop_a_request():
    event = event_of("/agents/%ff%00", "a=%ff&%c3=1")

    assert event["pathParameters"] == {"agent_id": "\ufffd\x00"}
    assert event["queryStringParameters"] == {"a": "\ufffd", "\ufffd": "1"}
    json.dumps(event).encode()


def test_a_result_becomes_a_response():
    result = {
        "statusCode": 201,
        "headers": {"X-A": 1, "Content-Length": "99"},
        "cookies": ["c=1"],
        "body": "é",
    }

    assert response(result) == Response(
        201,
        (("x-a", "1"), ("content-type", "text/plain;charset=UTF-8"), ("set-cookie", "c=1")),
        "é".encode(),
    )


@pytest.mark.parametrize(
    ("result", "body"), [({"a": 1}, b'{"a": 1}'), ("text", b"text"), (None, b"null"), ([1], b"[1]")]
)
def test_a_result_without_a_status_is_a_200_in_json(result, body):
    assert response(result) == Response(200, (("content-type", "application/json"),), body)


def test_a_204_has_no_body():
    assert response({"statusCode": 204, "body": "x"}) == Response(204, (), b"")


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "abc"},
        {"statusCode": 99},
        {"statusCode": 600},
        {"statusCode": None},
        {"statusCode": 200, "body": {"not": "text"}},
        {"statusCode": 200, "body": "%%%", "isBase64Encoded": True},
        {"statusCode": 200, "body": "\ud800"},
        {"statusCode": 200, "headers": {"x-a": "b\r\nx-c: d"}},
        {"statusCode": 200, "headers": {"not a name": "b"}},
        {"statusCode": 200, "headers": {"x-a": "\ud800"}},
        {"statusCode": 200, "headers": ["x-a"]},
    ],
)
def test_a_result_that_is_no_response_is_refused(result):
    with pytest.raises(BadResultError):
        response(result)


def test_a_schedule_sends_the_event_of_eventbridge():
    assert scheduled_event("RollUp", NOON, "id-2") == {
        "version": "0",
        "id": "id-2",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-03-12T19:03:58Z",
        "region": "us-east-1",
        "resources": ["arn:aws:events:us-east-1:123456789012:rule/RollUp"],
        "detail": {},
    }
