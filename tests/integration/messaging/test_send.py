"""A message arrives whole, and is kept as it was sent."""

import re
from datetime import datetime, timedelta

from tests.integration.cloud import Cloud
from tests.integration.messaging.messages import STAMP


def test_a_message_is_answered_with_its_id_thread_and_time(pair: Cloud):
    answer = pair.post(
        "/messaging/send",
        {"from_agent_id": "nova"},
        {
            "to_agent_id": "boots",
            "subject": "Partnership Opportunity",
            "body": "I have 100 product opportunities.",
            "priority": 1,
        },
    )
    assert answer.status == 200
    assert re.fullmatch(r"msg_[0-9a-z]{26}", answer.json["message_id"])
    assert re.fullmatch(r"thr_[0-9a-z]{42}", answer.json["thread_id"])
    assert re.fullmatch(STAMP, answer.json["created_at"])
    assert answer.json == {
        "success": True,
        "message_id": answer.json["message_id"],
        "thread_id": answer.json["thread_id"],
        "status": "pending",
        "created_at": answer.json["created_at"],
    }


def test_an_inbox_shows_the_whole_message(pair: Cloud):
    sent = pair.send(
        "nova",
        "boots",
        subject="Partnership Opportunity",
        body="I have 100 product opportunities.",
        priority=10,
        type="chat_message",
        metadata={"price": 0.1, "whole": 12345678901234567890, "deep": [{"ü": None}]},
    )
    assert pair.inbox("boots", status="pending") == {
        "agent_id": "boots",
        "total_messages": 1,
        "total_is_minimum": False,
        "messages": [
            {
                "message_id": sent["message_id"],
                "from_agent": {"id": "nova", "name": "Nova"},
                "to_agent": {"id": "boots", "name": "Boots"},
                "relationship": "stranger",
                "verified": False,
                "content_flags": [],
                "type": "chat_message",
                "status": "pending",
                "subject": "Partnership Opportunity",
                "body": "I have 100 product opportunities.",
                "priority": 10,
                "thread_id": sent["thread_id"],
                "reply_to_id": None,
                "work_order_id": None,
                "metadata": {"price": 0.1, "whole": 12345678901234567890, "deep": [{"ü": None}]},
                "untrusted": None,
                "receipt": None,
                "created_at": sent["created_at"],
                "read_at": None,
            }
        ],
        "next_cursor": None,
    }


def test_what_is_left_out_has_its_default(pair: Cloud):
    pair.send("nova", "boots", subject=None, metadata=None)
    (message,) = pair.inbox("boots")["messages"]
    values = {name: message[name] for name in ("type", "priority", "subject", "metadata")}
    assert values == {
        "type": "contact_request",
        "priority": 0,
        "subject": None,
        "metadata": None,
    }


def test_odd_characters_come_back_as_they_went_in(pair: Cloud):
    for text in ("\x00", "\u2028 \x7f", "🦅" * 10, "e\u0301", "\ufeff", " ", '"\\/', "</script>"):
        pair.send("nova", "boots", body=text, subject=text, metadata={text: text})
        message = pair.inbox("boots", limit=1)["messages"][0]
        assert (message["body"], message["subject"]) == (text, text)
        assert message["metadata"] == {text: text}


def test_numbers_in_metadata_come_back_as_a_reader_sees_them(pair: Cloud):
    raw = (
        '{"to_agent_id":"boots","body":"x","metadata":{"a":1.0,"b":-0.0,"c":1e22,"d":1e-7,'
        f'"e":0.1,"f":{"9" * 308},"g":1E2,"h":123456789.123456789123456789}}}}'
    )
    assert pair.post("/messaging/send", {"from_agent_id": "nova"}, raw=raw).status == 200
    metadata = pair.get("/messaging/inbox", {"agent_id": "boots"}).json["messages"][0]["metadata"]
    assert metadata == {
        "a": 1.0,
        "b": 0.0,
        "c": 1e22,
        "d": 1e-7,
        "e": 0.1,
        "f": int("9" * 308),
        "g": 100,
        "h": 123456789.12345679,
    }


def test_names_are_those_of_the_time_of_writing(pair: Cloud):
    pair.send("nova", "boots")
    pair.call("PATCH", "/agents/me", {"agent_id": "nova"}, {"name": "Nova Eagle"})
    pair.send("nova", "boots")
    names = [message["from_agent"]["name"] for message in pair.inbox("boots")["messages"]]
    assert names == ["Nova Eagle", "Nova"]


def test_a_message_is_kept_for_the_retention_and_no_longer(pair: Cloud):
    message_id = pair.send("nova", "boots")["message_id"]
    item = pair.read("AgentMessagesTable", recipient_id="boots", message_id=message_id)
    created = datetime.fromisoformat(item["display"]["created_at"])
    assert item["purge_at"] == int((created + timedelta(days=90)).timestamp())
    pair.post(f"/messaging/mark-read/{message_id}", {"agent_id": "boots"})
    after = pair.read("AgentMessagesTable", recipient_id="boots", message_id=message_id)
    assert after["purge_at"] == item["purge_at"]


def test_a_message_to_nobody_is_404(pair: Cloud):
    for path, extra in (("ping", {}), ("send", {"body": "x"})):
        body = {"to_agent_id": "ghost", **extra}
        answer = pair.post(f"/messaging/{path}", {"from_agent_id": "nova"}, body)
        assert (answer.status, answer.json["code"]) == (404, "agent_not_found")
        assert [each["pointer"] for each in answer.json["errors"]] == ["#/to_agent_id"]
