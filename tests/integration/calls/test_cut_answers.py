"""An answer of DynamoDB that arrives cut or changed is asked for again, and never believed."""

import socket
import threading
import uuid
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import BotoCoreError, HTTPClientError
from botocore.retries.quota import RetryQuota
from botocore.retries.standard import ExponentialBackoff

from agent_messaging.storage import connection
from agent_messaging.storage.table import Table
from agent_messaging.storage.transactions import transact


def response(body: bytes, status: str = "200 OK") -> bytes:
    """The bytes of an answer, with the headers that DynamoDB sends."""
    head = (
        f"HTTP/1.1 {status}\r\nServer: Server\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"Content-Length: {len(body)}\r\nConnection: keep-alive\r\n"
        "x-amzn-RequestId: UN3UFJ0CE80KCQT3Q4LHEJ0PBVVV4KQNSO5AEMVJF66Q9ASUAAJG\r\n"
        f"x-amz-crc32: {zlib.crc32(body)}\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n"
    )
    return head.encode() + body


BODY = b'{"Item": {"a": {"S": "\xc3\xbc"}}, "Attributes": {}, "Count": 0, "ScannedCount": 0}'
WHOLE = response(BODY)
HEAD = WHOLE.removesuffix(BODY)


def lengthened(body: bytes) -> bytes:
    """This body under the checksum of the whole one, with a length of its own."""
    was, now = (f"Content-Length: {len(each)}\r\n".encode() for each in (BODY, body))
    return HEAD.replace(was, now) + body


WITHOUT_CHECKSUM = b"\r\n".join(
    line for line in HEAD.split(b"\r\n") if not line.startswith(b"x-amz-crc32")
)
BROKEN = {
    "closed in the middle": WHOLE[:-10],
    "half a body": lengthened(BODY[: len(BODY) // 2]),
    "no body": lengthened(b""),
    "another object": lengthened(b"{}"),
    "one bit": WHOLE.replace(b'"a"', b'"c"'),
    "no object": response(b"[]"),
    "no JSON": response(b"\x00"),
    "half a body without a checksum": WITHOUT_CHECKSUM.replace(
        f"Content-Length: {len(BODY)}".encode(), b"Content-Length: 9"
    )
    + BODY[:9],
}
KEY = {"a": {"S": "x"}}
TABLE = {"TableName": "t"}
ENTRY = {"Put": {"TableName": "t", "Item": KEY}}
CALLS = {
    "get_item": {**TABLE, "Key": KEY},
    "put_item": {**TABLE, "Item": KEY},
    "update_item": {**TABLE, "Key": KEY, "UpdateExpression": "SET b = a"},
    "delete_item": {**TABLE, "Key": KEY},
    "query": {**TABLE, "KeyConditionExpression": "a = :a"},
    "batch_get_item": {"RequestItems": {"t": {"Keys": [KEY]}}},
    "transact_write_items": {"TransactItems": [ENTRY], "ClientRequestToken": "token"},
}


class Wire:
    """A server that gives the answers of `to_come` in turn, and a client of ours that asks it."""

    def __init__(self, listener: socket.socket) -> None:
        self.to_come: deque[bytes] = deque()
        self.asked: list[bytes] = []
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()
        self.client = connect_to(self.url, connection.connect)

    def will_answer(self, *answers: bytes) -> None:
        self.to_come.extend(answers)
        self.asked.clear()

    def _serve(self, listener: socket.socket) -> None:
        """One connection for each answer, which ends with it; until the listener is closed."""
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            with accepted:
                self.asked.append(body_of(accepted))
                accepted.sendall(self.to_come.popleft().replace(b"keep-alive", b"close"))


def body_of(accepted: socket.socket) -> bytes:
    """What one request brings."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += accepted.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += accepted.recv(65_536)
    return body


def connect_to(url: str, connect: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """The client that `connect` makes when this is the engine's URL."""
    given_environment = {"AWS_ENDPOINT_URL_DYNAMODB": url, "AWS_DEFAULT_REGION": "us-east-1"}
    given_environment |= dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in given_environment.items():
            patch.setenv(name, value)
        return connect(*given, **named)


@pytest.fixture(scope="module")
def listening() -> Iterator[Wire]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(listener)
        yield wire
        wire.client.close()


@pytest.fixture
def wire(listening: Wire, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """A server with nothing to say yet; boto3 does not wait, and may repeat without end."""
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0)
    monkeypatch.setattr(RetryQuota, "acquire", lambda self, amount: True)
    yield listening
    assert not listening.to_come


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_answer_is_asked_for_again(wire: Wire, broken: str):
    wire.will_answer(BROKEN[broken], WHOLE)
    answer = wire.client.get_item(**CALLS["get_item"])
    assert answer["Item"] == {"a": {"S": "ü"}}
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert len(wire.asked) == 2


@pytest.mark.parametrize("operation", CALLS)
def test_every_operation_asks_again_with_the_same_request(wire: Wire, operation: str):
    wire.will_answer(BROKEN["half a body"], WHOLE)
    getattr(wire.client, operation)(**CALLS[operation])
    assert wire.asked[0] == wire.asked[1]


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("operation", ["get_item", "put_item", "transact_write_items"])
def test_what_never_comes_whole_is_a_failure_after_three_attempts(
    wire: Wire, operation: str, broken: str
):
    """Not an item that does not exist, as the body `{}` would say."""
    wire.will_answer(*[BROKEN[broken]] * 3)
    with pytest.raises(BotoCoreError) as raised:
        getattr(wire.client, operation)(**CALLS[operation])
    assert isinstance(raised.value, HTTPClientError)
    assert len(wire.asked) == 3


def test_boto3_itself_believes_the_last_answer(wire: Wire):
    """Which is why the connection does not leave the checksum to it."""
    wire.will_answer(*[BROKEN["another object"]] * 3)
    stock = connect_to(wire.url, boto3.client, "dynamodb", config=connection.CONFIG)
    assert "Item" not in stock.get_item(**CALLS["get_item"])
    assert len(wire.asked) == 3


def test_an_answer_without_a_checksum_is_believed_as_it_is(wire: Wire):
    wire.will_answer(WITHOUT_CHECKSUM + BODY)
    assert Table(wire.client, "t").get({"a": "x"}) == {"a": "ü"}


CANCELLED = response(
    b'{"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", '
    b'"CancellationReasons": [{"Code": "TransactionConflict"}]}',
    "400 Bad Request",
)


def test_a_transaction_whose_answer_was_cut_keeps_its_token(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
):
    """It may be written: what collides then is sent again as the same transaction."""
    monkeypatch.setattr("agent_messaging.storage.table.FIRST_WAIT_SECONDS", 0)
    tokens = iter([f"token {number}" for number in range(9)])
    monkeypatch.setattr(uuid, "uuid4", lambda: next(tokens))
    answers = (BROKEN["half a body"], CANCELLED, WHOLE)
    wire.will_answer(*answers)
    transact(wire.client, [ENTRY])
    assert len(wire.asked) == 3
    assert wire.asked[0] == wire.asked[1] == wire.asked[2]
