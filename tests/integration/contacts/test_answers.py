"""A request is answered by allowing, blocking or forgetting who asked, or by nobody in time."""

import pytest

from agent_messaging import clock
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import (
    contacts,
    decide,
    ping,
    refusal,
    set_policy,
    states,
    write,
)


@pytest.fixture
def approved(pair: Cloud) -> Cloud:
    """Boots takes messages of strangers once it agreed."""
    set_policy(pair, "boots", "approved")
    return pair


def test_allowing_delivers_the_very_message_that_was_held(approved: Cloud):
    held = write(
        approved, "nova", "boots", subject="Hello", body="It is me", priority=3, metadata={"n": 0.1}
    ).json
    asked = contacts(approved, "boots")["nova"]["request"]
    allowed = decide(approved, "boots", "nova", "allowed").json
    assert allowed == {
        "contact": {"id": "nova", "name": "Nova"},
        "state": "allowed",
        "created_at": held["created_at"],
        "updated_at": allowed["updated_at"],
        "request": None,
        "content_flags": [],
        "success": True,
    }
    message = {**asked, "status": "pending"}
    assert approved.inbox("boots", status="pending")["messages"] == [message]
    (as_sender,) = approved.get("/messaging/sent", {"agent_id": "nova"}).json["messages"]
    assert as_sender["receipt"]["status"] == "queued"
    assert {**as_sender, "receipt": None} == {**message, "relationship": None}
    thread_path = f"/messaging/threads/{held['thread_id']}"
    assert approved.get(thread_path, {"agent_id": "boots"}).json["messages"] == [message]
    message_path = f"/messaging/messages/{held['message_id']}"
    assert approved.get(message_path, {"agent_id": "nova"}).json == as_sender
    for name in ("message_id", "thread_id", "created_at"):
        assert message[name] == held[name]
    assert (
        approved.post("/messaging/heartbeat", {"agent_id": "boots"}).json["pending_messages"] == 1
    )


def test_a_released_message_is_read_and_answered_like_any_other(approved: Cloud):
    message_id = write(approved, "nova", "boots").json["message_id"]
    decide(approved, "boots", "nova", "allowed")
    reply = approved.send("boots", "nova", reply_to_id=message_id)
    thread = approved.get(f"/messaging/threads/{reply['thread_id']}", {"agent_id": "nova"}).json
    assert [message["message_id"] for message in thread["messages"]] == [
        reply["message_id"],
        message_id,
    ]
    receipt = approved.post(f"/messaging/mark-read/{message_id}", {"agent_id": "boots"}).json
    assert receipt["status"] == "read"
    assert approved.inbox("boots", status="pending")["messages"] == []


def test_a_released_message_is_kept_as_long_as_if_it_had_not_waited(approved: Cloud):
    write(approved, "nova", "boots")
    purge_at = approved.read("ContactsTable", owner_id="boots", contact_id="nova")["purge_at"]
    decide(approved, "boots", "nova", "allowed")
    (item,) = approved.items("AgentMessagesTable")
    assert item["purge_at"] == purge_at


def test_a_held_reply_stays_in_its_thread(approved: Cloud):
    set_policy(approved, "boots", "open")
    sent = approved.send("boots", "nova")
    decide(approved, "boots", "nova", "stranger")
    set_policy(approved, "boots", "approved")
    reply = write(approved, "nova", "boots", reply_to_id=sent["message_id"]).json
    assert (reply["status"], reply["thread_id"]) == ("held", sent["thread_id"])
    decide(approved, "boots", "nova", "allowed")
    (message,) = approved.inbox("boots")["messages"]
    assert (message["thread_id"], message["reply_to_id"]) == (
        sent["thread_id"],
        sent["message_id"],
    )


def test_allowing_again_delivers_nothing_again(approved: Cloud):
    message_id = write(approved, "nova", "boots").json["message_id"]
    decide(approved, "boots", "nova", "allowed")
    approved.post(f"/messaging/mark-read/{message_id}", {"agent_id": "boots"})
    assert decide(approved, "boots", "nova", "allowed").status == 200
    (message,) = approved.inbox("boots")["messages"]
    assert (message["message_id"], message["status"]) == (message_id, "read")


