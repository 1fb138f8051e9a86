"""Two at once with one key: the loser finds the record in its own transaction, and replays it."""

import pytest
from botocore.exceptions import ReadTimeoutError

from local.in_process.functions import app
from tests.integration.authorisation.overtaken import overtaken
from tests.integration.calls.operations import BATCH, GET, PUT, TRANSACT, UPDATE, operations
from tests.integration.cloud import Cloud
from tests.integration.idempotency.requests import REQUESTS

KEY = "one key"
LOST = "after-call.dynamodb.TransactWriteItems"


@pytest.mark.parametrize("name", REQUESTS)
def test_the_loser_replays_the_winners_answer(pair: Cloud, name: str):
    request = REQUESTS[name](pair)
    group = "messaging" if name in ("ping", "send") else "work_orders"

    with overtaken(group, TRANSACT, lambda: request.send(pair, KEY)) as happened:
        loser = request.send(pair, KEY)

    (winner,) = happened
    assert (winner.status, loser.status) == (200, 200)
    assert loser.text == winner.text
    assert loser.headers["Idempotency-Replayed"] == "true"
    assert len(pair.items("IdempotencyTable")) == 1
    assert pair.inbox("boots")["total_messages"] <= 2


def test_the_loser_with_another_body_is_refused(pair: Cloud):
    request = REQUESTS["send"](pair)
    with overtaken("messaging", TRANSACT, lambda: request.send(pair, KEY)):
        loser = request.send(pair, KEY, body={**request.body, "body": "Something else."})
    assert (loser.status, loser.json["code"]) == (422, "idempotency_key_reused")
    assert pair.inbox("boots")["total_messages"] == 1


@pytest.mark.parametrize("name", REQUESTS)
def test_a_write_whose_answer_was_lost_is_answered_to_the_retry(pair: Cloud, name: str):
    request = REQUESTS[name](pair)
    events = app("messaging" if name in ("ping", "send") else "work_orders").client.meta.events

    def lose(**_: object) -> None:
        raise ReadTimeoutError(endpoint_url="https://dynamodb.example.com")

    events.register(LOST, lose)
    try:
        failed = request.send(pair, KEY)
    finally:
        events.unregister(LOST, lose)
    written = pair.digest("AgentSentTable")
    again = request.send(pair, KEY)

    assert (failed.status, failed.json["code"]) == (500, "internal")
    assert (again.status, again.headers["Idempotency-Replayed"]) == (200, "true")
    assert pair.digest("AgentSentTable") == written
    assert len(pair.items("IdempotencyTable")) == 1


def test_a_first_request_reads_no_record(pair: Cloud):
    request = REQUESTS["send"](pair)
    request.send(pair, None)
    pair.cost()
    request.send(pair, KEY)
    assert operations(pair)[-3:] == [BATCH, UPDATE, TRANSACT]


def test_what_is_long_is_not_written_before_the_record_was_looked_for(pair: Cloud):
    """A retry would write as much again, and leave it there."""
    for name in ("send", "create"):
        request = REQUESTS[name](pair)
        field = "body" if name == "send" else "description"
        body = {**request.body, field: "x" * 5000}
        pair.cost()
        first = request.send(pair, KEY, body=body)
        assert first.status == 200, first.text
        assert operations(pair)[-3:] == [GET, PUT, TRANSACT]
        before = pair.digest("AgentSentTable")
        assert request.send(pair, KEY, body=body).text == first.text
        assert pair.digest("AgentSentTable") == before
