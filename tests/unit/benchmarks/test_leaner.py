"""The leaner clients say and understand what botocore does."""

import json

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest, HeadersDict
from botocore.credentials import Credentials
from botocore.parsers import create_parser

from benchmarks.leaner.wins import JsonParser, Signer

BODY = json.dumps({"TableName": "Müller"}).encode()


@pytest.mark.parametrize("token", [None, "a-token"])
def test_the_signature_is_botocores_own(monkeypatch, token):
    credentials = Credentials("AKID", "secret", token)
    request = AWSRequest(
        method="POST",
        url="https://dynamodb.eu-west-1.amazonaws.com/",
        headers={"X-Amz-Target": "DynamoDB_20120810.GetItem", "Content-Type": "x"},
        data=BODY,
    )
    Signer(credentials, "dynamodb", "eu-west-1").add_auth(request)
    signed = dict(request.headers)

    theirs = botocore.auth.SigV4Auth(credentials, "dynamodb", "eu-west-1")
    again = AWSRequest(
        method="POST",
        url=request.url,
        headers={"X-Amz-Target": signed["X-Amz-Target"]},
        data=BODY,
    )
    again.headers["X-Amz-Date"] = signed["X-Amz-Date"]
    if token:
        again.headers["X-Amz-Security-Token"] = token
    again.context["timestamp"] = signed["X-Amz-Date"]
    text = theirs.string_to_sign(again, theirs.canonical_request(again))
    theirs._inject_signature_to_request(again, theirs.signature(text, again))

    assert signed["Authorization"] == again.headers["Authorization"]
    assert signed.get("X-Amz-Security-Token") == token


def test_an_answer_is_understood_as_by_botocore(dynamodb_model):
    answer = {
        "Item": {"a": {"S": "ü"}, "n": {"N": "1.10"}, "m": {"M": {"x": {"L": [{"NULL": True}]}}}}
    }
    response = {
        "status_code": 200,
        "headers": HeadersDict({"x-amzn-RequestId": "R", "x-amz-crc32": "1"}),
        "body": json.dumps(answer).encode(),
    }
    full = create_parser("json")
    shape = dynamodb_model.operation_model("GetItem").output_shape

    assert JsonParser(full).parse(response, shape) == full.parse(response, shape)


def test_a_refusal_is_read_by_botocore(dynamodb_model):
    response = {
        "status_code": 400,
        "headers": HeadersDict({}),
        "body": b'{"__type": "com.amazonaws#ConditionalCheckFailedException", "message": "no"}',
    }
    shape = dynamodb_model.operation_model("PutItem").output_shape

    parsed = JsonParser(create_parser("json")).parse(response, shape)

    assert parsed["Error"]["Code"] == "ConditionalCheckFailedException"
