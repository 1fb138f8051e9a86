"""A ping says who is there, and leaves a message."""

import re

from tests.integration.cloud import Cloud
from tests.integration.messaging.messages import STAMP


def test_a_ping_answers_who_is_there_and_leaves_a_message(pair: Cloud):
    pair.call(
        "PUT",
        "/messaging/presence",
        {"agent_id": "boots"},
        {"status_message": "Available for work", "accepts_work_orders": False},
    )
    body = {"to_agent_id": "boots", "message": "Hey, are you available?"}
    answer = pair.post("/messaging/ping", {"from_agent_id": "nova"}, body)
    seen = answer.json["target_agent"]["last_seen_at"]
    assert answer.status == 200
    assert re.fullmatch(STAMP, seen)
    assert answer.json == {
        "success": True,
        "message_id": answer.json["message_id"],
        "status": "pending",
        "target_agent": {
            "id": "boots",
            "name": "Boots",
            "is_online": True,
            "status_message": "Available for work",
            "accepts_work_orders": False,
            "last_seen_at": seen,
            "content_flags": [],
        },
    }
    (message,) = pair.inbox("boots")["messages"]
    assert message["message_id"] == answer.json["message_id"]
    assert (message["type"], message["body"]) == ("ping", "Hey, are you available?")


def test_a_ping_needs_no_words(pair: Cloud):
    answer = pair.post("/messaging/ping", {"from_agent_id": "nova"}, {"to_agent_id": "boots"})
    assert answer.json["target_agent"]["is_online"] is False
    assert answer.json["target_agent"]["last_seen_at"] is None
    assert pair.inbox("boots")["messages"][0]["body"] is None


def test_an_agent_can_ping_itself(pair: Cloud):
    assert (
        pair.post("/messaging/ping", {"from_agent_id": "nova"}, {"to_agent_id": "nova"}).status
        == 200
    )
    assert pair.inbox("nova")["total_messages"] == 1
