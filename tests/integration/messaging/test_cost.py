"""Pending messages cost what they are, however many were read before."""

from tests.integration.cloud import Cloud
from tests.integration.messaging.messages import stored_message, with_long


def test_an_inbox_with_3_pending_among_5000_read_messages_reads_3(pair: Cloud):
    items = [stored_message("boots", "nova", number) for number in range(5000)]
    pair.write("AgentMessagesTable", *items)
    boots = {"agent_id": "boots", "key_id": "key_of_boots", "epoch": 1}
    for _ in range(3):
        pair.send("nova", "boots")
    pair.cost()
    answer = pair.get("/messaging/inbox", {"status": "pending"}, caller=boots)
    calls = pair.cost()
    assert answer.json["total_messages"] == len(answer.json["messages"]) == 3
    assert [call.operation for call in calls] == ["Query"]
    assert sum(call.answer["ScannedCount"] for call in calls) == 3


def test_large_messages_are_counted_to_the_end(pair: Cloud):
    text = "x" * 60_000
    for number in range(30):
        pair.write(
            "AgentMessagesTable", *with_long(stored_message("boots", "nova", number), body=text)
        )
    for _ in range(30):
        pair.send("nova", "boots", body=text)
    beat = pair.post("/messaging/heartbeat", {"agent_id": "boots"}).json
    assert beat["pending_messages"] == 30
