"""A sender sees the receipt of its message on every door, and nobody else sees one."""

from datetime import timedelta

import pytest

from agent_messaging import clock, ids
from agent_messaging.feed.model import DeliveredVia
from local.in_process.functions import app
from tests.integration.calls.operations import BATCH, GET, QUERY
from tests.integration.cloud import Cloud
from tests.integration.contacts.capacity import read_units
from tests.integration.messaging.messages import logged, stored_message

QUEUED = {
    "status": "queued",
    "queued_at": None,
    "delivered_at": None,
    "delivered_via": None,
    "read_at": None,
    "acted_at": None,
    "acted_by": None,
    "failed_at": None,
    "reason": None,
    "delivery_error": None,
}


def read(cloud: Cloud, agent_id: str, message_id: str) -> dict:
    answer = cloud.get(f"/messaging/messages/{message_id}", {"agent_id": agent_id})
    assert answer.status == 200, answer.text
    return answer.json


def mark_read(cloud: Cloud, agent_id: str, message_id: str) -> str:
    answer = cloud.post(f"/messaging/mark-read/{message_id}", {"agent_id": agent_id})
    assert answer.status == 200, answer.text
    return answer.json["read_at"]


def deliver(message_id: str, at=None, via: str = "socket") -> None:
    app("messaging").receipts.delivered(
        "nova",
        message_id,
        to_agent_id="boots",
        at=at or clock.now(),
        via=DeliveredVia(via),
        wants_events=False,
        now=clock.now(),
    )


def keyed(agent_id: str) -> dict:
    """What an authorizer says of a key. Open mode would look up the agent."""
    return {"agent_id": agent_id, "key_id": f"key_of_{agent_id}", "epoch": 1}


def views(cloud: Cloud, message: dict) -> list[dict | None]:
    """The receipt in each view of Nova's."""
    message_id, thread_id = message["message_id"], message["thread_id"]
    lists = (f"/messaging/threads/{thread_id}", "/messaging/sent")
    found = [read(cloud, "nova", message_id)]
    for path in lists:
        listed = cloud.get(path, {"agent_id": "nova"}).json["messages"]
        found += [each for each in listed if each["message_id"] == message_id]
    return [each["receipt"] for each in found]


def test_a_receipt_is_the_same_in_each_view_of_the_sender(pair: Cloud):
    sent = pair.send("nova", "boots")
    wanted = {**QUEUED, "queued_at": sent["created_at"]}
    assert views(pair, sent) == [wanted] * 3
    at = clock.now()
    deliver(sent["message_id"], at)
    wanted |= {"status": "delivered", "delivered_at": clock.to_text(at), "delivered_via": "socket"}
    assert views(pair, sent) == [wanted] * 3
    read_at = mark_read(pair, "boots", sent["message_id"])
    wanted |= {"status": "read", "read_at": read_at}
    assert views(pair, sent) == [wanted] * 3


def test_what_was_read_without_an_acknowledgement_was_delivered_through_the_inbox(pair: Cloud):
    sent = pair.send("nova", "boots")
    read_at = mark_read(pair, "boots", sent["message_id"])
    wanted = {
        **QUEUED,
        "status": "read",
        "queued_at": sent["created_at"],
        "delivered_at": read_at,
        "delivered_via": "inbox",
        "read_at": read_at,
    }
    assert views(pair, sent) == [wanted] * 3
    deliver(sent["message_id"], clock.from_text(read_at) + timedelta(seconds=1))
    assert views(pair, sent) == [wanted] * 3


def test_listing_and_reading_change_no_receipt(pair: Cloud):
    sent = pair.send("nova", "boots")
    before = pair.digest()
    for status in ({}, {"status": "pending"}, {"type": "contact_request"}):
        assert pair.inbox("boots", **status)["messages"][0]["receipt"] is None
    read(pair, "boots", sent["message_id"])
    pair.get(f"/messaging/threads/{sent['thread_id']}", {"agent_id": "boots"})
    assert pair.digest() == before
    assert {receipt["status"] for receipt in views(pair, sent)} == {"queued"}


