"""A thread holds what two agents write to each other, and is closed to a third."""

from agent_messaging import ids
from agent_messaging.messaging.pages import POSITION
from agent_messaging.paging import Listing, Total
from tests.integration.cloud import Cloud
from tests.integration.messaging.messages import NOW


def test_a_reply_is_in_the_thread_of_what_it_answers(pair: Cloud):
    first = pair.send("nova", "boots")
    reply = pair.send("boots", "nova", reply_to_id=first["message_id"])
    again = pair.send("nova", "boots", thread_id=first["thread_id"])
    assert reply["thread_id"] == again["thread_id"] == first["thread_id"]
    assert pair.inbox("nova")["messages"][0]["reply_to_id"] == first["message_id"]
    for agent_id in ("nova", "boots"):
        path = f"/messaging/threads/{first['thread_id']}"
        page = pair.get(path, {"agent_id": agent_id}).json
        assert [message["message_id"] for message in page.pop("messages")] == [
            sent["message_id"] for sent in (again, reply, first)
        ]
        assert page == {
            "thread_id": first["thread_id"],
            "agent_id": agent_id,
            "total_messages": 3,
            "total_is_minimum": False,
            "next_cursor": None,
        }


def test_a_reply_and_its_own_thread_go_together(pair: Cloud):
    first, other = pair.send("nova", "boots"), pair.send("nova", "boots")
    body = {"to_agent_id": "nova", "body": "x", "reply_to_id": first["message_id"]}
    same = pair.post(
        "/messaging/send", {"from_agent_id": "boots"}, {**body, "thread_id": first["thread_id"]}
    )
    assert same.status == 200
    mixed = pair.post(
        "/messaging/send", {"from_agent_id": "boots"}, {**body, "thread_id": other["thread_id"]}
    )
    assert (mixed.status, mixed.json["errors"][0]["pointer"]) == (422, "#/thread_id")


def test_a_thread_is_closed_to_a_third(pair: Cloud):
    first = pair.send("nova", "boots")
    for sender, recipient in (("third", "boots"), ("nova", "third"), ("nova", "nova")):
        body = {"to_agent_id": recipient, "body": "x", "thread_id": first["thread_id"]}
        answer = pair.post("/messaging/send", {"from_agent_id": sender}, body)
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "#/thread_id")


def test_only_what_came_from_the_recipient_can_be_replied_to(pair: Cloud):
    from_nova, from_third = pair.send("nova", "boots"), pair.send("third", "boots")
    absent = ids.new("msg", NOW)
    own = pair.send("boots", "nova")["message_id"]
    for reply_to_id in (absent, from_third["message_id"], own):
        body = {"to_agent_id": "nova", "body": "x", "reply_to_id": reply_to_id}
        answer = pair.post("/messaging/send", {"from_agent_id": "boots"}, body)
        assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "#/reply_to_id")
    assert pair.send("boots", "nova", reply_to_id=from_nova["message_id"])


def test_a_thread_of_others_looks_like_none(pair: Cloud):
    thread_id = pair.send("nova", "boots")["thread_id"]
    pair.send("nova", "boots", thread_id=thread_id)
    absent = ids.new_thread(NOW, "nova", "boots")
    for query in ({"agent_id": "third"}, {"agent_id": "third", "limit": 1}):
        theirs = pair.get(f"/messaging/threads/{thread_id}", query)
        none = pair.get(f"/messaging/threads/{absent}", query)
        assert theirs.status == none.status == 404
        assert theirs.but_for(thread_id) == none.but_for(absent)


def test_a_forged_cursor_opens_no_thread_of_others(pair: Cloud):
    thread_id = pair.send("nova", "boots")["thread_id"]
    for _ in range(3):
        pair.send("nova", "boots", thread_id=thread_id)
    listing = Listing("third", "thread", (thread_id,), POSITION)
    cursor = listing.cursor("msg_" + "7" + "z" * 25, Total(4))
    query = {"agent_id": "third", "limit": 1, "cursor": cursor}
    answer = pair.get(f"/messaging/threads/{thread_id}", query)
    assert (answer.status, answer.json["code"]) == (404, "thread_not_found")
