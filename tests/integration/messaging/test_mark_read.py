"""The recipient alone marks messages as read, one or many, once or again."""

import re
from datetime import timedelta

import pytest

from agent_messaging import ids
from agent_messaging.storage.table import encode
from local.in_process.functions import app
from tests.integration.cloud import Cloud
from tests.integration.messaging.messages import NOW, STAMP


def test_marking_read_twice_answers_the_same(pair: Cloud):
    message_id = pair.send("nova", "boots")["message_id"]
    first = pair.post(f"/messaging/mark-read/{message_id}", {"agent_id": "boots"})
    assert re.fullmatch(STAMP, first.json["read_at"])
    assert first.json == {
        "success": True,
        "message_id": message_id,
        "status": "read",
        "read_at": first.json["read_at"],
    }
    before = pair.digest()
    second = pair.post(f"/messaging/mark-read/{message_id}", {"agent_id": "boots"})
    assert second.text == first.text
    assert pair.digest() == before


def test_only_the_recipient_marks_a_message_read(pair: Cloud):
    message_id, absent = pair.send("nova", "boots")["message_id"], ids.new("msg", NOW)
    before = pair.digest()
    for agent_id in ("nova", "third"):
        theirs = pair.post(f"/messaging/mark-read/{message_id}", {"agent_id": agent_id})
        none = pair.post(f"/messaging/mark-read/{absent}", {"agent_id": agent_id})
        assert theirs.status == 404
        assert theirs.but_for(message_id) == none.but_for(absent)
    assert pair.digest() == before


def test_marking_read_takes_a_message_out_of_the_pending_ones(pair: Cloud):
    kept, read = (pair.send("nova", "boots")["message_id"] for _ in range(2))
    pair.post(f"/messaging/mark-read/{read}", {"agent_id": "boots"})
    by_status = {
        status: [m["message_id"] for m in pair.inbox("boots", status=status)["messages"]]
        for status in ("pending", "read")
    }
    assert by_status == {"pending": [kept], "read": [read]}
    assert pair.inbox("boots")["total_messages"] == 2


def test_many_are_marked_read_at_once(pair: Cloud):
    one, other = (pair.send("nova", "boots")["message_id"] for _ in range(2))
    foreign, absent = pair.send("boots", "nova")["message_id"], ids.new("msg", NOW)
    body = {"message_ids": [one, absent, other, one, foreign]}
    answer = pair.post("/messaging/mark-read", {"agent_id": "boots"}, body)
    first = pair.get(f"/messaging/messages/{one}", {"agent_id": "boots"}).json["read_at"]
    assert answer.json == {
        "success": True,
        "messages": [
            {"success": True, "message_id": one, "status": "read", "read_at": first},
            {"success": True, "message_id": other, "status": "read", "read_at": first},
        ],
        "not_found": [absent, foreign],
    }
    assert pair.post("/messaging/mark-read", {"agent_id": "boots"}, body).text == answer.text


@pytest.mark.parametrize("number", [0, 101])
def test_many_are_one_to_a_hundred(pair: Cloud, number: int):
    body = {"message_ids": [ids.new("msg", NOW) for _ in range(number)]}
    answer = pair.post("/messaging/mark-read", {"agent_id": "boots"}, body)
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "#/message_ids")


def test_what_is_read_already_costs_reads_alone(pair: Cloud):
    sent = [pair.send("nova", "boots", body="x" * 5000)["message_id"] for _ in range(3)]
    body = {"message_ids": sent}
    pair.post("/messaging/mark-read", {"agent_id": "boots"}, {"message_ids": sent[:1]})
    pair.cost()
    pair.post("/messaging/mark-read", {"agent_id": "boots"}, body)
    first = [call.operation for call in pair.cost()]
    pair.post("/messaging/mark-read", {"agent_id": "boots"}, body)
    again = [call.operation for call in pair.cost()]
    # The first read sees in open mode that the caller is registered.
    assert first == ["GetItem", "BatchGetItem", "UpdateItem", "UpdateItem"]
    assert again == ["GetItem", "BatchGetItem"]


def test_of_two_that_mark_a_message_read_at_once_the_second_answers_what_the_first_wrote(
    pair: Cloud,
):
    message_id = pair.send("nova", "boots")["message_id"]
    table = app("messaging").messages
    pending = table.fetch("boots", message_id)
    first = table.mark_read(pending, NOW)
    second = table.mark_read(pending, NOW + timedelta(seconds=1))
    assert first == second
    assert second.read_at == NOW


def test_a_message_that_goes_while_it_is_marked_read_is_unknown(pair: Cloud):
    message_id = pair.send("nova", "boots")["message_id"]
    table = app("messaging").messages
    pending = table.fetch("boots", message_id)
    key = {"recipient_id": "boots", "message_id": message_id}
    pair.dynamodb.delete_item(TableName="AgentMessagesTable", Key=encode(key))
    assert table.mark_read(pending, NOW) is None
