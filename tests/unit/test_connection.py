"""The connection understands what botocore would, and gives up when it should."""

import json
import logging
import zlib

import boto3
import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser

from agent_messaging.storage import connection


@pytest.fixture(scope="module")
def dynamodb_model():
    return boto3.client("dynamodb").meta.service_model


def parsed(response, shape):
    return connection.Parsers().create_parser("json").parse(response, shape)


def test_an_answer_is_understood_as_by_botocore(dynamodb_model):
    answer = {
        "Item": {"a": {"S": "ü"}, "n": {"N": "1.10"}, "m": {"M": {"x": {"L": [{"NULL": True}]}}}}
    }
    body = json.dumps(answer).encode()
    response = {
        "status_code": 200,
        "headers": HeadersDict({"x-amzn-RequestId": "R", "x-amz-crc32": str(zlib.crc32(body))}),
        "body": body,
    }
    full = create_parser("json")
    shape = dynamodb_model.operation_model("GetItem").output_shape

    assert parsed(response, shape) == full.parse(response, shape)


def test_a_refusal_is_read_by_botocore(dynamodb_model):
    response = {
        "status_code": 400,
        "headers": HeadersDict({}),
        "body": b'{"__type": "com.amazonaws#ConditionalCheckFailedException", "message": "no"}',
    }
    shape = dynamodb_model.operation_model("PutItem").output_shape

    assert parsed(response, shape)["Error"]["Code"] == "ConditionalCheckFailedException"


def test_a_client_says_who_it_is_in_one_word():
    assert connection.connect().meta.config.user_agent.startswith(f"{connection.NAME} ")


@pytest.mark.parametrize(
    ("config", "seconds"), [(connection.CONFIG, 15.0), (connection.HURRIED_CONFIG, 5.0)]
)
def test_the_longest_call_is_known(config, seconds: float):
    assert connection.longest_call(connection.connect(config)) == seconds


def test_connecting_logs_nothing(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    """On Lambda, the level INFO would show where botocore found credentials and endpoint."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:1")
    caplog.set_level(logging.INFO)
    connection.connect()
    assert caplog.records == []
