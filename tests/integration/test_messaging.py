import re
from datetime import UTC, datetime, timedelta

import pytest

from agent_messaging import ids
from agent_messaging.messaging.lists import POSITION
from agent_messaging.paging import Listing, Total
from tests.integration.cloud import Cloud, stored_message

STAMP = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


# --- ping


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
        "target_agent": {
            "id": "boots",
            "name": "Boots",
            "is_online": True,
            "status_message": "Available for work",
            "accepts_work_orders": False,
            "last_seen_at": seen,
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


# --- send


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
    assert re.fullmatch(r"thr_[0-9a-z]{34}", answer.json["thread_id"])
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
                "type": "chat_message",
                "status": "pending",
                "subject": "Partnership Opportunity",
                "body": "I have 100 product opportunities.",
                "priority": 10,
                "thread_id": sent["thread_id"],
                "reply_to_id": None,
                "work_order_id": None,
                "metadata": {"price": 0.1, "whole": 12345678901234567890, "deep": [{"ü": None}]},
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
    created = datetime.fromisoformat(item["created_at"])
    assert item["purge_at"] == int((created + timedelta(days=90)).timestamp())
    pair.post(f"/messaging/mark-read/{message_id}", {"agent_id": "boots"})
    after = pair.read("AgentMessagesTable", recipient_id="boots", message_id=message_id)
    assert after["purge_at"] == item["purge_at"]


def test_a_message_to_nobody_is_404(pair: Cloud):
    for path, extra in (("ping", {}), ("send", {"body": "x"})):
        body = {"to_agent_id": "ghost", **extra}
        answer = pair.post(f"/messaging/{path}", {"from_agent_id": "nova"}, body)
        assert (answer.status, answer.json["code"]) == (404, "agent_not_found")


# --- threads and replies


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


# --- sent, one message, receipts


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
    assert by_recipient.json == by_sender.json == pair.inbox("boots")["messages"][0]
    by_third = pair.get(path, {"agent_id": "third"})
    absent_id = ids.new("msg", NOW)
    absent = pair.get(f"/messaging/messages/{absent_id}", {"agent_id": "third"})
    assert by_third.status == absent.status == 404
    assert by_third.but_for(sent["message_id"]) == absent.but_for(absent_id)


# --- mark-read


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


# --- pages


@pytest.fixture
def full(pair: Cloud) -> Cloud:
    """Boots has 250 messages from Nova, every tenth a ping, every third pending."""
    items = []
    for number in range(250):
        item = stored_message("boots", "nova", number)
        if number % 10 == 0:
            item["type"] = "ping"
        if number % 3 == 0:
            item |= {"status": "pending", "pending_for": "boots", "read_at": None}
        items.append(item)
    pair.write("AgentMessagesTable", *items)
    return pair


@pytest.mark.parametrize("limit", [1, 12, 84, 100])
def test_every_page_size_gives_each_message_once_newest_first_and_one_total(
    full: Cloud, limit: int
):
    for status, number in (({}, 250), ({"status": "pending"}, 84), ({"status": "read"}, 166)):
        if limit < 50 and number > 100:
            continue  # more pages prove nothing more, and moto reads the table for each
        query = {"agent_id": "boots", "limit": limit, **status}
        pages = list(full.pages("/messaging/inbox", query))
        found = [message["message_id"] for page in pages for message in page["messages"]]
        assert len(found) == len(set(found)) == number
        assert found == sorted(found, reverse=True)
        assert all(len(page["messages"]) <= limit for page in pages)
        assert {(p["total_messages"], p["total_is_minimum"]) for p in pages} == {(number, False)}


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"type": "ping"}, 25),
        ({"type": "ping", "status": "pending"}, 9),
        ({"type": "ping", "status": "read"}, 16),
        ({"type": "work_order"}, 0),
        ({"type": "contact_request", "status": "pending"}, 75),
    ],
)
def test_filters_go_together_and_pages_may_be_short(full: Cloud, query: dict, number: int):
    for limit in (7, 100):
        pages = list(full.pages("/messaging/inbox", {"agent_id": "boots", "limit": limit, **query}))
        messages = [message for page in pages for message in page["messages"]]
        assert len({message["message_id"] for message in messages}) == len(messages) == number
        assert all(message[name] == value for message in messages for name, value in query.items())
        assert {page["total_messages"] for page in pages} == {number}


