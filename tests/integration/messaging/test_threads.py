"""A thread holds what two agents write to each other, and is closed to a third."""

from datetime import timedelta

import pytest

from agent_messaging import clock, ids
from agent_messaging.messaging.pages import POSITION
from agent_messaging.paging import Listing, Total
from agent_messaging.storage.table import encode
from tests.integration.cloud import Cloud
from tests.integration.contacts.mailboxes import decide, set_policy, write
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


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_replies_by_a_clock_that_is_behind_hide_no_first_message(
    pair: Cloud, monkeypatch: pytest.MonkeyPatch, limit: int
):
    """Their ids sort before that of the message that begins the thread."""
    first = pair.send("nova", "boots")
    behind = clock.now() - timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: behind)
    thread_id, sent = first["thread_id"], [first]
    sent += [pair.send("boots", "nova", thread_id=thread_id) for _ in range(3)]
    pages = pair.pages(f"/messaging/threads/{thread_id}", {"agent_id": "nova", "limit": str(limit)})
    listed = [message["message_id"] for page in pages for message in page["messages"]]
    assert listed == sorted((each["message_id"] for each in sent), reverse=True)


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


def thread(cloud: Cloud, thread_id: str, agent_id: str, limit: int = 50) -> list[str]:
    path = f"/messaging/threads/{thread_id}"
    pages = list(cloud.pages(path, {"agent_id": agent_id, "limit": limit}))
    shown = [message["message_id"] for page in pages for message in page["messages"]]
    assert {page["total_messages"] for page in pages} == {len(shown)}
    return shown


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 50])
@pytest.mark.parametrize("senders", [["nova"], ["nova", "nova"], ["nova", "boots", "boots"]])
def test_the_message_that_begins_a_thread_ends_its_list(pair: Cloud, senders: list, limit: int):
    first = pair.send("nova", "boots")
    sent = [first["message_id"]]
    for sender in senders:
        other = "boots" if sender == "nova" else "nova"
        sent.append(pair.send(sender, other, thread_id=first["thread_id"])["message_id"])
    for agent_id in ("nova", "boots"):
        assert thread(pair, first["thread_id"], agent_id, limit) == sent[::-1]


def test_a_thread_of_one_message_is_shown_to_both(pair: Cloud):
    for sender, recipient in (("nova", "boots"), ("boots", "nova"), ("nova", "nova")):
        only = pair.send(sender, recipient)
        for agent_id in (sender, recipient):
            assert thread(pair, only["thread_id"], agent_id) == [only["message_id"]]
    assert all("thread_id" not in item for item in pair.items("AgentMessagesTable"))


def test_a_thread_whose_first_message_is_gone_is_shown_without_it(pair: Cloud):
    first = pair.send("nova", "boots")
    reply = pair.send("boots", "nova", reply_to_id=first["message_id"])
    key = {"recipient_id": "boots", "message_id": first["message_id"]}
    pair.dynamodb.delete_item(TableName="AgentMessagesTable", Key=encode(key))
    for agent_id in ("nova", "boots"):
        assert thread(pair, first["thread_id"], agent_id) == [reply["message_id"]]


def test_a_made_up_thread_has_no_first_message(pair: Cloud):
    """Its id is valid, and names a message of the same two agents in another thread."""
    first = pair.send("nova", "boots")
    reply = pair.send("boots", "nova", reply_to_id=first["message_id"])
    pair_digits = ids.pair_digits("nova", "boots")
    unknown = ids.new_thread(NOW, "nova", "boots")
    for made_up in (f"thr_{ids.ulid_of(reply['message_id'])}{pair_digits}", unknown):
        path = f"/messaging/threads/{made_up}"
        for agent_id in ("nova", "boots"):
            assert pair.get(path, {"agent_id": agent_id}).status == 404
        sent = [pair.send("nova", "boots", thread_id=made_up)["message_id"] for _ in range(2)]
        for agent_id in ("nova", "boots"):
            assert thread(pair, made_up, agent_id, 1) == sent[::-1]


@pytest.mark.parametrize("limit", [1, 50])
def test_an_orders_thread_begins_with_its_offer(pair: Cloud, limit: int):
    order_id = pair.offer("nova", "boots")
    assert pair.move("boots", order_id, "accept").status == 200
    order = pair.order("nova", order_id)
    assert ids.opening_of(order["thread_id"]) == order["message_id"]
    for agent_id in ("nova", "boots"):
        shown = thread(pair, order["thread_id"], agent_id, limit)
        assert len(shown) == 2
        assert shown[-1] == order["message_id"]


def test_an_expiry_is_a_thread_with_the_system(pair: Cloud):
    pair.overdue(pair.offer("nova", "boots"))
    assert pair.sweep() == 1
    for agent_id in ("nova", "boots"):
        told = pair.inbox(agent_id, type="notification")["messages"][0]
        assert thread(pair, told["thread_id"], agent_id) == [told["message_id"]]
        other = "boots" if agent_id == "nova" else "nova"
        path = f"/messaging/threads/{told['thread_id']}"
        assert pair.get(path, {"agent_id": other}).status == 404


def test_a_released_request_begins_its_thread(pair: Cloud):
    set_policy(pair, "boots", "approved")
    held = write(pair, "nova", "boots").json
    path = f"/messaging/threads/{held['thread_id']}"
    assert pair.get(path, {"agent_id": "nova"}).status == 404
    decide(pair, "boots", "nova", "allowed")
    reply = pair.send("boots", "nova", reply_to_id=held["message_id"])
    for agent_id in ("nova", "boots"):
        assert thread(pair, held["thread_id"], agent_id) == [
            reply["message_id"],
            held["message_id"],
        ]


def test_who_is_in_no_thread_is_refused_by_the_keys_of_its_messages(pair: Cloud):
    first = pair.send("nova", "boots")
    for _ in range(3):
        pair.send("nova", "boots", thread_id=first["thread_id"])
    third = {"agent_id": "third", "key_id": "key_of_third", "epoch": 1}
    pair.cost()
    assert pair.get(f"/messaging/threads/{first['thread_id']}", caller=third).status == 404
    assert [call.operation for call in pair.cost()] == ["Query"]
