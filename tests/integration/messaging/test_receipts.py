"""The sender finds what it sent and whether it was read; a third finds nothing."""

from agent_messaging import ids
from tests.integration.cloud import Cloud
from tests.integration.messaging.messages import NOW


def test_the_sender_finds_its_messages_with_their_receipts(pair: Cloud):
    first, second = pair.send("nova", "boots"), pair.send("nova", "third")
    pair.post("/messaging/ping", {"from_agent_id": "nova"}, {"to_agent_id": "boots"})
    read_at = pair.post(f"/messaging/mark-read/{first['message_id']}", {"agent_id": "boots"}).json[
        "read_at"
    ]
    page = pair.get("/messaging/sent", {"agent_id": "nova"}).json
    assert page["total_messages"] == 3
    seen = [(m["to_agent"]["id"], m["status"], m["read_at"]) for m in page["messages"]]
    assert seen == [
        ("boots", "pending", None),
        ("third", "pending", None),
        ("boots", "read", read_at),
    ]
    assert page["messages"][1]["message_id"] == second["message_id"]
    assert set(page) == {
        "agent_id",
        "total_messages",
        "total_is_minimum",
        "messages",
        "next_cursor",
    }


def test_a_message_is_read_by_its_two_parties_alone(pair: Cloud):
    sent = pair.send("nova", "boots", subject="For us")
    path = f"/messaging/messages/{sent['message_id']}"
    by_recipient = pair.get(path, {"agent_id": "boots"})
    by_sender = pair.get(path, {"agent_id": "nova"})
    assert by_recipient.status == by_sender.status == 200
    assert by_recipient.json == pair.inbox("boots")["messages"][0]
    assert by_recipient.json["relationship"] == "stranger"
    receipt = by_sender.json["receipt"]
    assert receipt["status"] == "queued"
    assert by_sender.json == {**by_recipient.json, "relationship": None, "receipt": receipt}
    by_third = pair.get(path, {"agent_id": "third"})
    absent_id = ids.new("msg", NOW)
    absent = pair.get(f"/messaging/messages/{absent_id}", {"agent_id": "third"})
    assert by_third.status == absent.status == 404
    assert by_third.but_for(sent["message_id"]) == absent.but_for(absent_id)