def test_only_the_sender_has_a_receipt(pair: Cloud):
    sent = pair.send("nova", "boots")
    reply = pair.send("boots", "nova", reply_to_id=sent["message_id"])
    assert read(pair, "boots", sent["message_id"])["receipt"] is None
    assert read(pair, "boots", reply["message_id"])["receipt"]["status"] == "queued"
    for agent_id, own in (("nova", sent), ("boots", reply)):
        path = f"/messaging/threads/{sent['thread_id']}"
        listed = pair.get(path, {"agent_id": agent_id}).json["messages"]
        with_receipt = [each["message_id"] for each in listed if each["receipt"]]
        assert with_receipt == [own["message_id"]]
    path = f"/messaging/messages/{sent['message_id']}"
    assert pair.get(path, {"agent_id": "third"}).status == 404


def test_a_notification_has_no_receipt(pair: Cloud):
    order_id = pair.offer("nova", "boots")
    pair.move("boots", order_id, "accept")
    thread_id = pair.order("nova", order_id)["thread_id"]
    for agent_id, number in (("nova", 1), ("boots", 0)):
        answer = pair.get(f"/messaging/threads/{thread_id}", {"agent_id": agent_id})
        listed = answer.json["messages"]
        assert [each["type"] for each in listed] == ["notification", "work_order"]
        assert sum(each["receipt"] is not None for each in listed) == number


def test_an_agent_that_writes_to_itself_sees_its_receipt(pair: Cloud):
    sent = pair.send("nova", "nova")
    assert [receipt["status"] for receipt in views(pair, sent)] == ["queued"] * 3
    deliver(sent["message_id"])
    assert [receipt["status"] for receipt in views(pair, sent)] == ["delivered"] * 3


def test_a_recipient_that_has_left_changes_no_receipt(pair: Cloud):
    sent, read = (pair.send("nova", "boots") for _ in range(2))
    mark_read(pair, "boots", read["message_id"])
    before = [views(pair, each) for each in (sent, read)]
    assert pair.call("DELETE", "/agents/me", {"agent_id": "boots"}).status in (200, 204)
    assert [views(pair, each) for each in (sent, read)] == before


@pytest.fixture
def expired(pair: Cloud) -> dict:
    """A message that was never read, and whose retention ended two days ago."""
    sent = pair.send("nova", "boots")
    ended_at = clock.to_epoch(clock.now()) - 2 * 86400
    key = {"recipient_id": "boots", "message_id": sent["message_id"]}
    pair.change("AgentMessagesTable", key, purge_at=ended_at)
    return {**sent, "ended_at": ended_at}


def test_an_unread_message_fails_a_day_after_its_retention_and_stays_so(pair: Cloud, expired: dict):
    failed = views(pair, expired)
    assert {(each["status"], each["reason"]) for each in failed} == {("failed", "retention")}
    assert {clock.to_epoch(clock.from_text(each["failed_at"])) for each in failed} == {
        expired["ended_at"]
    }
    path = f"/messaging/mark-read/{expired['message_id']}"
    answer = pair.post(path, {"agent_id": "boots"})
    assert (answer.status, answer.json["code"]) == (404, "message_not_found")
    ids_ = {"message_ids": [expired["message_id"]]}
    many = pair.post("/messaging/mark-read", {"agent_id": "boots"}, ids_)
    assert many.json["not_found"] == ids_["message_ids"]
    deliver(expired["message_id"], clock.now())
    pair.send("boots", "nova", reply_to_id=expired["message_id"])
    assert views(pair, expired) == failed


def test_a_read_message_never_fails(pair: Cloud):
    sent = pair.send("nova", "boots")
    read_at = mark_read(pair, "boots", sent["message_id"])
    key = {"recipient_id": "boots", "message_id": sent["message_id"]}
    ended_at = clock.to_epoch(clock.from_text(read_at)) + 1
    pair.change("AgentMessagesTable", key, purge_at=ended_at)
    assert mark_read(pair, "boots", sent["message_id"]) == read_at
    assert {each["status"] for each in views(pair, sent)} == {"read"}


