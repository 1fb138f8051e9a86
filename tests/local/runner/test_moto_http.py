"""The short way to DynamoDB gives the answers of moto's server, and connections stay open."""

import http.client
import json
import socket
from typing import Any

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.datastructures import Headers
from werkzeug.test import Client

from local.moto_http import straight_to_dynamodb

REGION = "eu-south-2"  # of these tests alone
SCOPE = f"AWS4-HMAC-SHA256 Credential=local/20300101/{REGION}/dynamodb/aws4_request, Signature=0"
# They differ each time. The last one lets web pages in, which `for_tools_alone` refuses.
OWN = {"date", "x-amzn-requestid", "content-length", "access-control-allow-origin"}
KEY = {"id": {"S": "a"}}
TABLE = {
    "TableName": "short-way",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}
STREAMS = ("ListStreams", "DescribeStream", "GetShardIterator", "GetRecords")
REQUESTS = {
    "an item": ("GetItem", {"Key": KEY}),
    "all items": ("Scan", {}),
    "a table": ("DescribeTable", {}),
    "a condition that fails": (
        "PutItem",
        {"Item": KEY, "ConditionExpression": "attribute_not_exists(id)"},
    ),
    "no such table": ("GetItem", {"TableName": "absent", "Key": KEY}),
    "a key of another type": ("GetItem", {"Key": {"id": {"N": "1"}}}),
    "no such call": ("GetNothing", {}),
    "its streams": ("ListStreams", {}),
}


def headers(call: str) -> Headers:
    service = "DynamoDBStreams" if call in STREAMS else "DynamoDB"
    return Headers(
        {
            "X-Amz-Target": f"{service}_20120810.{call}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": SCOPE,
        }
    )


def answer(client: Client, call: str, body: dict[str, Any]) -> tuple[Any, ...]:
    """The status, the body, and the headers that are the same each time."""
    data = json.dumps({"TableName": TABLE["TableName"], **body})
    given = client.post("/", headers=headers(call), data=data)
    same = sorted((name.lower(), value) for name, value in given.headers if name.lower() not in OWN)
    return given.status_code, given.get_data(), same


@pytest.fixture(scope="module")
def ways():
    """moto's own application, and the short way to it, with a table that has one item."""
    application = DomainDispatcherApplication(create_backend_app)
    its_own, short = Client(application), Client(straight_to_dynamodb(application))
    assert answer(its_own, "CreateTable", TABLE)[0] == 200
    assert answer(short, "PutItem", {"Item": KEY})[0] == 200
    yield its_own, short
    assert answer(short, "DeleteTable", {})[0] == 200


@pytest.mark.parametrize("name", REQUESTS)
def test_the_short_way_gives_the_same_answer(name: str, ways: tuple[Client, Client]):
    its_own, short = (way_answer(way, name) for way in ways)
    assert short == its_own


def test_the_short_way_gives_the_same_records(ways: tuple[Client, Client]):
    (listed,) = json.loads(answer(ways[1], "ListStreams", {})[1])["Streams"]
    stream = {"StreamArn": listed["StreamArn"]}
    described = json.loads(answer(ways[1], "DescribeStream", stream)[1])["StreamDescription"]
    shard = {"ShardId": described["Shards"][0]["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    shard |= stream
    records = []
    for way in ways:
        iterator = json.loads(answer(way, "GetShardIterator", shard)[1])["ShardIterator"]
        status, body, _ = answer(way, "GetRecords", {"ShardIterator": iterator})
        records.append((status, json.loads(body)["Records"]))
    assert records[0] == records[1]
    assert [each["dynamodb"]["Keys"] for each in records[0][1]] == [KEY]


def way_answer(way: Client, name: str) -> Any:
    """An answer, or the kind of the error that moto raises."""
    try:
        return answer(way, *REQUESTS[name])
    except Exception as error:  # noqa: BLE001 - compared
        return type(error)


def test_requests_share_a_connection(moto_url: str):
    connection = http.client.HTTPConnection(moto_url.removeprefix("http://"))
    sockets = set()
    for _ in range(3):
        connection.request("POST", "/", b"{}", dict(headers("ListTables")))
        connection.getresponse().read()
        sockets.add(connection.sock)
    connection.close()
    assert len(sockets) == 1
    assert None not in sockets


def test_a_chunked_body_ends_its_connection(moto_url: str):
    connection = http.client.HTTPConnection(moto_url.removeprefix("http://"))
    chunks = iter([b"{", b"}"])
    connection.request("POST", "/", chunks, dict(headers("ListTables")), encode_chunked=True)
    given = connection.getresponse()
    given.read()
    connection.close()
    assert (given.status, given.getheader("Connection")) == (200, "close")


def test_half_a_request_ends_its_connection_alone(moto_url: str, capfd: pytest.CaptureFixture[str]):
    host, _, port = moto_url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\n{}")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert capfd.readouterr().err == ""
