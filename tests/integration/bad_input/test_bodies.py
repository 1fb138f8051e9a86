"""A body is bytes of JSON that are declared as JSON, or it is refused."""

import json

import pytest

from tests.integration.bad_input.refusals import SEND, post, refusal
from tests.integration.cloud import Cloud


@pytest.mark.parametrize(
    "raw",
    [
        "{",
        "",
        "[]",
        "null",
        '"text"',
        "5",
        "true",
        "{'a': 1}",
        '{"a":1}{"b":2}',
        '{"a":1,}',
        "\ufeff",
        "\ufeff\ufeff{}",
        b"\xff\xfe",
        b'{"to_agent_id":"\xc3\x28"}',
        b"\xed\xa0\x80",
        "to_agent_id=boots&body=x",
        '{"a":"\n"}',
        "\x00",
    ],
)
def test_a_body_that_is_no_json_object_is_400(pair: Cloud, raw: str | bytes):
    if raw == "":
        assert refusal(post(pair, raw=raw)) == (422, "invalid", ["#/to_agent_id", "#/body"])
    else:
        assert refusal(post(pair, raw=raw)) == (400, "malformed", [])


@pytest.mark.parametrize("body", ["%%%", "é", "a"])
def test_a_body_that_is_no_base64_is_400(pair: Cloud, body: str):
    assert refusal(post(pair, raw=body, isBase64Encoded=True)) == (400, "malformed", [])


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "application/jsonl",
        "application/json; charset=latin-1",
        "json",
        "*/*",
        ";",
    ],
)
def test_a_body_that_is_not_declared_as_json_is_415(pair: Cloud, content_type: str | None):
    answer = post(pair, body=SEND, content_type=content_type)
    assert refusal(answer) == (415, "not_json", [])


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/merge-patch+json",
    ],
)
def test_json_may_be_declared_in_many_ways(pair: Cloud, content_type: str):
    answer = pair.post(
        "/messaging/send", {"from_agent_id": "nova"}, SEND, content_type=content_type
    )
    assert answer.status == 200


def test_header_names_may_have_any_case_as_sam_local_sends_them(pair: Cloud):
    headers = {"Host": "127.0.0.1", "Content-Type": "application/json"}
    answer = pair.post("/messaging/send", {"from_agent_id": "nova"}, SEND, headers=headers)
    assert answer.status == 200


@pytest.mark.parametrize("headers", [{}, None])
def test_a_request_without_headers_is_415(pair: Cloud, headers: dict | None):
    assert refusal(post(pair, body=SEND, headers=headers)) == (415, "not_json", [])


def test_bytes_in_base64_are_read_as_the_json_they_are(pair: Cloud):
    raw = json.dumps({**SEND, "body": "ü"}, ensure_ascii=False).encode()
    assert pair.post("/messaging/send", {"from_agent_id": "nova"}, raw=raw).status == 200
    assert pair.inbox("boots")["messages"][0]["body"] == "ü"