def test_a_page_of_50_costs_at_most_two_units_more_for_its_receipts(pair: Cloud):
    heads = [stored_message("boots", "nova", number) for number in range(60)]
    for head in heads:
        head["message_id"] = ids.new("msg", clock.now())
        head["purge_at"] = 2**31
    pair.write("AgentMessagesTable", *heads)
    pair.write("AgentSentTable", *logged(*heads))
    for head in heads:
        deliver(head["message_id"])
        act(head["message_id"])
    pair.cost()
    query = {"agent_id": "nova", "limit": 50}
    page = pair.get("/messaging/sent", query, caller=keyed("nova")).json
    assert {each["receipt"]["status"] for each in page["messages"]} == {"acted"}
    _, receipts, messages = pair.cost()[:3]
    assert [receipts.operation, messages.operation] == [QUERY, BATCH]
    assert receipts.answer["Count"] == 50
    assert receipts.answer["ConsumedCapacity"]["CapacityUnits"] <= 2


def act(message_id: str) -> None:
    app("messaging").receipts.acted(
        "nova",
        message_id,
        to_agent_id="boots",
        at=clock.now(),
        by=ids.new("msg", clock.now()),
        wants_events=True,
        now=clock.now(),
    )


def test_a_message_costs_its_sender_one_unit_more_and_its_recipient_none(pair: Cloud):
    sent = pair.send("nova", "boots")
    pair.cost()
    path = f"/messaging/messages/{sent['message_id']}"
    pair.get(path, {"agent_id": "boots"}, caller=keyed("boots"))
    assert [call.operation for call in pair.cost()] == [GET]
    pair.get(path, {"agent_id": "nova"}, caller=keyed("nova"))
    own, log, batch = pair.cost()
    assert [own.operation, log.operation, batch.operation] == [GET, QUERY, BATCH]
    assert read_units(batch) == 2
    pair.get(f"/messaging/threads/{sent['thread_id']}", {"agent_id": "boots"})
    assert all(
        "AgentOutboxTable" not in call.request.get("RequestItems", {}) for call in pair.cost()
    )
    pair.get("/messaging/inbox", {"agent_id": "boots"}, caller=keyed("boots"))
    assert [call.operation for call in pair.cost()] == [QUERY]


@pytest.mark.parametrize("wanted", [True, "true", False, None])
def test_who_wants_receipts_as_events_is_stored_and_shown_to_nobody(pair: Cloud, wanted):
    sent = pair.send("nova", "boots", wants_receipts=wanted)
    query, body = {"from_agent_id": "nova"}, {"to_agent_id": "boots", "wants_receipts": wanted}
    ping = pair.post("/messaging/ping", query, body).json
    order_id = pair.offer("nova", "boots", wants_receipts=wanted)
    message_ids = {
        sent["message_id"],
        ping["message_id"],
        pair.order("nova", order_id)["message_id"],
    }
    displays = [item["display"] for item in pair.items("AgentMessagesTable")]
    is_wanted = wanted in (True, "true")
    assert [each.get("wants_receipts") for each in displays] == [is_wanted or None] * 3
    for message_id in message_ids:
        for agent_id in ("nova", "boots"):
            assert "wants_receipts" not in read(pair, agent_id, message_id)


@pytest.mark.parametrize("wrong", [1, "maybe", []])
@pytest.mark.parametrize("path", ["send", "ping", "work-order"])
def test_anything_but_a_boolean_is_refused(pair: Cloud, path: str, wrong):
    body = {"to_agent_id": "boots", "body": "x", "title": "x", "description": "x"}
    fields = {"send": {"body"}, "ping": set(), "work-order": {"title", "description"}}[path]
    sent = {name: body[name] for name in {"to_agent_id", *fields}} | {"wants_receipts": wrong}
    answer = pair.post(f"/messaging/{path}", {"from_agent_id": "nova"}, sent)
    assert answer.status == 422
    assert answer.json["errors"][0]["pointer"] == "#/wants_receipts"