@pytest.mark.parametrize("limit", [50, 99])
def test_the_sender_pages_through_what_it_sent(full: Cloud, limit: int):
    pages = list(full.pages("/messaging/sent", {"agent_id": "nova", "limit": limit}))
    found = [message["message_id"] for page in pages for message in page["messages"]]
    assert len(set(found)) == len(found) == 250
    assert {page["total_messages"] for page in pages} == {250}


def test_what_arrives_between_two_pages_shifts_nothing(full: Cloud):
    pages = full.pages("/messaging/inbox", {"agent_id": "boots", "limit": 100})
    first = next(pages)
    full.send("nova", "boots")
    rest = [message for page in pages for message in page["messages"]]
    found = [message["message_id"] for message in first["messages"] + rest]
    assert len(set(found)) == len(found) == 250


def test_a_thread_is_paged_with_its_total(pair: Cloud):
    thread_id = ids.new_thread(NOW, "nova", "boots")
    items = [stored_message("boots", "nova", n, thread_id=thread_id) for n in range(5)]
    pair.write("AgentMessagesTable", *items)
    path = f"/messaging/threads/{thread_id}"
    for limit in (1, 2, 5, 6):
        pages = list(pair.pages(path, {"agent_id": "nova", "limit": limit}))
        assert sum(len(page["messages"]) for page in pages) == 5
        assert {page["total_messages"] for page in pages} == {5}


def test_a_total_is_exact_up_to_a_thousand_and_then_a_minimum(pair: Cloud):
    items = [stored_message("boots", "nova", number) for number in range(1000)]
    pair.write("AgentMessagesTable", *items)
    page = pair.inbox("boots", limit=1)
    assert (page["total_messages"], page["total_is_minimum"]) == (1000, False)
    pair.write("AgentMessagesTable", stored_message("boots", "nova", 1000))
    page = pair.inbox("boots", limit=1)
    assert (page["total_messages"], page["total_is_minimum"]) == (1000, True)


def test_a_page_of_big_messages_ends_at_a_megabyte(pair: Cloud):
    body = "é" * 32_768
    items = [stored_message("boots", "nova", number, body=body) for number in range(40)]
    pair.write("AgentMessagesTable", *items)
    pages = list(pair.pages("/messaging/inbox", {"agent_id": "boots", "limit": 100}))
    found = [message["message_id"] for page in pages for message in page["messages"]]
    assert len(set(found)) == len(found) == 40
    assert {page["total_messages"] for page in pages} == {40}
    assert len(pages) == 3


def test_control_characters_do_not_burst_a_page(pair: Cloud):
    # Each takes one byte in storage and six in JSON; Lambda refuses an answer above 6 MB.
    items = [stored_message("boots", "nova", n, body="\x01" * 65_536) for n in range(14)]
    pair.write("AgentMessagesTable", *items)
    sizes = []
    found = 0
    query = {"agent_id": "boots", "limit": 100}
    while True:
        answer = pair.get("/messaging/inbox", query)
        sizes.append(len(answer.text.encode()))
        found += len(answer.json["messages"])
        if answer.json["next_cursor"] is None:
            break
        query["cursor"] = answer.json["next_cursor"]
    assert found == 14
    assert max(sizes) < 1_100_000


def test_a_cursor_belongs_to_one_caller_one_list_and_one_filter(full: Cloud):
    cursor = full.inbox("boots", limit=1)["next_cursor"]
    assert (
        full.get("/messaging/inbox", {"agent_id": "boots", "limit": 9, "cursor": cursor}).status
        == 200
    )
    for path, query in (
        ("/messaging/inbox", {"agent_id": "nova"}),
        ("/messaging/inbox", {"agent_id": "boots", "status": "pending"}),
        ("/messaging/inbox", {"agent_id": "boots", "type": "ping"}),
        ("/messaging/sent", {"agent_id": "boots"}),
        ("/messaging/work-orders", {"agent_id": "boots", "role": "worker"}),
        ("/agents", {"agent_id": "boots"}),
    ):
        answer = full.get(path, {**query, "cursor": cursor})
        assert (answer.status, answer.json["code"]) == (400, "bad_cursor")


# --- what an inbox costs


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
    pair.write(
        "AgentMessagesTable",
        *({**stored_message("boots", "nova", n), "body": text} for n in range(30)),
    )
    for _ in range(30):
        pair.send("nova", "boots", body=text)
    beat = pair.post("/messaging/heartbeat", {"agent_id": "boots"}).json
    assert beat["pending_messages"] == 30
