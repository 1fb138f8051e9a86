"""A stranger's message to an `approved` mailbox waits for an answer, and shows nowhere else."""

from datetime import datetime, timedelta

import pytest

from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import contacts, decide, ping, refusal, set_policy, write


@pytest.fixture
def approved(pair: Cloud) -> Cloud:
    """Boots takes messages of strangers once it agreed."""
    set_policy(pair, "boots", "approved")
    return pair


def test_a_message_that_is_held_is_acknowledged_as_such(approved: Cloud):
    answer = write(approved, "nova", "boots")
    assert answer.status == 200
    assert answer.json == {
        "success": True,
        "message_id": answer.json["message_id"],
        "thread_id": answer.json["thread_id"],
        "status": "held",
        "created_at": answer.json["created_at"],
    }


def test_what_is_held_is_among_the_recipients_contacts_and_what_the_sender_sent(approved: Cloud):
    held = write(approved, "nova", "boots").json
    assert approved.items("AgentMessagesTable") == []
    for status in ({}, {"status": "pending"}, {"status": "read"}, {"type": "contact_request"}):
        assert approved.inbox("boots", **status)["total_messages"] == 0
    for party in ("nova", "boots"):
        sent = approved.get("/messaging/sent", {"agent_id": party})
        thread = approved.get(f"/messaging/threads/{held['thread_id']}", {"agent_id": party})
        path = f"/messaging/messages/{held['message_id']}"
        message = approved.get(path, {"agent_id": party})
        is_sender = party == "nova"
        assert len(sent.json["messages"]) == is_sender
        assert (thread.status, message.status) == (404, 200 if is_sender else 404)
    read = approved.post(f"/messaging/mark-read/{held['message_id']}", {"agent_id": "boots"})
    assert refusal(read) == (404, "message_not_found")
    beat = approved.post("/messaging/heartbeat", {"agent_id": "boots"}).json
    stats = approved.get("/messaging/stats", {"agent_id": "boots"}).json
    assert (beat["pending_messages"], stats["unread_messages"]) == (0, 0)


def test_the_recipient_reads_the_whole_request(approved: Cloud):
    held = write(
        approved,
        "nova",
        "boots",
        subject="Partnership Opportunity",
        body="I have 100 product opportunities.",
        priority=7,
        type="chat_message",
        metadata={"price": 0.1, "whole": 12345678901234567890, "deep": [{"ü": None}]},
    ).json
    found = {
        "contact": {"id": "nova", "name": "Nova"},
        "state": "held",
        "created_at": held["created_at"],
        "updated_at": held["created_at"],
        "request": {
            "message_id": held["message_id"],
            "from_agent": {"id": "nova", "name": "Nova"},
            "to_agent": {"id": "boots", "name": "Boots"},
            "relationship": "stranger",
            "verified": False,
            "content_flags": [],
            "type": "chat_message",
            "status": "held",
            "thread_id": held["thread_id"],
            "reply_to_id": None,
            "work_order_id": None,
            "created_at": held["created_at"],
            "read_at": None,
            "subject": "Partnership Opportunity",
            "body": "I have 100 product opportunities.",
            "priority": 7,
            "metadata": {"price": 0.1, "whole": 12345678901234567890, "deep": [{"ü": None}]},
            "untrusted": None,
            "receipt": None,
        },
        "content_flags": [],
    }
    for query in ({}, {"state": "held"}):
        page = approved.get("/messaging/contacts", {"agent_id": "boots", **query})
        assert page.json == {"agent_id": "boots", "contacts": [found], "next_cursor": None}
    assert approved.get("/messaging/contacts/nova", {"agent_id": "boots"}).json == found
    for state in ("allowed", "blocked"):
        assert contacts(approved, "boots", state=state) == {}


@pytest.mark.parametrize("first", [write, ping])
@pytest.mark.parametrize("second", [write, ping])
def test_a_second_word_has_to_wait_for_the_answer_to_the_first(approved: Cloud, first, second):
    assert first(approved, "nova", "boots").json["status"] == "held"
    before = approved.digest("AgentSentTable")
    for _ in range(2):
        answer = second(approved, "nova", "boots")
        assert refusal(answer) == (429, "contact_pending")
        assert answer.headers["Retry-After"] == "3600"
        assert answer.headers["RateLimit-Policy"] == '"contact-request";q=1;w=3600'
        assert answer.headers["RateLimit"] == '"contact-request";r=0;t=3600'
    assert approved.digest("AgentSentTable") == before


def test_a_ping_that_is_held_tells_who_is_there_all_the_same(approved: Cloud):
    answer = ping(approved, "nova", "boots", message="Are you there?")
    assert (answer.json["status"], answer.json["target_agent"]["id"]) == ("held", "boots")
    request = contacts(approved, "boots")["nova"]["request"]
    assert (request["type"], request["body"]) == ("ping", "Are you there?")
    assert request["message_id"] == answer.json["message_id"]


def test_strangers_do_not_wait_for_each_other(approved: Cloud):
    for sender in ("nova", "third"):
        assert write(approved, sender, "boots").json["status"] == "held"
    assert sorted(contacts(approved, "boots", state="held")) == ["nova", "third"]


def test_a_request_is_kept_as_long_as_a_message_and_a_decision_for_good(approved: Cloud):
    asked_at = datetime.fromisoformat(write(approved, "nova", "boots").json["created_at"])
    found = approved.read("ContactsTable", owner_id="boots", contact_id="nova")
    assert found["purge_at"] == int((asked_at + timedelta(days=90)).timestamp())
    for state in ("allowed", "blocked"):
        decide(approved, "boots", "nova", state)
        found = approved.read("ContactsTable", owner_id="boots", contact_id="nova")
        assert not {"purge_at", "request", "request_id"} & set(found)


def test_what_a_reader_would_not_see_in_a_request_is_flagged(approved: Cloud):
    write(approved, "nova", "boots", body="Pay\u200bme", subject="\x00", metadata={"a": "\u202e"})
    request = contacts(approved, "boots")["nova"]["request"]
    assert request["content_flags"] == ["invisible_characters", "bidirectional_controls"]
    assert (request["body"], request["subject"]) == ("Pay\u200bme", "\x00")


def test_the_largest_request_that_a_stranger_can_make_fits_its_item(approved: Cloud):
    """Texts grow when they are written as JSON: control characters, quotes in quotes."""
    body, quotes = "\x01" * 32_000, '"' * 32_000
    answer = write(approved, "nova", "boots", body=body, metadata={"q": quotes})
    assert answer.json["status"] == "held", answer.text
    decide(approved, "boots", "nova", "allowed")
    (message,) = approved.inbox("boots")["messages"]
    assert (message["body"], message["metadata"]) == (body, {"q": quotes})
