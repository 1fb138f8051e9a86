"""A write that collided or was throttled is sent again, and is a 503 in the end."""

import pytest

from tests.integration.calls.operations import BATCH, PUT, TRANSACT, UPDATE, operations
from tests.integration.cloud import Cloud

CONFLICT = {
    "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
    "CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}],
}
THROTTLED = {
    "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
    "CancellationReasons": [{"Code": "ThrottlingError"}, {"Code": "None"}],
}
COLLISION = {"Error": {"Code": "TransactionConflictException", "Message": "ongoing"}}


@pytest.mark.parametrize("error", [CONFLICT, THROTTLED])
def test_a_transaction_that_only_collided_is_sent_again(pair: Cloud, error: dict):
    pair.fail(TRANSACT, 5, error)
    pair.offer("nova", "boots")
    assert operations(pair).count(TRANSACT) == 6
    assert pair.inbox("boots")["total_messages"] == 1


def test_a_transaction_whose_answer_was_lost_keeps_its_token_and_no_other_does(pair: Cloud):
    """So that one which then collides is known again, and does not meet its own effect."""
    pair.fail(TRANSACT, 1, CONFLICT)
    pair.fail(TRANSACT, 1, {**CONFLICT, "ResponseMetadata": {"RetryAttempts": 1}})
    pair.fail(TRANSACT, 2, CONFLICT)
    pair.offer("nova", "boots")
    sent = [call for call in pair.cost() if call.operation == TRANSACT]
    first, renewed, *kept = (call.request["ClientRequestToken"] for call in sent)
    assert first != renewed
    assert kept == [renewed] * 3


@pytest.mark.parametrize("error", [CONFLICT, THROTTLED])
def test_a_transaction_that_never_stops_colliding_is_503_and_wrote_nothing(
    pair: Cloud, error: dict
):
    order_id = pair.offer("nova", "boots")
    before = pair.digest("AgentSentTable")
    pair.fail(TRANSACT, 99, error)
    body = {"to_agent_id": "boots", "title": "t", "description": "d"}
    for answer in (
        pair.post("/messaging/work-order", {"from_agent_id": "nova"}, body),
        pair.move("boots", order_id, "accept"),
        pair.call("PUT", "/messaging/presence", {"agent_id": "boots"}, {"status_message": "x"}),
        pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, {"name": "New"}),
        pair.call("DELETE", "/agents/me", {"agent_id": "third"}),
    ):
        assert (answer.status, answer.json["code"]) == (503, "contention")
        assert answer.headers["Retry-After"] == "1"
    assert pair.digest("AgentSentTable") == before


@pytest.mark.parametrize("times", [1, 5])
def test_a_single_write_that_met_a_transaction_is_sent_again(pair: Cloud, times: int):
    body = {"description": "New"}
    pair.fail(UPDATE, times, COLLISION)
    assert pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, body).status == 200
    pair.fail(PUT, times, COLLISION)
    assert pair.post("/messaging/heartbeat", {"agent_id": "nova"}).status == 200
    assert pair.profile("nova")["description"] == "New"


def test_a_single_write_that_keeps_meeting_transactions_is_503(pair: Cloud):
    before = pair.digest()
    pair.fail(UPDATE, 99, COLLISION)
    answer = pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, {"description": "New"})
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert pair.digest() == before


def test_what_a_transaction_was_cancelled_for_is_not_guessed(pair: Cloud):
    reasons = [{"Code": "ValidationError"}, {"Code": "TransactionConflict"}]
    pair.fail(TRANSACT, 1, {**CONFLICT, "CancellationReasons": reasons})
    body = {"to_agent_id": "boots", "title": "t", "description": "d"}
    assert pair.post("/messaging/work-order", {"from_agent_id": "nova"}, body).status == 500
    assert operations(pair).count(TRANSACT) == 1


@pytest.mark.parametrize("operation", [BATCH, PUT])
def test_a_throttled_table_is_a_503_that_may_be_tried_again(pair: Cloud, operation: str):
    error = {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}}
    pair.fail(operation, 100, error)
    body = {"to_agent_id": "boots", "body": "Hello"}
    answer = pair.post("/messaging/send", {"from_agent_id": "nova"}, body)
    assert (answer.status, answer.json["code"]) == (503, "contention")
    assert answer.headers["Retry-After"] == "1"
