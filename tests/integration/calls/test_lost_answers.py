"""What was done between a write whose answer was lost and boto3's repetition stays done."""

import pytest
from moto.dynamodb.responses import DynamoHandler

from local.in_process.requests import Answer
from local.moto_patches import once_per_token
from tests.faults.injection.faults import hurry_boto3
from tests.integration.calls.lost import lost_once
from tests.integration.calls.operations import PUT, TRANSACT
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import decide, states


@pytest.fixture(autouse=True)
def _quick_boto3_and_tokens(monkeypatch: pytest.MonkeyPatch):
    """boto3 does not wait long, and moto knows a transaction again, as DynamoDB does."""
    hurry_boto3(monkeypatch.setattr)
    known_again = once_per_token(DynamoHandler.transact_write_items)
    monkeypatch.setattr(DynamoHandler, "transact_write_items", known_again)


def read_by_boots(pair: Cloud) -> Answer:
    """Boots marks the one message read that waits."""
    (message,) = pair.inbox("boots", status="pending")["messages"]
    answer = pair.post(f"/messaging/mark-read/{message['message_id']}", {"agent_id": "boots"})
    assert answer.json["status"] == "read"
    return answer


def test_a_message_that_was_read_meanwhile_stays_read(pair: Cloud):
    acknowledged: list[Answer] = []

    def read() -> None:
        acknowledged.append(read_by_boots(pair))

    with lost_once("messaging", PUT, "AgentMessagesTable", read) as lost:
        sent = pair.send("nova", "boots")
    assert lost == [PUT]
    assert sent["status"] == "pending"
    query = {"agent_id": "boots"}
    message = pair.get(f"/messaging/messages/{sent['message_id']}", query).json
    assert (message["status"], message["read_at"]) == ("read", acknowledged[0].json["read_at"])
    assert pair.inbox("boots", status="pending")["messages"] == []


def test_a_request_that_was_allowed_and_read_meanwhile_stays_read(pair: Cloud):
    pair.call("PATCH", "/agents/me", {"agent_id": "boots"}, {"contact_policy": "approved"})

    def allow_and_read() -> None:
        assert decide(pair, "boots", "nova", "allowed").status == 200
        read_by_boots(pair)

    with lost_once("messaging", TRANSACT, "ContactsTable", allow_and_read) as lost:
        sent = pair.send("nova", "boots")
    assert lost == [TRANSACT]
    message = pair.get(f"/messaging/messages/{sent['message_id']}", {"agent_id": "boots"}).json
    assert (message["status"], message["relationship"]) == ("read", "stranger")


@pytest.mark.parametrize(("said", "state"), [("stranger", {}), ("blocked", {"nova": "blocked"})])
def test_a_request_that_was_dropped_meanwhile_does_not_come_back(
    pair: Cloud, said: str, state: dict
):
    pair.call("PATCH", "/agents/me", {"agent_id": "boots"}, {"contact_policy": "approved"})

    def drop() -> None:
        assert decide(pair, "boots", "nova", said).status == 200

    with lost_once("messaging", TRANSACT, "ContactsTable", drop) as lost:
        assert pair.send("nova", "boots")["status"] == "held"
    assert lost == [TRANSACT]
    assert states(pair, "boots") == state
    assert pair.inbox("boots")["messages"] == []