def test_a_held_ping_is_released_as_the_ping_it_was(approved: Cloud):
    message_id = ping(approved, "nova", "boots").json["message_id"]
    decide(approved, "boots", "nova", "allowed")
    (message,) = approved.inbox("boots", type="ping")["messages"]
    assert (message["message_id"], message["body"]) == (message_id, None)


@pytest.mark.parametrize("answer", ["blocked", "stranger"])
def test_blocking_and_forgetting_drop_the_request_for_good(approved: Cloud, answer: str):
    write(approved, "nova", "boots")
    assert decide(approved, "boots", "nova", answer).status == 200
    assert decide(approved, "boots", "nova", "allowed").status == 200
    assert approved.items("AgentMessagesTable") == []
    assert write(approved, "nova", "boots", body="Once more").json["status"] == "pending"
    assert [message["body"] for message in approved.inbox("boots")["messages"]] == ["Once more"]


def test_who_was_forgotten_may_ask_again(approved: Cloud):
    write(approved, "nova", "boots", body="First")
    decide(approved, "boots", "nova", "stranger")
    assert write(approved, "nova", "boots", body="Second").json["status"] == "held"
    assert contacts(approved, "boots")["nova"]["request"]["body"] == "Second"
    assert refusal(write(approved, "nova", "boots")) == (429, "contact_pending")


def unanswered(cloud: Cloud) -> None:
    """Nova has asked, and the time for an answer is over; DynamoDB removes the item later."""
    write(cloud, "nova", "boots", body="First")
    past = clock.to_epoch(clock.now()) - 1
    cloud.change("ContactsTable", {"owner_id": "boots", "contact_id": "nova"}, purge_at=past)


def test_a_request_that_nobody_answered_counts_as_absent(approved: Cloud):
    unanswered(approved)
    assert contacts(approved, "boots") == contacts(approved, "boots", state="held") == {}
    answer = approved.get("/messaging/contacts/nova", {"agent_id": "boots"})
    assert refusal(answer) == (404, "contact_not_found")
    assert refusal(decide(approved, "boots", "nova", "stranger")) == (404, "contact_not_found")


@pytest.mark.parametrize("state", ["allowed", "blocked"])
def test_an_answer_that_comes_too_late_delivers_nothing(approved: Cloud, state: str):
    unanswered(approved)
    assert decide(approved, "boots", "nova", state).json["request"] is None
    assert states(approved, "boots") == {"nova": state}
    assert approved.items("AgentMessagesTable") == []


def test_who_got_no_answer_may_ask_again(approved: Cloud):
    unanswered(approved)
    assert write(approved, "nova", "boots", body="Second").json["status"] == "held"
    assert refusal(write(approved, "nova", "boots")) == (429, "contact_pending")
    decide(approved, "boots", "nova", "allowed")
    assert [message["body"] for message in approved.inbox("boots")["messages"]] == ["Second"]


def test_a_word_of_the_recipient_releases_no_request_that_is_too_old(approved: Cloud):
    unanswered(approved)
    approved.send("boots", "nova")
    assert states(approved, "boots") == {"nova": "allowed"}
    assert approved.inbox("boots")["messages"] == []


def test_a_policy_that_changes_applies_from_the_next_message_on(approved: Cloud):
    def change(policy: str) -> None:
        body = {"contact_policy": policy}
        answer = approved.call("PATCH", "/agents/me", {"agent_id": "boots"}, body)
        assert answer.status == 200, answer.text

    change("closed")
    assert refusal(write(approved, "nova", "boots")) == (403, "contact_refused")
    change("approved")
    assert write(approved, "nova", "boots").json["status"] == "held"
    change("closed")
    assert refusal(write(approved, "nova", "boots")) == (403, "contact_refused")
    assert decide(approved, "boots", "nova", "allowed").status == 200
    assert approved.inbox("boots")["total_messages"] == 1
    for policy in ("closed", "approved", "open"):
        change(policy)
        assert write(approved, "nova", "boots").json["status"] == "pending"
