"""The tools of the benchmarks: the stub's order, the count of calls, the best of rounds."""

import urllib.error
import urllib.request

import pytest

from benchmarks import stub
from benchmarks.compared import calls_of, compared


def ask(url, operation, service="DynamoDB_20120810"):
    headers = {"X-Amz-Target": f"{service}.{operation}"}
    request = urllib.request.Request(url, b"{}", headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.read()


def test_the_stub_answers_in_order_and_begins_again():
    with stub.running([("GetItem", b'{"a": 1}'), ("PutItem", b"{}")]) as url:
        assert [ask(url, name) for name in ("GetItem", "PutItem", "GetItem")] == [
            b'{"a": 1}',
            b"{}",
            b'{"a": 1}',
        ]


def test_a_call_out_of_order_is_refused():
    with stub.running([("GetItem", b"{}")]) as url:
        with pytest.raises(urllib.error.HTTPError) as refusal:
            ask(url, "PutItem")
        refusal.value.close()

    assert refusal.value.code == 500


def test_the_stub_takes_messages_and_frames_between_the_answers_of_dynamodb():
    with stub.running([("GetItem", b'{"a": 1}')]) as url:
        assert ask(url, "SendMessageBatch", "AmazonSQS") == b'{"Successful":[]}'
        assert ask(f"{url}/%40connections/c1%3D", "") == b""
        assert ask(f"{url}/works", "") == b""
        with pytest.raises(urllib.error.HTTPError) as refusal:
            ask(f"{url}/fails", "")
        refusal.value.close()
        assert ask(url, "GetItem") == b'{"a": 1}'

    assert refusal.value.code == 503


def test_calls_are_those_of_python_functions():
    def inner():
        return len("x")

    def run():
        inner()
        inner()

    assert calls_of(run) == 2


class Steady:
    """A candidate that takes this many seconds per request, and ten times as many in one round."""

    def __init__(self, per_request):
        self.per_request = per_request
        self.rounds = 0

    def seconds(self, requests):
        self.rounds += 1
        return self.per_request * requests * (10 if self.rounds == 3 else 1)


def test_a_round_that_was_disturbed_does_not_count():
    candidates = {"ours": Steady(0.003), "theirs": Steady(0.001)}

    found = compared(candidates, "theirs")

    assert found["ours"] == pytest.approx((3.0, 3000.0))
    assert found["theirs"] == pytest.approx((1.0, 1000.0))
